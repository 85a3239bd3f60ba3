"""The messages an appointment owes its customer: confirmation with a calendar file, changes, reminders.

What belongs to an order is told here, too; only the hand-over's own first message is the order's ("your car is ready").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.messaging import services as messaging
from apps.messaging.kinds import Channel, Topic
from apps.messaging.letters import Letter
from apps.messaging.models import Message
from apps.stores.calendar import attachment, page_of
from apps.stores.lifecycle import Status
from apps.stores.models import Appointment

COMPOSER = "appointment"
_BOTH, _MAIL, _SMS = (Channel.EMAIL, Channel.SMS), (Channel.EMAIL,), (Channel.SMS,)


@dataclass(frozen=True, slots=True)
class Reminder:
    """So long before it begins; worthless once only ``until`` is left."""

    before: timedelta
    until: timedelta
    channels: tuple[Channel, ...]


REMINDERS: Mapping[str, Reminder] = {
    "remind_72": Reminder(timedelta(hours=72), timedelta(hours=30), _MAIL),
    "remind_24": Reminder(timedelta(hours=24), timedelta(hours=4), _BOTH),
    "remind_2": Reminder(timedelta(hours=2), timedelta(minutes=5), _SMS),
}


@dataclass(frozen=True, slots=True)
class Text:
    """May use %(service)s, %(when)s, %(store)s, %(address)s, %(until)s and %(reason)s."""

    subject: Promise
    text: Promise
    sms: Promise
    states: tuple[Status, ...]
    channels: tuple[Channel, ...] = _BOTH
    topic: Topic = Topic.ESSENTIAL


_COMING = (Status.CONFIRMED, Status.REQUESTED)
_REMINDER = {
    "subject": gettext_lazy("Do not forget: %(service)s"),
    "text": gettext_lazy("This is a reminder of your appointment. If the time no longer suits you, move or cancel it: somebody else may be glad of it."),
    "sms": gettext_lazy("Reminder: %(service)s, %(when)s, %(store)s, %(address)s."),
    "states": (Status.CONFIRMED,),
    "topic": Topic.REMINDERS,
}  # fmt: skip
TEXTS: Mapping[str, Text] = {
    "confirmed": Text(
        gettext_lazy("Confirmed: %(service)s"),
        gettext_lazy("Your appointment is certain. The attached file puts it into your calendar."),
        gettext_lazy("Confirmed: %(service)s, %(when)s, %(store)s, %(address)s."),
        (Status.CONFIRMED,),
    ),
    "requested": Text(
        gettext_lazy("The store has your wish: %(service)s"),
        gettext_lazy("The store answers by %(until)s. Without an answer the time is free again, and you lose nothing."),
        gettext_lazy("The store answers by %(until)s: %(service)s, %(when)s."),
        (Status.REQUESTED,),
        _MAIL,
    ),
    "declined": Text(
        gettext_lazy("The store cannot do it: %(service)s"),
        gettext_lazy("The store could not take the time you wished for. Please choose another one, or another store."),
        gettext_lazy("The store cannot do it: %(service)s, %(when)s. Please choose another time."),
        (Status.DECLINED,),
    ),
    "moved": Text(
        gettext_lazy("Moved: %(service)s"),
        gettext_lazy("Your appointment has another time, and the old one is free again. The attached file changes it in your calendar."),
        gettext_lazy("Moved: %(service)s is now %(when)s, %(store)s."),
        _COMING,
    ),
    "cancelled": Text(
        gettext_lazy("Cancelled: %(service)s"),
        gettext_lazy("Your appointment is cancelled. The attached file takes it out of your calendar."),
        gettext_lazy("Cancelled: %(service)s, %(when)s."),
        (Status.CANCELLED_CUSTOMER, Status.CANCELLED_STORE),
        _MAIL,
    ),
    "cancelled_by_store": Text(
        gettext_lazy("The store had to cancel: %(service)s"),
        gettext_lazy("We are sorry: the store had to cancel your appointment. Please choose another time. The attached file takes the old one out of your calendar."),
        gettext_lazy("The store had to cancel: %(service)s, %(when)s. Please choose another time."),
        (Status.CANCELLED_STORE,),
    ),
    **{kind: Text(**_REMINDER, channels=one.channels) for kind, one in REMINDERS.items()},  # type: ignore[arg-type]
}  # fmt: skip


def tell(mine: Appointment, kind: str, now: datetime) -> None:
    """Owe the customer this message; a certain appointment also owes its reminders."""
    _owe(mine, kind, now)
    if mine.status == Status.CONFIRMED:
        remind(mine, now)


def remind(mine: Appointment, now: datetime) -> None:
    """Owe the reminders that still lie ahead."""
    for kind, one in REMINDERS.items():
        if mine.starts_at - one.before > now:
            _owe(mine, kind, mine.starts_at - one.before, expires_at=mine.starts_at - one.until)


def forget(mine: Appointment) -> None:
    """It does not take place then: no reminder, and no confirmation that has not left yet."""
    messaging.take_back(reference=str(mine.pk), kinds=[*REMINDERS, "confirmed", "requested", "moved"])


def _owe(mine: Appointment, kind: str, at: datetime, *, expires_at: datetime | None = None) -> None:
    messaging.owe(
        key=f"appointment:{mine.pk}:{kind}",
        composer=COMPOSER,
        reference=str(mine.pk),
        kind=kind,
        to=messaging.Reader(mine.email, mine.phone, mine.user_id, mine.language, mine.store.time_zone),
        topic=TEXTS[kind].topic,
        channels=TEXTS[kind].channels,
        at=at,
        expires_at=expires_at,
    )


def title(kind: str) -> str:
    text = TEXTS.get(kind)
    return str(text.subject) % {"service": _("appointment")} if text else ""


def compose(message: Message) -> Letter | None:
    """The text in the language that is active; None once it is no longer true."""
    mine = Appointment.objects.with_store().filter(pk=message.reference).first()
    text = TEXTS.get(message.kind)
    if mine is None or text is None or mine.status not in text.states:
        return None
    link, values = page_of(mine), _values(mine)
    return Letter(
        subject=str(text.subject) % values,
        greeting=str(pgettext_lazy("message", "Hello %(name)s,")) % {"name": mine.customer_name},
        paragraphs=[str(text.text) % values, *([values["reason"]] if values["reason"] else [])],
        facts=[
            (_("What"), values["service"]),
            (_("When"), values["when"]),
            (_("Where"), f"{mine.store.name}\n{mine.store.address}"),
            *([(_("Phone"), mine.store.phone)] if mine.store.phone else []),
        ],
        action=(_("See the appointment"), link),
        small=[] if mine.user_id else [_("Whoever has the link can move or cancel the appointment.")],
        sms=_("[Kaiche] %(text)s %(link)s") % {"text": str(text.sms) % values, "link": link},
        files=[attachment(mine, is_cancelled=mine.status not in _COMING)] if message.kind != "requested" else [],
    )


def gave_up(message: Message) -> None:
    """Nobody is called for this: the page says the same, and the log of messages shows it."""


def _values(mine: Appointment) -> dict[str, str]:
    zone = mine.store.zone
    last = mine.events.order_by("-seq").first()
    return {
        "service": str(mine.get_service_display()),
        "when": date_format(mine.starts_at.astimezone(zone), "DATETIME_FORMAT"),
        "store": mine.store.name,
        "address": mine.store.address,
        "until": date_format(mine.answer_by.astimezone(zone), "DATETIME_FORMAT") if mine.answer_by else "",
        "reason": last.reason if last and mine.status == Status.CANCELLED_STORE and not mine.reference else "",
    }
