"""The first page of the back office: what moves, what is late, what waits for somebody, what came in today."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext

from apps.accounts.models import User
from apps.accounts.requests import user_of
from apps.configurator.overview import cars
from apps.orders import queues
from apps.orders.lag import queue_lag
from apps.orders.lifecycle import PAID, Status
from apps.orders.models import FulfilmentStep, Order, PaymentLeg, Refund, Timer

DAYS = 14
ROWS = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart: ``percent`` of the largest, in whole percent."""

    label: str
    count: int
    percent: int
    url: str


@dataclass(frozen=True, slots=True)
class Day:
    """A column of the chart of days, in a drawing of 640 × 120."""

    label: str
    count: int
    x: int
    y: int
    height: int


def callback(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What unfold calls for its index page. Only who may see orders sees their numbers. At most eleven queries."""
    context["shows_orders"] = request.user.has_perm("orders.view_order")
    if context["shows_orders"]:
        context |= numbers(timezone.now(), user_of(request))
    return context | {"title": pgettext("back office", "Overview")} | cars(request)


def numbers(now: datetime, user: User) -> dict[str, Any]:
    """Of money hears who deals with it, of what runs by itself who sees to it."""
    roles = queues.roles_of(user)
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    work = queues.open_for(user)
    soonest = queues.with_due(work).order_by("due", "pk")  # type: ignore[misc]  # annotated by queues
    days = _days(today)
    return {
        "days": days,
        "orders_today": days[-1].count,
        "states": _states(),
        "queues": queues.counts(work, roles),
        "shows_money": queues.Role.FINANCE in roles,
        "shows_machine": queues.Role.OPERATIONS in roles,
        "work": soonest.select_related("order", "owner")[:ROWS],
        "now": now,
        **(_money(today) if queues.Role.FINANCE in roles else {}),
        **(_machine(now) if queues.Role.OPERATIONS in roles else {}),
    }


def _money(today: datetime) -> dict[str, Any]:
    """What came and went since midnight, in fen."""
    paid = PaymentLeg.objects.filter(captured_at__gte=today, status__in=PAID)
    return {
        "money_today": paid.aggregate(sum=Sum("captured"))["sum"] or 0,
        "refunds_today": Refund.objects.filter(created_at__gte=today).aggregate(sum=Sum("amount"))["sum"] or 0,
    }


def _machine(now: datetime) -> dict[str, Any]:
    """How what runs by itself is doing."""
    late = Timer.objects.filter(done_at=None, due_at__lt=now)
    parked = FulfilmentStep.objects.filter(status=FulfilmentStep.Status.PARKED)
    return {
        "late": late.select_related("order").order_by("due_at")[:ROWS],
        "late_count": late.count(),
        "lag": queue_lag(),
        "parked": parked.select_related("order").order_by("next_at")[:ROWS],
    }


def _states() -> list[Bar]:
    counts = dict(Order.objects.order_by().values_list("status").annotate(count=Count("pk")))
    most = max(counts.values(), default=1)
    base = reverse("admin:orders_order_changelist")
    return [
        Bar(
            str(state.label),
            counts[state.value],
            round(counts[state.value] * 100 / most),
            f"{base}?status__exact={state.value}",
        )
        for state in Status
        if counts.get(state.value)
    ]


def _days(today: datetime) -> list[Day]:
    first = today - timedelta(days=DAYS - 1)
    rows = (
        Order.objects.placed_between(first, today + timedelta(days=1))
        .order_by()
        .values_list(TruncDate("placed_at"))
        .annotate(count=Count("pk"))
    )
    counts = dict(rows)
    wanted = [(first + timedelta(days=offset)).date() for offset in range(DAYS)]
    most = max(counts.values(), default=1)
    width = 640 // DAYS
    return [
        Day(
            day.strftime("%m-%d"),
            counts.get(day, 0),
            index * width,
            120 - (height := round(counts.get(day, 0) * 110 / most)),
            height,
        )
        for index, day in enumerate(wanted)
    ]
