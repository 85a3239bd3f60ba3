"""Papers that buyers upload: what they may be, told by their content, and where they lie."""

import secrets
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage
from PIL import Image, UnidentifiedImageError

from apps.orders.errors import BadDocument, DocumentTooLarge

if TYPE_CHECKING:
    from apps.orders.models import LoanDocument

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 60_000_000
CONTENT_TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}


class PrivateStorage(FileSystemStorage):
    """Outside the media folder, readable by the portal's own user alone; asking a file for an address is an error."""

    base_url = None  # type: ignore[assignment]

    @property
    def location(self) -> str:
        return str(settings.VAR / "private")

    @property
    def base_location(self) -> str:
        return self.location


def document_storage() -> Storage:
    return PrivateStorage(file_permissions_mode=0o600, directory_permissions_mode=0o700)


def document_path(document: "LoanDocument", filename: str) -> str:
    """A name nobody can guess; the uploaded file's own name is not used."""
    return f"loans/{document.referral_id}/{secrets.token_urlsafe(24)}.{document.file_kind}"


def kind_of(file: IO[Any], size: int) -> str:
    """``pdf``, ``jpg`` or ``png``, whatever the file's name says; it is left at its start.

    Raises:
        DocumentTooLarge: over 10 MB, or a picture that would not fit into memory. BadDocument: none of the three.
    """
    if size > MAX_BYTES:
        raise DocumentTooLarge(field="file")
    try:
        file.seek(0)
        head = file.read(8)
        if head.startswith((b"%PDF-1.", b"%PDF-2.")):
            file.seek(max(0, size - 2048))
            if b"%%EOF" in file.read(2048):
                return "pdf"
            raise BadDocument(field="file")
        return _picture(file)
    finally:
        file.seek(0)


def _picture(file: IO[Any]) -> str:
    file.seek(0)
    try:
        with Image.open(file, formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise DocumentTooLarge(field="file")
            picture.verify()
            return "jpg" if picture.format == "JPEG" else "png"
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BadDocument(field="file") from error
