"""Choose a car, configure it, save it; what its battery costs."""

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.requests import user_or_none
from apps.catalog.looks import looks
from apps.catalog.models import CarModel
from apps.common.pages import VARY, redirect_page, render_page
from apps.common.requests import is_htmx, signed_in
from apps.configurator import costs, markup
from apps.configurator.errors import Contradiction, Incomplete, UnknownMarket, UnknownOption
from apps.configurator.forms import CodeForm, CostForm
from apps.configurator.insight import requests as insight
from apps.configurator.insight.events import of_click, of_question, of_saving
from apps.configurator.models import Configurator
from apps.configurator.screen import draw, draw_row
from apps.configurator.services import OpenSession, answer_at_once, is_whole, open_session, reopen, save_build
from apps.configurator.state import PageState, drawn_with, has_form_fields, read_state, step_between, wish_of
from apps.configurator.views.shelf import remember

# Each costs some solving; nobody reads more at once.
MOST_EXPLAINED = 4


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every car that can be configured, with its least price."""
    cars = Configurator.objects.for_index()
    return render(request, "configurator/index.html", {"cars": cars, "form": CodeForm()})


@require_safe
def configure(request: HttpRequest, slug: str) -> HttpResponse:
    """The configurator. A form without htmx is answered with the plain address of the state it leads to."""
    session = _session(slug, request.GET.get("market", ""))
    state = read_state(request.GET, session.document, session.machine.model)
    asked = request.GET.get("explain", "")
    path = reverse("configurator:configure", args=[slug])
    if asked not in session.document.options:
        asked = ""
    if has_form_fields(request.GET) and "poll" not in request.GET:
        _note_click(request, session, state)
    if has_form_fields(request.GET) and not is_htmx(request):
        return redirect(path + _plain(state, asked, moved=state.step != request.GET.get("step", "")))
    if asked and is_htmx(request):
        block, row = draw_row(session, state, asked, path=path)
        if row.why and row.state == "blocked":
            insight.record(request, session, of_question(asked, row.why.rules))
        return HttpResponse(markup.option(block, row, path), headers={"Vary": VARY, "HX-Push-Url": "false"})
    if "poll" in request.GET and not answer_at_once(session, state.choices)[1]:
        return HttpResponse(status=204, headers={"Vary": VARY})
    # Prices that come leave the explanations that somebody may be reading.
    explained = request.GET.getlist("explained")[:MOST_EXPLAINED] if "poll" in request.GET else [asked]
    response = _page(request, session, state, asked=explained)
    if is_htmx(request):
        response["HX-Push-Url"] = path + state.query()
    return response


@require_POST
def save(request: HttpRequest, slug: str) -> HttpResponse:
    """Save the car of the form under a code and go to its page."""
    car_model = get_object_or_404(CarModel, slug=slug)
    choices = [choice for choice in request.POST.get("choices", "").split(",") if choice]
    market = request.POST.get("market", "")
    try:
        build = save_build(car_model=car_model, choices=choices, market=market, user=user_or_none(request))
    except (Incomplete, Contradiction, UnknownOption) as error:
        session = _session(slug, market)
        state = read_state(request.POST, session.document, session.machine.model)
        return _page(request, session, state, refusal=str(error), status=error.status)
    if not signed_in(request):
        remember(request, build.code)
    session = _session(slug, market)
    insight.record(request, session, of_saving(line["code"] for line in build.lines))
    messages.success(request, _("Saved. Keep the code, or the address of this page."))
    return redirect_page(request, build.get_absolute_url())


@require_safe
def battery(request: HttpRequest, slug: str) -> HttpResponse:
    """What the battery costs bought and rented, for the visitor's own years and kilometres."""
    session = _session(slug, "")
    context = _costs(request, session)
    if not context["offers"]:
        raise Http404
    context |= {"document": session.document, "alone": True}
    status = 422 if context["cost_form"].errors else 200
    return render_page(request, "configurator/battery.html", context, partial="costs", status=status)


def _note_click(request: HttpRequest, session: OpenSession, after: PageState) -> None:
    """What the click says about wishes. The state before it is what the form was drawn with."""
    document, model = session.document, session.machine.model
    given = request.GET
    before = read_state(drawn_with(given), document, model)
    wish = wish_of(given, document)
    insight.record(
        request, session, of_click(document, before, after, wish=wish, complete=is_whole(session, after.choices))
    )


def _plain(state: PageState, asked: str, *, moved: bool) -> str:
    """The query of a state, and the place on the page where the visitor goes on."""
    if asked:
        return f"{state.query(explain=asked)}#opt-{asked}"
    return state.query() + (f"#group-{state.step}" if moved else "")


def _session(slug: str, market: str) -> OpenSession:
    """The session; a market that the car is not sold in is the first one it is."""
    try:
        return open_session(slug, market)
    except UnknownMarket:
        return open_session(slug)


def _page(
    request: HttpRequest,
    session: OpenSession,
    state: PageState,
    *,
    asked: Collection[str] = (),
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    path = reverse("configurator:configure", args=[session.document.car])
    screen = draw(session, state, path=path, asked=asked)
    reopened = reopen(state.build, session) if state.build else None
    nearest = reopened.nearest if reopened else None
    as_saved = reopened is not None and set(state.choices) == {*reopened.build.choices}.difference(state.lost)
    context: dict[str, Any] = {
        "screen": screen,
        "reopened": reopened,
        # what is wrong with the car as it was saved, the note on it says already
        "conflict": None if as_saved and nearest else screen.conflict,
        "nearest_step": step_between(state.choices, nearest.choices) if nearest else "",
        "groups": markup.groups(screen),
        "save_url": reverse("configurator:save", args=[session.document.car]),
        "refusal": refusal,
        "fragment": is_htmx(request),
        "turnable": session.document.car in looks(),
        "here": path + state.query(),
        "visit": insight.visit_of(request),
    }
    if not is_htmx(request):
        context |= _costs(request, session)
        # the car's own picture, whatever it costs when somebody shares the page
        card = reverse("catalog:card_now", args=[session.document.car])
        context["social_card"] = {"url": card, "alt": screen.name}
    return render_page(request, "configurator/configure.html", context, partial="screen", status=status)


def _costs(request: HttpRequest, session: OpenSession) -> dict[str, Any]:
    """The form and, where it is filled in properly, the comparison of every battery that can be rented."""
    given = request.GET if "years" in request.GET or "kilometres" in request.GET else None
    form = CostForm(given or {name: field.initial for name, field in CostForm.base_fields.items()})
    offers = costs.offers(session.document, **form.cleaned_data) if form.is_valid() else ()
    return {"cost_form": form, "offers": offers or costs.offers(session.document), "slug": session.document.car}
