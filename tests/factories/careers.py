"""Postings, résumé files and applications for tests."""

import io
import zipfile
from datetime import timedelta
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.careers import services
from apps.careers.models import Application, Posting

_numbers = count(1)
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def make_posting(**fields: Any) -> Posting:
    """A position for a technician in Xi'an, open since yesterday: 9–14 thousand a month × 13."""
    number = next(_numbers)
    facts: dict[str, Any] = {
        "slug": f"job-{number}",
        "title_en": f"Technician {number}",
        "title_zh": f"技师{number}",
        "description_en": "Work on cars.",
        "description_zh": "维修汽车。",
        "requirements_en": "A licence\nPatience",
        "requirements_zh": "驾照\n耐心",
        "department": "workshop",
        "city": "xian",
        "city_name_en": "Xi'an",
        "city_name_zh": "西安",
        "salary_min": 9,
        "salary_max": 14,
        "salary_months": 13,
        "published_at": timezone.now() - timedelta(days=1),
    }
    posting = Posting.objects.create(**facts | fields)
    posting.refresh_from_db()
    return posting


def docx(
    *, types: str = f'<Types><Override PartName="/word/document.xml" ContentType="{_WORD}"/></Types>', **extra: str
) -> bytes:
    """A minimal Word file; ``extra`` are further members, with ``__`` for the slash."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("word/document.xml", "<w:document/>")
        for name, text in extra.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), text)
    return buffer.getvalue()


def upload(content: bytes = PDF, name: str = "cv.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def form_data(**fields: Any) -> dict[str, Any]:
    """What the form posts."""
    facts = {"name": "Li Lei", "email": "lilei@example.com", "phone": "138 0013 8000", "consent": "on"}
    return facts | {"resume": upload()} | fields


def make_application(posting: Posting | None = None, **fields: Any) -> Application:
    facts: dict[str, Any] = {"name": "Li Lei", "email": f"person{next(_numbers)}@example.com", "phone": "13800138000"}
    facts |= {"resume": upload(), "consent": True}
    return services.apply(posting=posting or make_posting(), **facts | fields)
