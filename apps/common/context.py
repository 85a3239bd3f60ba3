"""What every page's template can use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import get_language

from apps.common import linked


def site(request: HttpRequest) -> dict[str, Any]:
    """This page's addresses, in the other language, too, and the reader's chosen theme. Whatever was asked of a page, it is one."""
    here = request.get_full_path()
    chinese = (get_language() or "en").startswith("zh")
    other = "en" if chinese else "zh-hans"
    there = translate_url(here, other)
    elsewhere, canonical = linked.absolute(there.partition("?")[0]), linked.absolute(request.path)
    english, zh = (elsewhere, canonical) if chinese else (canonical, elsewhere)
    theme = request.COOKIES.get("theme", "")
    return {
        "other_language": other,
        "other_language_url": there,
        "canonical": canonical,
        "alternates": [("en", english), ("zh-Hans", zh), ("x-default", english)],
        "theme": theme if theme in ("light", "dark") else "",
        "embedded": settings.EMBEDDED,
    }
