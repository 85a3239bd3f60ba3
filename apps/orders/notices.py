"""The messages an order owes its buyer: which channel each goes by, and what stands in it when it is sent."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override, pgettext

from apps.common.money import yuan
from apps.messaging import services as messaging
from apps.messaging.kinds import Channel
from apps.messaging.letters import File, Letter
from apps.messaging.models import Message
from apps.orders.letters import GREETING, TEXTS, text_of
from apps.orders.lifecycle import PAID
from apps.orders.models import Order
from apps.stores.calendar import attachment
from apps.stores.models import Appointment

COMPOSER = "order"


def owe(order: Order, kind: str, *, now: datetime | None, again: str, data: Mapping[str, Any] | None) -> None:
    """Owe the buyer a message: once for each state the order has been in, and each ``again``."""
    text = text_of(kind)
    store = order.delivery_store
    reader = messaging.Reader(
        email=order.email,
        phone=order.phone,
        user_id=order.user_id,
        language=order.language,
        zone=store.time_zone if store else settings.TIME_ZONE,
    )
    messaging.owe(
        key=":".join(filter(None, ("order", order.number, str(order.version), kind, again))),
        composer=COMPOSER,
        reference=order.number,
        kind=kind,
        to=reader,
        topic=text.topic,
        channels=(Channel.EMAIL, Channel.SMS) if text.sms is not None else (Channel.EMAIL,),
        data=data,
        at=now,
    )


def title(kind: str) -> str:
    return str(TEXTS[kind].subject) if kind in TEXTS else ""


def compose(message: Message) -> Letter | None:
    """The text of one message about one order, in the language that is active."""
    order = Order.objects.whole().filter(number=message.reference).first()
    if order is None:
        return None
    text, link = text_of(message.kind), link_to(order)
    values = _values(order, message.data)
    subject = str(text.subject)
    return Letter(
        subject=f"{subject} · {order.number}",
        heading=subject,
        greeting=str(GREETING) % values,
        paragraphs=[str(one) % values for one in text.paragraphs],
        facts=[fact for name in text.facts if (fact := FACTS[name](order, message.data)) is not None],
        action=(str(text.action), link),
        small=[_("The link opens your order without a password: please do not pass it on.")]
        if not order.user_id
        else (),
        sms=_("[Kaiche] Order %(number)s: %(text)s %(link)s")
        % {"number": order.number, "text": str(text.sms or subject) % values, "link": link},
        files=_files(order, message.kind),
    )


def gave_up(message: Message) -> None:
    """A message that never leaves needs a person, if it is one that has to arrive."""
    from apps.orders.services.transitions import raise_work_item

    order = Order.objects.filter(number=message.reference).first()
    if order is not None and message.channel == Channel.EMAIL:
        text = gettext_noop("A mail to the buyer could not be sent: “%(letter)s”.")
        raise_work_item(order, "mail", text, letter=message.kind)


def link_to(order: Order) -> str:
    """The order's page, open to whoever has the message."""
    with override(order.language):
        return f"{settings.PUBLIC_URL.rstrip('/')}{order.get_absolute_url()}?token={order.token}"


def _values(order: Order, data: Mapping[str, Any]) -> Mapping[str, str]:
    booked = _appointment(order, data)
    known = {
        "number": order.number,
        "name": order.name,
        "car": order.car_model.full_name if order.car_model else "",
        "store": order.delivery_store.name if order.delivery_store else "",
        "total": yuan(order.total),
        "amount": yuan(int(data.get("amount", 0))),
        "when": _visit(order, data) or (_moment(booked) if booked else ""),
    }
    return defaultdict(str, known)


def _moment(booked: Appointment) -> str:
    """By the store's clock: that is where the reader has to be."""
    return date_format(booked.starts_at.astimezone(booked.store.zone), "DATETIME_FORMAT")


def _appointment(order: Order, data: Mapping[str, Any]) -> Appointment | None:
    """What the message is about: a visit it names, otherwise the hand-over."""
    named = data.get("appointment")
    return Appointment.objects.with_store().filter(pk=named).first() if named else order.appointment


def _paid(order: Order) -> int:
    return sum(leg.amount - leg.refunded for leg in order.legs.all() if leg.status in PAID)


def _open(order: Order) -> int:
    closed = (*PAID, "refunded", "expired")
    return sum(leg.amount for leg in order.legs.all() if leg.status not in closed)


def _vin(order: Order) -> str:
    live = getattr(order, "live", [])
    return live[0].vehicle.vin if live else ""


def _place(order: Order) -> str:
    store = order.delivery_store
    return f"{store.name}\n{store.address}" if store else ""


def _expected(order: Order) -> str:
    from apps.orders.timeline import expected_ready

    due = expected_ready(order)
    return date_format(timezone.localtime(due), "DATE_FORMAT") if due else ""


def _visit(order: Order, data: Mapping[str, Any]) -> str:
    if data.get("at"):  # a visit to the buyer's address
        return date_format(timezone.localtime(datetime.fromisoformat(data["at"])), "DATETIME_FORMAT")
    booked = _appointment(order, data)
    return _moment(booked) if booked else ""


def _day(data: Mapping[str, Any]) -> str:
    return date_format(date.fromisoformat(data["day"]), "DATE_FORMAT") if data.get("day") else ""


_Fact = Callable[[Order, Mapping[str, Any]], tuple[str, str] | None]


def _fact(label: Callable[[], str], value: Callable[[Order, Mapping[str, Any]], str]) -> _Fact:
    """A row of the table; none where there is nothing to say."""

    def row(order: Order, data: Mapping[str, Any]) -> tuple[str, str] | None:
        text = value(order, data)
        return (label(), text) if text else None

    return row


FACTS: Mapping[str, _Fact] = {
    "order": _fact(lambda: _("Order"), lambda order, _data: order.number),
    "car": _fact(
        lambda: pgettext("model", "Car"), lambda order, _data: order.car_model.full_name if order.car_model else ""
    ),
    "status": _fact(lambda: _("How it stands"), lambda order, _data: str(order.get_status_display())),
    "total": _fact(lambda: _("Total"), lambda order, _data: yuan(order.total)),
    "paid": _fact(lambda: pgettext("sum", "Paid"), lambda order, _data: yuan(_paid(order)) if _paid(order) else ""),
    "due": _fact(lambda: _("Still to be paid"), lambda order, _data: yuan(_open(order)) if _open(order) else ""),
    "store": _fact(lambda: _("Store"), lambda order, _data: _place(order)),
    "vin": _fact(lambda: "VIN", lambda order, _data: _vin(order)),
    "handover": _fact(lambda: _("Hand-over"), lambda order, data: _visit(order, data)),
    "visit": _fact(lambda: _("Visit"), lambda order, data: _visit(order, data)),
    "address": _fact(lambda: _("Address"), lambda _order, data: str(data.get("address", ""))),
    "expected": _fact(lambda: _("Expected to be ready"), lambda order, _data: _expected(order)),
    "checksum": _fact(lambda: _("Checksum of the contract"), lambda order, _data: order.contract_hash),
    "amount": _fact(lambda: _("Amount"), lambda _order, data: yuan(int(data["amount"])) if data.get("amount") else ""),
    "credit": _fact(lambda: _("Credit"), lambda _order, data: yuan(int(data["amount"])) if data.get("amount") else ""),
    "transferred": _fact(lambda: _("Day of the transfer"), lambda _order, data: _day(data)),
    "reference": _fact(lambda: _("Bank's reference"), lambda _order, data: str(data.get("reference", ""))),
    "fee": _fact(
        lambda: _("Cancellation fee"),
        lambda order, _data: yuan(order.cancellation_fee) if order.cancellation_fee else "",
    ),
}


def _files(order: Order, kind: str) -> list[File]:
    if kind in ("ready", "handover_moved") and order.appointment is not None:
        return [attachment(order.appointment)]
    return []


@transaction.atomic
def told(order: Order) -> list[Message]:
    """Everything that was or will be written about an order and its appointments, newest first, without the texts."""
    booked = [str(pk) for pk in Appointment.objects.for_reference(order.number).values_list("pk", flat=True)]
    return list(Message.objects.filter(reference__in=[order.number, *booked]).without_text()[:50])
