"""One appointment: who knows its id sees a guest's; a signed-in person's belongs to that person alone."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.common.errors import DomainError
from apps.common.pages import redirect_page, render_page
from apps.stores import services
from apps.stores.calendar import calendar_file
from apps.stores.errors import SlotTaken
from apps.stores.forms import MoveForm
from apps.stores.kinds import SERVICES
from apps.stores.lifecycle import ACTIVE, FORWARD, Status
from apps.stores.models import Appointment
from apps.stores.views.booking import picker
from apps.stores.views.people import person

# What a visitor is shown as the way of an appointment; the workshop's own steps in between are one of these.
STEPS = (Status.CONFIRMED, Status.CHECKED_IN, Status.IN_SERVICE, Status.READY, Status.CLOSED)


class NeedsSignIn(Exception):
    """It belongs to somebody who signs in; the visitor has not."""


def _mine(request: HttpRequest, pk: UUID) -> Appointment:
    found = Appointment.objects.with_store().visible_to(request.user).filter(pk=pk).first()
    if found is not None:
        return found
    if person(request) is None and Appointment.objects.filter(pk=pk).exists():
        raise NeedsSignIn
    raise Http404


@require_safe
@never_cache
def appointment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is booked, how it stands, and the ways to change it."""
    try:
        mine = _mine(request, pk)
    except NeedsSignIn:
        return redirect_to_login(request.get_full_path())
    return render_page(request, "stores/appointment.html", _context(request, mine), partial="picker")


@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give the time back."""
    try:
        mine = _mine(request, pk)
        services.cancel(mine, actor=person(request))
    except NeedsSignIn:
        return redirect_to_login(reverse("stores:appointment", args=[pk]))
    except DomainError as error:
        context = _context(request, mine) | {"error": error}
        return render_page(request, "stores/appointment.html", context, status=error.status)
    messages.success(request, _("The appointment is cancelled."))
    return redirect_page(request, reverse("stores:appointment", args=[mine.pk]))


@require_POST
def reschedule(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Move to another time; until that is certain the old one stands."""
    try:
        mine = _mine(request, pk)
    except NeedsSignIn:
        return redirect_to_login(reverse("stores:appointment", args=[pk]))
    form = MoveForm(request.POST)
    if not form.is_valid():
        context = _context(request, mine) | {"move_form": form}
        return render_page(request, "stores/appointment.html", context, status=422)
    try:
        moved = services.reschedule(mine, form.cleaned_data["starts_at"], actor=person(request))
    except DomainError as error:
        mine.refresh_from_db()
        context = _context(request, mine) | {"error": error}
        if isinstance(error, SlotTaken):
            context["next_free"] = error.slots
        return render_page(request, "stores/appointment.html", context, status=error.status)
    messages.success(request, _("The appointment is moved."))
    return redirect_page(request, reverse("stores:appointment", args=[moved.pk]))


@require_safe
@never_cache
def calendar(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The appointment as a file for a calendar."""
    try:
        mine = _mine(request, pk)
    except NeedsSignIn:
        return redirect_to_login(request.get_full_path())
    url = request.build_absolute_uri(reverse("stores:appointment", args=[mine.pk]))
    return HttpResponse(
        calendar_file(mine, url),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="appointment.ics"'},
    )


def _context(request: HttpRequest, mine: Appointment) -> dict[str, Any]:
    now = timezone.now()
    can_change = mine.is_changeable and (mine.starts_at > now or mine.status == Status.HELD)
    can_move = can_change and mine.service in mine.store.services and mine.store.is_active
    given = request.GET
    return {
        "appointment": mine,
        "store": mine.store,
        "minutes": SERVICES[mine.service].minutes,
        "steps": _steps(mine),
        "can_change": can_change,
        "replaced_by": Appointment.objects.filter(replaces=mine).values_list("pk", flat=True).first(),
        "picker": picker(
            mine.store, mine.service, given.get("day", ""), now, start=given.get("from", ""), ignoring=mine.pk
        )
        if can_move
        else None,
    }


def _steps(mine: Appointment) -> list[tuple[str, str]]:
    """(label, ``done`` | ``now`` | ``""``) along the way; nothing for what ended otherwise."""
    if mine.status not in ACTIVE and mine.status != Status.CLOSED:
        return []
    current = Status(mine.status)
    if current in (Status.AWAITING_APPROVAL, Status.QUALITY_CHECK):
        current = Status.IN_SERVICE
    place = FORWARD.index(current) if current in FORWARD else -1
    rows = []
    for step in STEPS:
        here = FORWARD.index(step)
        rows.append(
            (str(step.label), "now" if here == place and step != Status.CLOSED else "done" if here <= place else "")
        )
    return rows
