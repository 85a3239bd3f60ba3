"""What a work item says, in the language of whoever reads it: a row keeps the text's msgid and its values.

A value is shown by its name: ``amount`` and ``asked`` are fen, ``step`` is a kind of step, and so on (``_SHOWN``); any other is
shown as it is, because somebody wrote it.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop, override
from django.utils.translation import gettext_lazy as _

from apps.common.money import yuan
from apps.common.translated import content_language
from apps.orders import gateways, letters
from apps.orders.models import FulfilmentStep, Order, PaymentLeg, SettlementLine, WorkItem

Value = str | int | list[list[str]]
# What several lines wait for: ``work`` is a list of (msgid, article, order's number).
WORK = "%(work)s"
LONGEST = 300
# What the demo data say too.
ARRANGE = gettext_noop("Arrange the survey")
NOT_AS_ORDERED = gettext_noop("Not as ordered: %(options)s")
FAILED = gettext_noop("“%(step)s” has failed %(count)s times: %(error)s")
# Why a step failed, by the error's class. Of any other the error itself follows in brackets, for whoever mends it; the step has it.
WORKER_LOST = "WorkerLost: its worker was lost"
_CAUSES: Mapping[str, Promise] = {
    "WorkerLost": _("the worker that did it was lost"),
    "PartnerFailed": _("the partner gave no usable answer"),
    "TimeoutError": _("the partner did not answer in time"),
    "NotInThisState": _("the order is not in the state for it"),
    "SlotTaken": _("the appointment has just been taken"),
}
_OTHER_CAUSE = _("something unforeseen went wrong")


def cause(error: str) -> str:
    """What is kept of an error (``ItsClass: its text``) in words; what is no error of the program stays as it is."""
    name = error.partition(":")[0]
    if name in _CAUSES:
        return str(_CAUSES[name])
    return f"{_OTHER_CAUSE} [{error}]" if name.isidentifier() else error


def _line_of_work(what: str, item: str, number: str) -> str:
    return gettext("%(what)s: %(item)s of %(number)s.") % {"what": gettext(what), "item": item, "number": number}


def _day(text: str) -> str:
    return date_format(date.fromisoformat(text), "SHORT_DATE_FORMAT")


def _options(value: Value) -> str:
    """Pairs of an option's names, English and Chinese; rows from before them have codes."""
    if not isinstance(value, list):
        return str(value)
    return gettext(", ").join(pair[content_language() == "zh"] for pair in value)


_SHOWN: Mapping[str, Callable[[Any], object]] = {
    "amount": yuan,
    "asked": yuan,
    "step": lambda value: dict(FulfilmentStep.Kind.choices).get(value, value),
    "error": cause,
    "work": lambda value: " ".join(_line_of_work(*one) for one in value),
    "day": _day,
    "lender": gettext,
    "options": lambda value: _options(value),
    "purpose": lambda value: PaymentLeg.Purpose(value).label,
    "result": lambda value: SettlementLine.Result(value).label,
    "gateway": lambda value: gateways.gateway(value).label,
    "letter": lambda value: letters.TEXTS.get(value, letters.NEWS).subject,
}


def work_item(order: Order | None, kind: str, text: str, **values: Value) -> WorkItem:
    """A work item that is not saved. ``text`` is a msgid, marked with ``gettext_noop``, that interpolates ``values``.

    Its column ``text`` is the English version: what is searched, and what people without the back office read.
    """
    said = {"text": text, "values": values}
    with override("en"):
        plain = _say(said)
    return WorkItem(order=order, kind=kind, said=said, text=plain[:LONGEST])


def of(item: WorkItem) -> str:
    """The item's text in the active language. Rows from before texts were kept in parts have one language only."""
    return _say(item.said)[:LONGEST] if item.said else item.text


def _say(said: Mapping[str, Any]) -> str:
    text, values = gettext(said["text"]), said["values"]
    if not values:
        return text
    return text % {name: _SHOWN.get(name, str)(value) for name, value in values.items()}
