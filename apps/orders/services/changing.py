"""Changing an order (T4): the new is held before the old is let go, payments follow the price, and nothing changes on failure.

Before signing it is free. Under contract it is a new contract: the buyer signs again, and the maker gets the new build, until
it has begun with the old one.
"""

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from apps.capacity import services as capacity
from apps.orders.errors import (
    BuildFrozen,
    MonthChanged,
    NothingChanges,
    NothingDue,
    Overtaken,
    PaymentUnderWay,
    PriceChanged,
    TooManyCoins,
)
from apps.orders.fulfilment.queue import begin_round, stop_open_step
from apps.orders.legplan import most_coins
from apps.orders.lifecycle import Actor, Status
from apps.orders.models import FulfilmentStep, LineKind, Order, OrderChange, PaymentLeg, Transition, Vehicle
from apps.orders.services import legs, payments, promises, refused, signing, supply, transitions
from apps.orders.services.requoting import ChangeQuote, is_different, quote_change
from apps.orders.terms import CHANGE_DAYS, pace
from apps.promotions.engine import replay

if TYPE_CHECKING:
    from apps.accounts.models import User

__all__ = ["ChangeQuote", "can_change", "change", "quote_change"]
_S = Status
# Where a change leads: under contract it is signed, and goes to the maker anew.
TARGETS: Mapping[str, Status] = {
    _S.RESERVED: _S.RESERVED,
    _S.SIGNED: _S.SIGNED,
    _S.SCHEDULED: _S.SIGNED,
    _S.ALLOC_FAILED: _S.SIGNED,
}


def can_change(order: Order) -> bool:
    """Whether the buyer can change it now."""
    return order.has_car and order.status in TARGETS and not is_begun(order)


def needs_signature(order: Order) -> bool:
    """Whether a change makes a new contract."""
    return order.status in TARGETS and order.status != _S.RESERVED


def is_begun(order: Order) -> bool:
    """Whether the maker has begun with the car: some days after it has accepted the build, or when a car is there."""
    if order.status != _S.SCHEDULED:
        return False
    steps = [step.at for step in order.transitions.all() if step.target == _S.SCHEDULED]
    until = max(steps) + pace(CHANGE_DAYS, settings.FULFILMENT_SPEED)
    built = Vehicle.objects.filter(built_for=order).exists() or order.allocations.filter(ended_at=None).exists()
    return built or until <= timezone.now()


@transaction.atomic
def change(
    *,
    order: Order,
    build: str = "",
    quantities: Mapping[int, int] | None = None,
    quoted: int | None = None,
    month: str = "",
    version: int | None = None,
    key: str | None = None,
    signature: str = "",
    accept_fees: bool = False,
    id_consent: bool = False,
    user: "User | None" = None,
) -> Order:
    """Another build for the order's car, fewer parts, or both; the buyer alone does it. The same ``key`` changes once.

    ``quantities`` are by the lines' position; 0 lets one go. ``quoted`` (fen), ``month`` (2026-12) and ``version`` (the order's)
    are what the buyer saw. The last three are asked for under contract.

    Raises:
        NotInThisState, BuildFrozen: it is too late. NothingChanges. Overtaken: it was changed meanwhile.
        SignatureMissing, ConsentMissing: a contract is signed again. UnknownBuild, BuildNotOrderable, OtherModel: of the build.
        LineNotFound, LineStays: of a line. PriceChanged, MonthChanged: it is not what was seen.
        Unavailable (SoldOut, OutOfStock): it is not to be had. TooManyCoins, PaymentUnderWay: of the payments.
    """
    mine = transitions.lock(order)
    stored = f"change:{hashlib.sha256(key.encode()).hexdigest()}" if key else f"change:{mine.version}"
    if key and transitions.done_before(mine, stored):
        return mine
    target = _target(mine)
    if version is not None and version != mine.version:
        raise Overtaken
    signs = needs_signature(mine)
    if signs:
        signing.require_consent(signature, accept_fees=accept_fees, id_consent=id_consent)
    quote = quote_change(mine, build, quantities)
    _check(mine, quote, quoted)
    before = signing.contract_of(mine, mine.lines.all())
    reason = f"{mine.lines.get(kind=LineKind.CAR).code} → {quote.build}"
    mine = _exchange(mine, quote, month)
    source = mine.status
    step = transitions.move(mine, target, actor=Actor.BUYER, user=user, reason=reason, key=stored)
    if signs:
        _sign_again(mine, signature, Status(source))
    _note(mine, quote, step, before, signed=signs)
    data = {"amount": abs(quote.difference)}
    transitions.notify(mine, _letter(quote.difference), data=data)
    return mine


def _target(order: Order) -> Status:
    target = TARGETS.get(order.status)
    if target is None or not order.has_car:
        raise transitions.not_now(order)
    transitions.require(order, target, Actor.BUYER)
    if is_begun(order):
        raise BuildFrozen
    return target


def _check(order: Order, quote: ChangeQuote, quoted: int | None) -> None:
    if not is_different(quote):
        raise NothingChanges
    if quoted is not None and quoted != quote.total:
        raise PriceChanged(extra={"quoted": quoted, "total": quote.total})
    if replay(quote.trace) != quote.total:
        raise ValueError("The price trace does not lead to the total.")
    coins = sum(leg.amount for leg in legs.counting(order) if leg.purpose == PaymentLeg.Purpose.COINS)
    if coins > most_coins(quote.total):
        raise TooManyCoins(extra={"most": most_coins(quote.total)})


def _exchange(order: Order, quote: ChangeQuote, month: str) -> Order:
    """The new holds, then the lines, then the payments: all in the caller's transaction."""
    changed = quote.changed()
    capacity.ensure(totals=quote.uses)
    chosen = supply.exchange(changed, quote.lines)
    got = str(chosen.facts.get("build_month", ""))
    if month and got != month:
        raise MonthChanged(extra={"seen": month, "month": got})
    for line in quote.gone:
        line.delete()
    for line in quote.lines:
        if line is quote.car:
            line.facts = {**line.facts, **chosen.facts}
        line.save(update_fields=["code", "quantity", "unit_price", "discount", "total", "trace", "facts"])
    changed.save(
        update_fields=["total", "discount", "trace", "monthly", "terms", "fees", "region", "vouchers", "changed_at"]
    )
    try:
        payments.price_changed(changed)
    except NothingDue as error:
        raise PaymentUnderWay from error
    return changed


def _sign_again(order: Order, signature: str, source: Status) -> None:
    """The contract for what is ordered now; the maker hears of it, and builds nothing else."""
    now = timezone.now()
    signing.seal(order, signature, now)
    asked = order.steps.filter(status=FulfilmentStep.Status.READY).aggregate(until=Max("calling_until"))["until"]
    stop_open_step(order)
    # A request that is under way arrives first: only then can it be taken back.
    begin_round(order, "submit_build", at=asked)
    promises.promise(order, now)
    if source == _S.ALLOC_FAILED:
        refused.settled(order)


def _note(
    order: Order, quote: ChangeQuote, step: Transition, before: dict[str, object], *, signed: bool
) -> OrderChange:
    return OrderChange.objects.create(
        order=order,
        seq=step.seq,
        before=before,
        after=signing.contract_of(order, order.lines.all()),
        difference=quote.difference,
        signed=signed,
        user=step.user,
        at=step.at,
    )


def _letter(difference: int) -> str:
    """Which message says what the change costs."""
    if difference > 0:
        return "changed_dearer"
    return "changed_cheaper" if difference else "changed"
