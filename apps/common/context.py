"""What every page's template can use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import get_language


def site(request: HttpRequest) -> dict[str, Any]:
    """The other language's address of this page, and the reader's chosen theme."""
    here = request.get_full_path()
    other = "en" if (get_language() or "en").startswith("zh") else "zh-hans"
    theme = request.COOKIES.get("theme", "")
    return {
        "other_language": other,
        "other_language_url": translate_url(here, other),
        "theme": theme if theme in ("light", "dark") else "",
        "embedded": settings.EMBEDDED,
    }
