"""Whether an uploaded file is what it says: told by its content, never by its name or the browser's word."""

import zipfile
from typing import IO, Any, Literal

from apps.careers.errors import BadResume, ResumeTooLarge

MAX_BYTES = 10 * 1024 * 1024
_ENTRIES_MAX = 5_000
_TYPES_MAX = 1024 * 1024
_WORD = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"

FileKind = Literal["pdf", "docx"]


def kind_of(file: IO[Any], size: int) -> FileKind:
    """The kind of a file of ``size`` bytes, which is left at its start.

    A PDF begins with its version and has its end mark; a Word file is a zip archive whose table of contents names a
    Word document without macros. The archive is not unpacked.

    Raises:
        BadResume: neither, or empty.
        ResumeTooLarge: more than 10 MB.
    """
    if size > MAX_BYTES:
        raise ResumeTooLarge(field="resume")
    try:
        if _is_pdf(file, size):
            return "pdf"
        if _is_docx(file):
            return "docx"
    finally:
        file.seek(0)
    raise BadResume(field="resume")


def _is_pdf(file: IO[Any], size: int) -> bool:
    file.seek(0)
    if not file.read(8).startswith((b"%PDF-1.", b"%PDF-2.")):
        return False
    file.seek(max(0, size - 2048))
    return b"%%EOF" in file.read(2048)


def _is_docx(file: IO[Any]) -> bool:
    file.seek(0)
    if file.read(4) != b"PK\x03\x04":
        return False
    try:
        with zipfile.ZipFile(file) as archive:
            entries = {entry.filename: entry for entry in archive.infolist()}
            types = entries.get("[Content_Types].xml")
            if len(entries) > _ENTRIES_MAX or "word/document.xml" not in entries or types is None:
                return False
            if types.file_size > _TYPES_MAX or "word/vbaProject.bin" in entries:
                return False
            with archive.open(types) as contents:
                return _WORD in contents.read(_TYPES_MAX)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError):
        return False
