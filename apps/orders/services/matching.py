"""Which car goes to which order: reading what waits, asking ``apps.orders.matching``, and writing what it says.

An order takes part from its place on the line (``scheduled``) until it has its car. The car built for it counts as its own,
whether it exists already or is still on the line (``job:<order>``): it goes to another order only when that makes more
orders on time, or fewer days late. From ``vin_assigned`` on a car leaves at once and is left alone.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.orders import matching as sums
from apps.orders import partners
from apps.orders.builds import build_of
from apps.orders.fulfilment.queue import key_of, wake
from apps.orders.identifiers import is_vin
from apps.orders.lifecycle import Status
from apps.orders.matching import Car, Position, Waiting, Why
from apps.orders.models import Allocation, FulfilmentStep, Order, Promise, Vehicle
from apps.orders.partners import PartnerFailed
from apps.orders.services import supply
from apps.orders.terms import PREPARATION_DAYS, TRANSPORT_DAYS, pace

log = structlog.get_logger(__name__)
JOB = "job:"
_TAKEN = Exists(Allocation.objects.filter(vehicle=OuterRef("pk"), ended_at=None))
# Cars that stand free and are new; one that came back from its buyer is sold as such.
_FREE = Q(~_TAKEN, km=None)
_HAS_CAR = Exists(Allocation.objects.filter(order=OuterRef("pk"), ended_at=None))


def _unit() -> timedelta:
    return pace(1, settings.FULFILMENT_SPEED)


def _after_build() -> timedelta:
    return pace(TRANSPORT_DAYS + PREPARATION_DAYS, settings.FULFILMENT_SPEED)


# A car is written down once, whoever hears of it first; a maker that tells us of it again changes nothing.
_REGISTER = """
INSERT INTO orders_vehicle (vin, car_model_id, as_built, built_at, build, built_for_id)
VALUES (%(vin)s, %(car_model_id)s, %(as_built)s::jsonb, %(built_at)s, %(build)s, %(built_for_id)s)
ON CONFLICT (vin) DO NOTHING RETURNING id
"""


def register(order: Order, vin: str, as_built: Iterable[str], now: datetime) -> Vehicle:
    """Write down a car that the maker built for this order."""
    assert order.car_model_id is not None
    options = list(as_built)
    facts: dict[str, Any] = {
        "vin": vin,
        "car_model_id": order.car_model_id,
        "built_at": now,
        "build": build_of(order.car_model_id, options),
        "built_for_id": order.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(_REGISTER, {**facts, "as_built": json.dumps(options)})
        row = cursor.fetchone()
    if row is None:
        return Vehicle.objects.get(vin=vin)
    made = Vehicle(pk=row[0], as_built=options, **facts)
    made._state.adding = False
    return made


def others_could_use(order: Order, vehicle: Vehicle, now: datetime) -> bool:
    """Whether it is worth looking at the whole build: another car stands free, or an order that this one would make on time is
    going to be late with its own."""
    if Vehicle.objects.filter(_FREE, build=vehicle.build).exclude(pk=vehicle.pk).exists():
        return True
    lead = _after_build()
    waiting = FulfilmentStep.objects.filter(
        kind="await_build",
        status=FulfilmentStep.Status.READY,
        order__status=Status.SCHEDULED,
        order__promise__build=vehicle.build,
        order__promise__last_at__gte=now + lead,
        order__promise__last_at__lt=F("next_at") + lead,
    )
    return waiting.exclude(order=order).exists()


def allocate(order: Order, vehicle: Vehicle, now: datetime) -> None:
    """The car is this order's, which had none; the caller holds the order's lock."""
    Allocation.objects.create(vehicle=vehicle, order=order, since=now)
    supply.use_slot(order)


@transaction.atomic
def match_build(build: str, now: datetime | None = None) -> dict[int, Position]:
    """Match the orders and cars of one build. Rows that somebody else is working on are passed over until the next run."""
    at = now or timezone.now()
    orders = Order.objects.filter(~_HAS_CAR, status=Status.SCHEDULED, promise__build=build).order_by("pk")
    locked = {order.pk: order for order in orders.select_for_update(skip_locked=True, of=("self",))}
    cars = Vehicle.objects.filter(_FREE, build=build).order_by("pk")
    free = {car.vin: car for car in cars.select_for_update(skip_locked=True, of=("self",))}
    positions = sums.match(*_problem(locked, free, at))
    _apply(locked, free, positions, at)
    return positions


def _problem(orders: dict[int, Order], free: dict[str, Vehicle], now: datetime) -> tuple[list[Waiting], list[Car]]:
    """The same in days from now. A car that exists can leave today, one on the line when the maker says it is built."""
    unit, lead = _unit(), _after_build()
    own = {car.built_for_id: vin for vin, car in free.items() if car.built_for_id}
    same = Vehicle.objects.filter(build=F("built_for__promise__build"), built_for__in=orders)
    built = set(same.values_list("built_for_id", flat=True))
    due = FulfilmentStep.objects.filter(order__in=orders, kind="await_build", status=FulfilmentStep.Status.READY)
    cars = [Car(vin, car.build, 0) for vin, car in free.items()]
    for number, built_at in due.values_list("order_id", "next_at"):
        if number not in built:
            own[number] = f"{JOB}{number}"
            cars.append(Car(own[number], "", max(0, -((now - built_at) // unit))))
    waiting = [
        Waiting(row.order_id, "", (row.last_at - lead - now) // unit, row.order_id, own.get(row.order_id))
        for row in Promise.objects.filter(order__in=orders)
    ]
    return waiting, [Car(car.vin, "", car.from_day) for car in cars]


def _apply(orders: dict[int, Order], free: dict[str, Vehicle], positions: dict[int, Position], now: datetime) -> None:
    rows = []
    for number, position in positions.items():
        if position.vin in free:
            allocate(orders[number], free[position.vin], now)
            wake(orders[number], "await_build")
        row = Promise(pk=number, why=position.why, late_days=position.late, queue=position.queue, matched_at=now)
        rows.append(row)
    Promise.objects.bulk_update(rows, ["why", "late_days", "queue", "matched_at"], batch_size=1000)


def match_all() -> int:
    """Every build that somebody waits for; returns how many orders got their car."""
    builds = Promise.objects.filter(order__status=Status.SCHEDULED).values_list("build", flat=True).distinct()
    got = 0
    for build in list(builds.order_by("build")):
        try:
            found = match_build(build).values()
        except Exception:
            log.exception("match_failed", build=build)
            continue
        got += sum(1 for one in found if one.vin is not None and not one.vin.startswith(JOB))
    return got


def take_feed() -> int:
    """Ask for the cars whose orders have got another one meanwhile: they stand free for whoever waits.

    Nothing is locked while the maker is asked. Returns how many came.
    """
    mine = Vehicle.objects.filter(built_for=OuterRef("pk"))
    others = Allocation.objects.filter(order=OuterRef("pk"), ended_at=None).exclude(vehicle__built_for=OuterRef("pk"))
    swapped = Order.objects.filter(~Exists(mine), Exists(others), promise__isnull=False).exclude(
        status=Status.CANCELLED
    )
    count = 0
    for order in swapped.order_by("pk")[:500]:
        try:
            state = partners.maker().state(key=key_of(order, "submit_build"))
        except (PartnerFailed, FulfilmentStep.DoesNotExist) as error:
            log.warning("feed_failed", order=order.number, error=str(error))
            continue
        if state.vin is not None and is_vin(state.vin):
            register(order, state.vin, state.as_built, timezone.now())
            count += 1
    return count


def explain(row: Promise, vin: str | None) -> str:
    """An order's position in words, for staff and buyer."""
    late = ngettext("%(count)s day late", "%(count)s days late", row.late_days) % {"count": row.late_days}
    if row.why == Why.NONE_LEFT:
        return _("No car of this build is there yet. Place %(queue)s in the queue.") % {"queue": row.queue}
    if row.why == Why.LOST:
        return _("The car built for this order went to one that would have been late without it. Place %(queue)s.") % {
            "queue": row.queue
        }
    texts = {
        Why.ON_TIME: _("A free car of this build gets there in time."),
        Why.LATE: _("The best that can be had is a car that is %(late)s."),
        Why.KEPT: _("The car built for this order; no other one would be better for it or for anybody else."),
        Why.MOVED: _("Another car than the one built for it: that way more orders are on time, or fewer days late."),
    }
    text = texts.get(Why(row.why), "") if row.why else ""
    return " ".join(filter(None, [text % {"late": late}, vin or ""]))
