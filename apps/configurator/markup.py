"""The parts of a page that look the same at many clicks, rendered once and remembered.

An option's markup depends on its row and on the language alone (its buttons send the form, so no address of the
moment stands in it). Most rows of a click have been drawn before, whatever the choices: joining them is a tenth of
the work of rendering them.
"""

from functools import lru_cache

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from apps.configurator.screen import Block, Row, Screen

# About a kilobyte each.
REMEMBERED = 20_000
CLOSING = "</fieldset>"


def group(block: Block, path: str) -> SafeString:
    """One group of the page: its heading and, where it is open, its options."""
    language = get_language() or ""
    head = _head(
        language,
        block.code,
        block.name,
        block.summary,
        is_open=block.open,
        decided=block.decided,
        clearable=block.clearable,
    )
    if not block.open:
        return head
    rows = "".join(
        [_remembered(language, path, block.code, block.pick, row, swatches=block.swatches) for row in block.rows]
    )
    opened = head.rstrip().removesuffix(CLOSING)
    return mark_safe(f"{opened}{_opening(block)}{rows}</div>{_next(language, block)}{CLOSING}")  # noqa: S308  templates' output


def groups(screen: Screen) -> SafeString:
    """All groups of the page."""
    return mark_safe("".join([group(block, screen.path) for block in screen.blocks]))  # noqa: S308


def option(block: Block, row: Row, path: str) -> SafeString:
    """One option alone: the answer to "why?"."""
    return _option(get_language() or "", path, block.code, block.pick, row, swatches=block.swatches)


def _remembered(language: str, path: str, code: str, pick: str, row: Row, *, swatches: bool) -> SafeString:
    if settings.DEBUG or row.why is not None:
        return _option(language, path, code, pick, row, swatches=swatches)
    return _cached_option(language, path, code, pick, row, swatches=swatches)


def _option(_language: str, path: str, code: str, pick: str, row: Row, *, swatches: bool) -> SafeString:
    context = {"path": path, "code": code, "pick": pick, "swatches": swatches, "row": row}
    return render_to_string("configurator/option.html", context)


_cached_option = lru_cache(REMEMBERED)(_option)


@lru_cache(REMEMBERED)
def _head(
    _language: str, code: str, name: str, summary: str, *, is_open: bool, decided: bool, clearable: bool
) -> SafeString:
    context = {
        "code": code,
        "name": name,
        "summary": summary,
        "open": is_open,
        "decided": decided,
        "clearable": clearable,
    }
    return render_to_string("configurator/group.html", context)


def _opening(block: Block) -> str:
    shown = f'<input type="hidden" name="shown" value="{block.code}">' if block.pick == "any" else ""
    return f'{shown}<div class="cfg-options{" colours" if block.swatches else ""}">'


def _next(language: str, block: Block) -> str:
    return _next_button(language, block.next_code, block.next_name) if block.next_code else ""


@lru_cache(REMEMBERED)
def _next_button(_language: str, code: str, name: str) -> SafeString:
    return render_to_string("configurator/next.html", {"code": code, "name": name})
