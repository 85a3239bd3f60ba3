"""The draft as a visitor of some market would meet it on some day; for staff, and nothing of it for anybody else."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from apps.common.pages import render_page
from apps.common.requests import is_htmx
from apps.configurator import markup
from apps.configurator.editor.access import configurator_of, require
from apps.configurator.editor.frame import base_of, page
from apps.configurator.editor.items import names_of, tell
from apps.configurator.engine.model import ModelError
from apps.configurator.rules import InvalidParameters
from apps.configurator.screen import draw, draw_row
from apps.configurator.services.drafts import lint, open_draft, preview
from apps.configurator.state import has_form_fields, read_state


@require_safe
def show(request: HttpRequest, pk: int, day: str = "") -> HttpResponse:
    """The visitor's page over the draft. All its addresses stay below this one; it cannot be saved or bought."""
    require(request)
    configurator = configurator_of(pk)
    if "day" in request.GET:
        return _on_day(pk, request.GET["day"], request.GET.get("market", ""))
    when = _day(day)
    try:
        session = preview(configurator, request.GET.get("market", ""), when)
    except (InvalidParameters, ModelError):
        draft = open_draft(configurator)
        remarks = lint(draft)
        context = {"remarks": [tell(remark, names_of(draft)) for remark in remarks], "cannot_publish": True}
        return page(request, "configurator/admin/lint.html", configurator, context, partial="lint", status=409)
    state = read_state(request.GET, session.document, session.machine.model)
    asked = request.GET.get("explain", "")
    asked = asked if asked in session.document.options else ""
    if has_form_fields(request.GET) and not is_htmx(request):
        return _private(redirect(request.path + state.query()))
    if asked and is_htmx(request):
        block, row = draw_row(session, state, asked, path=request.path)
        return _private(HttpResponse(markup.option(block, row, request.path), headers={"HX-Push-Url": "false"}))
    screen = draw(session, state, path=request.path, asked=[asked])
    context = {
        "screen": screen,
        "conflict": screen.conflict,
        "groups": markup.groups(screen),
        "configurator": configurator,
        "base": base_of(configurator),
        "day": when,
        "market": session.market,
        "save_url": "",
        "fragment": is_htmx(request),
    }
    # A click gets the visitor's own fragment; a template that extends another has no partials of its own.
    template = f"configurator/{'configure' if is_htmx(request) else 'admin/preview'}.html"
    response = render_page(request, template, context, partial="screen")
    if is_htmx(request):
        response["HX-Push-Url"] = request.path + state.query()
    return _private(response)


def _on_day(pk: int, day: str, market: str) -> HttpResponse:
    chosen = parse_date(day) if len(day) == len("2026-01-01") else None
    args = [pk, chosen.isoformat()] if chosen else [pk]
    address = reverse(f"admin:configurator_editor_preview{'_on' if chosen else ''}", args=args)
    return redirect(f"{address}?market={market}" if market.replace("-", "").isalnum() else address)


def _day(text: str) -> date:
    if not text:
        return timezone.localdate()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error


def _private[R: HttpResponse](response: R) -> R:
    """Neither a cache nor a search engine keeps what is not published."""
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex"
    return response
