"""Filters and tags that every template has without loading them."""

from datetime import UTC, datetime
from typing import Any

from django import template
from django.http import QueryDict
from django.template.context import RequestContext
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from apps.common import linked, money

register = template.Library()
_CHINA = ("Asia/Shanghai", "Asia/Chongqing", "Asia/Harbin", "PRC")


@register.filter
def yuan(fen: int | None) -> str:
    """An amount in fen as ``¥109,800``; nothing for nothing."""
    return "" if fen is None else money.yuan(fen)


@register.filter
def signed_yuan(fen: int | None) -> str:
    """A difference in fen as ``+¥5,000``."""
    return "" if fen is None else money.signed_yuan(fen)


@register.filter
def absolute(path: str) -> str:
    """A path of the site as an address that holds outside it."""
    return linked.absolute(path)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; without a label it is decoration and hidden from screen readers."""
    href = f"{static('img/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="i" role="img" aria-label="{}"><use href="{}"/></svg>', label, href)
    return format_html('<svg class="i" aria-hidden="true"><use href="{}"/></svg>', href)


@register.filter
def zone_name(zone: str) -> str:
    """A time zone as people call it: by its city, and China's by its capital, which no zone is named after."""
    if zone in _CHINA:
        return gettext("Beijing")
    return zone.rpartition("/")[2].replace("_", " ")


@register.simple_tag
def gap() -> str:
    """The space between two sentences or after a colon; Chinese punctuation brings its own."""
    return "" if (get_language() or "").startswith("zh") else " "


@register.simple_tag
def static_file(*parts: str) -> str:
    """The address of a static file whose name has parts known only now; a hashed name must be looked up whole."""
    return static("".join(parts))


@register.simple_block_tag
def captured(content: str) -> str:
    """What stands inside, kept with ``as``: a block that a page fills once and the head says several times."""
    return content


@register.simple_tag(takes_context=True)
def query(context: RequestContext, **changes: Any) -> str:
    """The current query string with some parameters changed (``None`` removes), starting with ``?``."""
    request = context.get("request")
    params: QueryDict = request.GET.copy() if request else QueryDict(mutable=True)
    for name, value in changes.items():
        if value is None:
            params.pop(name, None)
        else:
            params[name] = str(value)
    return f"?{params.urlencode()}"


@register.filter
def epoch(moment: datetime) -> int:
    """Milliseconds since 1970, for scripts."""
    return int(moment.astimezone(UTC).timestamp() * 1000)
