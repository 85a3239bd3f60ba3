"""What the buyer has to know before deciding: of an order read with ``whole()``."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from apps.common.translated import content_language
from apps.orders.lifecycle import Status
from apps.orders.models import LineKind, Order
from apps.orders.services.mismatch import credit_for
from apps.orders.services.returns import policy
from apps.orders.terms import ALLOCATION_CREDIT


@dataclass(frozen=True, slots=True)
class Choice:
    """``differs`` names options, ``why`` is the maker's word, ``credit`` in fen; ``until`` and ``km`` are of a return."""

    differs: list[str]
    why: str
    credit: int
    until: datetime | None
    km: int


def choice_of(order: Order) -> Choice | None:
    """Where there is something to decide; None elsewhere."""
    if order.status == Status.MISMATCH:
        return Choice(_differs(order), "", credit_for(order), None, 0)
    if order.status == Status.ALLOC_FAILED:
        return Choice([], _reason(order), ALLOCATION_CREDIT, None, 0)
    if order.status in (Status.DELIVERED, Status.COMPLETED):
        terms = policy(order)
        return Choice([], "", 0, terms.until if terms.open else None, terms.km)
    return None


def _reason(order: Order) -> str:
    last = max(order.transitions.all(), key=lambda one: one.seq)
    return last.reason


def _differs(order: Order) -> list[str]:
    """The options that the car lacks or has besides, by their names; or what an inspection found."""
    live = getattr(order, "live", [])
    if reason := _reason(order):
        return [reason]
    if not live:
        return []
    car = next(line for line in order.lines.all() if line.kind == LineKind.CAR)
    built = set(live[0].vehicle.as_built)
    options = {str(one["code"]): one for one in car.facts.get("options", [])}
    lacking = [gettext("missing: %(name)s") % {"name": _name(options[code])} for code in options if code not in built]
    return lacking + [gettext("not ordered: %(name)s") % {"name": code} for code in sorted(built - set(options))]


def _name(option: dict[str, object]) -> str:
    """With its group: "7 kW" says little without "Charging"."""
    language = content_language()
    group, name = option.get(f"group_{language}"), option.get(f"name_{language}") or option["code"]
    return f"{group} · {name}" if group else str(name)
