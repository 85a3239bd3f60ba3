"""``EMAIL_URL`` as Django's ``MAILERS``, and what ``SMS_URL`` may be."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

PORTS = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}


def mailers(url: str, folder: Path) -> dict[str, dict[str, Any]]:
    """SMTP as the URL says (``smtp://``, ``smtp+tls://`` or ``smtp+ssl://``); without one, files in ``folder``.

    Raises:
        ValueError: another scheme, or no host.
    """
    if not url:
        backend = "django.core.mail.backends.filebased.EmailBackend"
        return {"default": {"BACKEND": backend, "OPTIONS": {"file_path": folder}}}
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError(url.rsplit("@", maxsplit=1)[-1])
    options = {
        "host": parts.hostname,
        "port": parts.port or PORTS[parts.scheme],
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_tls": parts.scheme == "smtp+tls",
        "use_ssl": parts.scheme == "smtp+ssl",
        "timeout": 5,
    }
    return {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}


def http_url(url: str) -> str:
    """The URL as it is, if it is empty or one of HTTP.

    Raises:
        ValueError: another scheme, or no host.
    """
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise ValueError(url.rsplit("@", maxsplit=1)[-1])
    return url
