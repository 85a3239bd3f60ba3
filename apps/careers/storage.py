"""Where résumés lie: outside the media folder, under a random name, readable by the portal's own user alone."""

import secrets
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage

if TYPE_CHECKING:
    from apps.careers.models import Application


def resume_storage() -> Storage:
    """No ``base_url``: asking such a file for its address is an error."""
    return FileSystemStorage(
        location=settings.VAR / "private", file_permissions_mode=0o600, directory_permissions_mode=0o700
    )


def resume_path(application: "Application", filename: str) -> str:
    """A name nobody can guess; the uploaded file's own name is not used."""
    token = secrets.token_urlsafe(24)
    return f"resumes/{application.posting_id}/{token}.{application.resume_kind}"
