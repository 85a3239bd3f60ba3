"""Structured data of a page: documents of schema.org as JSON-LD, and addresses that hold outside the page."""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

CONTEXT = "https://schema.org/"
# In a script element nothing may look like markup, whatever the JSON says.
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def absolute(path: str) -> str:
    """A path of the site with the address that the public knows it by."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}"


def script(*documents: Mapping[str, Any]) -> SafeString:
    """One or several documents as text that is safe inside ``<script type="application/ld+json">``; what is None is left out."""
    found = [{"@context": CONTEXT} | _without_none(document) for document in documents]
    text = json.dumps(found[0] if len(found) == 1 else found, ensure_ascii=False).translate(_ESCAPES)
    return mark_safe(text)  # noqa: S308  escaped above; a script element knows no entities


def crumbs(*pages: tuple[str, str]) -> dict[str, Any]:
    """The way to a page, from the first: names and paths."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": str(name), "item": absolute(path)}
            for position, (name, path) in enumerate(pages, start=1)
        ],
    }


def _without_none(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value is not None}
