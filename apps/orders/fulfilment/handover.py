"""What happens to an order's lines at the store, and the appointment at which the car changes hands."""

from datetime import date, datetime

from apps.orders.lifecycle import LineStatus
from apps.orders.models import LineKind, Order, OrderLine
from apps.orders.services import visits
from apps.stores import services as stores
from apps.stores.errors import SlotTaken
from apps.stores.lifecycle import ACTIVE, Party, is_final, path_to_end
from apps.stores.lifecycle import Status as AppointmentStatus
from apps.stores.models import Appointment

SERVICE = "delivery"


def fit_lines(order: Order) -> int:
    """Films and parts that the store fits before the hand-over; returns how many lines that were."""
    return order.lines.filter(
        kind__in=[LineKind.COVER, LineKind.ACCESSORY], facts__needs_fitting=True, status=LineStatus.ALLOCATED
    ).update(status=LineStatus.FITTED)


def book_handover(order: Order, now: datetime) -> Appointment:
    """The first free time at the store; the buyer can move it. What the buyer chose before and still takes place stays.

    Raises:
        SlotTaken: there is none in the coming weeks.
    """
    store = order.delivery_store
    assert store is not None
    if order.appointment is not None and (chosen := latest(order.appointment)).status in ACTIVE:
        return chosen
    contact = contact_of(order)
    for slot in stores.next_free(store=store, service=SERVICE, now=now):
        try:
            held = stores.hold_slot(
                store=store,
                service=SERVICE,
                starts_at=slot.starts_at,
                reference=order.number,
                user=order.user,
                contact=contact,
                language=order.language,
                now=now,
            )
        except SlotTaken:
            continue
        return stores.confirm(held, contact=contact, by=Party.STORE, tell=False, now=now)  # "ready" says it
    raise SlotTaken


def contact_of(order: Order) -> stores.Contact:
    return stores.Contact(name=order.name, phone=order.phone, email=order.email)


def latest(appointment: Appointment) -> Appointment:
    """What has become of an appointment that was moved, perhaps more than once."""
    while following := Appointment.objects.filter(replaces=appointment).first():
        appointment = following
    return appointment


def cancel_handover(order: Order, now: datetime) -> None:
    if order.appointment is not None:
        mine = latest(order.appointment)
        if not is_final(mine.status) and mine.status != AppointmentStatus.NO_SHOW:
            stores.cancel(mine, by=Party.STORE, reason=order.number, now=now)


def close_handover(order: Order, now: datetime) -> None:
    """The hand-over has taken place, whatever hour it was booked for and whatever the store noted meanwhile."""
    if order.appointment is None:
        return
    mine = latest(order.appointment)
    if mine.status == AppointmentStatus.REQUESTED:
        stores.accept(mine, now=now)
    if path_to_end(mine.status):
        stores.complete(mine, by=Party.STORE, now=now)
    order.appointment = mine
    order.save(update_fields=["appointment"])


def activate_lines(order: Order, now: datetime) -> None:
    """Plans become entitlements, parts are the buyer's, and a charging pile needs somebody to come."""
    lines = list(order.lines.all())
    for line in lines:
        begin(line, now.date())
    OrderLine.objects.bulk_update(lines, ["status", "visits_left", "active_until"])
    visits.queue_up(order)


def is_worked_on(line: OrderLine) -> bool:
    """Whether people work on it, by what it is; its family says the same once the database has it."""
    return line.kind == LineKind.MADE or (line.kind == LineKind.CHARGER and bool(line.facts.get("needs_fitting")))


def begin(line: OrderLine, day: date) -> None:
    """What becomes of a line on the day of the hand-over; nothing is saved."""
    if line.kind == LineKind.PLAN:
        line.status = LineStatus.ACTIVE
        line.visits_left = int(line.facts.get("visits", 0))
        line.active_until = months_later(day, int(line.facts.get("months", 12)))
    elif is_worked_on(line):  # it goes its own way, see ``services.visits``
        return
    elif line.status in (LineStatus.ALLOCATED, LineStatus.PENDING):
        line.status = LineStatus.RECEIVED


def send_goods(order: Order) -> int:
    """Parts leave the warehouse; what somebody has to fit waits for its appointment. Returns how many lines that were."""
    return order.lines.filter(kind=LineKind.ACCESSORY, status=LineStatus.ALLOCATED).update(status=LineStatus.SHIPPED)


def months_later(day: date, months: int) -> date:
    """The same day so many months on, or the last day of that month."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("unreachable")
