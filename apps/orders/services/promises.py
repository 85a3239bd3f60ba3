"""When the car will be there: what is promised on signing, what is expected since, and what a delay is worth."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.orders.builds import build_of, options_of
from apps.orders.lifecycle import Status
from apps.orders.models import FulfilmentStep, LineKind, Order, Promise
from apps.orders.services import transitions
from apps.orders.services.credits import grant
from apps.orders.terms import (
    BUILD_ACCEPTED_DAYS,
    BUILD_DAYS,
    DELAY_CREDIT_A_DAY,
    DELAY_CREDIT_DAYS,
    PREPARATION_DAYS,
    PROMISE_MARGIN_DAYS,
    TRANSPORT_DAYS,
    pace,
)

log = structlog.get_logger(__name__)
_AFTER_BUILD = TRANSPORT_DAYS + PREPARATION_DAYS
# Days from the beginning of a state until the car is ready, when all goes as planned.
TO_GO: Mapping[str, int] = {
    Status.SIGNED: BUILD_ACCEPTED_DAYS + BUILD_DAYS + _AFTER_BUILD,
    Status.ALLOC_FAILED: BUILD_ACCEPTED_DAYS + BUILD_DAYS + _AFTER_BUILD,
    Status.SCHEDULED: BUILD_DAYS + _AFTER_BUILD,
    Status.MISMATCH: _AFTER_BUILD,
    Status.VIN_ASSIGNED: _AFTER_BUILD,
    Status.IN_TRANSIT: _AFTER_BUILD,
    Status.AT_STORE: PREPARATION_DAYS,
}


def promise(order: Order, now: datetime) -> Promise:
    """Promise a range: as planned from today, not before the month of the build slot, a week wide or to the month's end.

    The caller holds the lock. The promise stays when the contract is signed again for another build; the fingerprint follows.
    """
    car = order.lines.get(kind=LineKind.CAR)
    first, last = promised_range(now, str(car.facts.get("build_month", "")), settings.FULFILMENT_SPEED)
    assert order.car_model_id is not None
    build = build_of(order.car_model_id, options_of(car.facts))
    made, created = Promise.objects.get_or_create(
        order=order,
        defaults={
            "build": build,
            "first_at": first,
            "last_at": last,
            "expected_at": first,
            "credit_a_day": DELAY_CREDIT_A_DAY,
            "credit_days": DELAY_CREDIT_DAYS,
        },
    )
    if not created:
        made.build, made.expected_at = build, first
        made.save(update_fields=["build", "expected_at"])
    return made


def promised_range(now: datetime, month: str, speed: float) -> tuple[datetime, datetime]:
    """First and last moment. ``month`` is the slot's, as 2026-12; it only counts where a day lasts a day."""
    first = now + pace(TO_GO[Status.SIGNED], speed)
    last = first + pace(PROMISE_MARGIN_DAYS, speed)
    if not month or speed != 1:
        return first, last
    begins = timezone.make_aware(datetime.strptime(month, "%Y-%m"))  # noqa: DTZ007  made aware here
    ends = (begins + timedelta(days=32)).replace(day=1)
    after = timedelta(days=_AFTER_BUILD)
    return max(first, begins + after), max(last, ends + after)


def expect(order: Order, now: datetime) -> None:
    """What is expected from the order's new state on."""
    days = TO_GO.get(Status(order.status))
    if days is not None:
        Promise.objects.filter(order=order).update(expected_at=now + pace(days, settings.FULFILMENT_SPEED))


def days_late(row: Promise, now: datetime) -> int:
    """Whole days after the end of the promised range."""
    return max(0, (now - row.last_at) // pace(1, settings.FULFILMENT_SPEED))


def accrue_daily(now: datetime | None = None) -> int:
    """Credit each late order with the days that have passed since the last time; returns how many days that were.

    Each day has a key of its own: run twice, or died in between, it grants nothing twice.
    """
    at = now or timezone.now()
    late = Promise.objects.filter(last_at__lt=at - pace(1, settings.FULFILMENT_SPEED), order__status__in=list(TO_GO))
    granted = 0
    for number in late.order_by("last_at").values_list("order_id", flat=True).iterator(chunk_size=500):
        try:
            granted += _accrue(number, at)
        except Exception:
            log.exception("accrue_failed", order=number)
    return granted


@transaction.atomic
def _accrue(number: int, now: datetime) -> int:
    order = transitions.lock(Order(pk=number))
    row = Promise.objects.select_for_update().get(order=order)
    if order.status not in TO_GO or _waits_for_the_buyer(order):
        return 0
    owed = min(days_late(row, now), row.credit_days)
    if not row.credit_a_day or owed <= row.credited:
        return 0
    for day in range(row.credited + 1, owed + 1):
        key = f"delay:{order.number}:{day}"
        grant(order=order, amount=row.credit_a_day, kind="delay", key=key, tell=False)
    count, row.credited = owed - row.credited, owed
    row.save(update_fields=["credited"])
    _tell(order, row, now)
    return count


def _tell(order: Order, row: Promise, now: datetime) -> None:
    """Once for each week of a delay, with everything that it has been worth so far."""
    week, so_far = (row.credited - 1) // 7, row.credited * row.credit_a_day
    if not order.notices.filter(kind="delayed", data__week=week).exists():
        transitions.notify(order, "delayed", now, again=f"week-{week}", data={"amount": so_far, "week": week})


def follow(order: Order) -> None:
    """The build that is now ordered, where it was changed since the promise."""
    car = order.lines.get(kind=LineKind.CAR)
    assert order.car_model_id is not None
    build = build_of(order.car_model_id, options_of(car.facts))
    Promise.objects.filter(order=order).exclude(build=build).update(build=build)


def _waits_for_the_buyer(order: Order) -> bool:
    """The car is there, and only the money lacks: that is no delay of ours."""
    waiting = order.steps.filter(status=FulfilmentStep.Status.READY, kind="await_balance")
    return order.status == Status.AT_STORE and waiting.exists()
