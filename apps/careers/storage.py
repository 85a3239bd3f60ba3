"""Where résumés lie: outside the media folder, under a random name, readable by the portal's own user alone."""

import secrets
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage

if TYPE_CHECKING:
    from apps.careers.models import Application


RESUMES = "resumes"


class PrivateStorage(FileSystemStorage):
    """The folder is looked up when a file is used. There is no address: asking a file for it is an error."""

    base_url = None  # type: ignore[assignment]

    @property
    def location(self) -> str:
        return str(settings.VAR / "private")

    @property
    def base_location(self) -> str:
        return self.location


def resume_storage() -> Storage:
    return PrivateStorage(file_permissions_mode=0o600, directory_permissions_mode=0o700)


def resume_path(application: "Application", filename: str) -> str:
    """A name nobody can guess; the uploaded file's own name is not used."""
    token = secrets.token_urlsafe(24)
    return f"{RESUMES}/{application.posting_id}/{token}.{application.resume_kind}"
