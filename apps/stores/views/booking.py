"""Booking a time at a store."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.common.errors import DomainError
from apps.common.pages import redirect_page, render_page
from apps.common.requests import signed_in
from apps.stores import opening, services
from apps.stores.errors import SlotTaken
from apps.stores.forms import BookForm
from apps.stores.kinds import BOOKABLE, HORIZON, ICONS, SERVICES, Service
from apps.stores.models import Store
from apps.stores.slots import Slot
from apps.stores.views.people import person

DAYS_SHOWN = 14


@dataclass(frozen=True, slots=True)
class Picker:
    """Two weeks of days with how many times are free on each, and the times of one of them."""

    days: list[tuple[date, int]]
    day: date
    slots: list[Slot]
    earlier: date | None
    later: date | None

    @property
    def has_times(self) -> bool:
        """Whether anything is free on any of the days shown."""
        return any(free for _day, free in self.days)


def picker(
    store: Store, service: str, wanted: str, now: datetime, *, start: str = "", ignoring: UUID | None = None
) -> Picker:
    """The days from ``start`` on (today at the earliest) and the times of ``wanted``, or of the first day with any."""
    today = now.astimezone(store.zone).date()
    last = (now + HORIZON).astimezone(store.zone).date()
    chosen = _day(wanted)
    first = _day(start) or (chosen if chosen and chosen >= today + timedelta(days=DAYS_SHOWN) else today)
    first = min(max(first, today), last)
    free = services.free_days(store=store, service=service, first=first, days=DAYS_SHOWN, now=now, ignoring=ignoring)
    if chosen not in free:
        chosen = next((day for day, times in free.items() if times), first)
    later = first + timedelta(days=DAYS_SHOWN)
    return Picker(
        days=[(day, len(times)) for day, times in free.items() if day <= last],
        day=chosen,
        slots=free[chosen],
        earlier=max(today, first - timedelta(days=DAYS_SHOWN)) if first > today else None,
        later=later if later <= last else None,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@require_http_methods(["GET", "HEAD", "POST"])
def book(request: HttpRequest, code: str) -> HttpResponse:
    """Service, day, time and contact; a time that was taken meanwhile answers with the next free ones."""
    store = get_object_or_404(Store.objects.active().select_related("city"), code=code)
    given = request.POST if request.method == "POST" else request.GET
    service = given.get("service", "")
    offered = [name.value for name in BOOKABLE if name in store.services]
    if service not in offered:
        service = offered[0] if offered else ""
    user = person(request)
    error: DomainError | None = None
    if request.method == "POST":
        form = BookForm(request.POST)
        if form.is_valid():
            try:
                made = services.book(
                    store=store,
                    service=service,
                    starts_at=form.cleaned_data["starts_at"],
                    contact=form.contact(),
                    user=user,
                )
            except DomainError as refused:
                error = refused
            else:
                return redirect_page(request, reverse("stores:appointment", args=[made.pk]))
    else:
        form = BookForm(initial=_known(request))
    status = error.status if error else 422 if form.is_bound else 200
    return render_page(
        request, "stores/book.html", _context(store, service, form, given, error), partial="picker", status=status
    )


def _known(request: HttpRequest) -> dict[str, str]:
    """What we know of a signed-in customer."""
    user = person(request)
    return {"name": user.name, "phone": user.phone, "email": user.email} if user and signed_in(request) else {}


def _context(store: Store, service: str, form: BookForm, given: Any, error: DomainError | None) -> dict[str, Any]:
    now = timezone.now()
    chosen = given.get("starts_at", "")
    wanted = given.get("day", "") or _local_day(store, chosen)
    return {
        "store": store,
        "service": service,
        "service_name": Service(service).label if service else "",
        "minutes": SERVICES[service].minutes if service else 0,
        "service_rows": [
            {"code": name.value, "name": name.label, "icon": ICONS[name]} for name in BOOKABLE if name in store.services
        ],
        "picker": picker(store, service, wanted, now, start=given.get("from", "")) if service else None,
        "chosen": chosen,
        "closures": partial(opening.coming_closures, store, now),  # read by the whole page, not by the days alone
        "form": form,
        "error": error,
        "next_free": error.slots if isinstance(error, SlotTaken) else [],
    }


def _local_day(store: Store, chosen: str) -> str:
    """The local day of a time, for a page that was asked for with a time alone."""
    try:
        return datetime.fromisoformat(chosen).astimezone(store.zone).date().isoformat()
    except ValueError:
        return ""
