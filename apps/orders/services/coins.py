"""Coins in an order's life: one coin is one fen. Held at placing, spent at signing, given back by cancelling; earned by a
delivered order, and the buyer's own once it can no longer be returned."""

from django.db import transaction

from apps.ledger.errors import TooFewCoins
from apps.ledger.models import Entry
from apps.ledger.services import balance, balances, post, wallet
from apps.orders.errors import TooManyCoins
from apps.orders.legplan import most_coins
from apps.orders.lifecycle import LegStatus, Status
from apps.orders.models import Order, PaymentLeg, Refund
from apps.orders.services import bookkeeping, legs, transitions

__all__ = [
    "TooFewCoins",
    "available",
    "capture",
    "claw_back",
    "earn",
    "give_back",
    "hold",
    "release",
    "usable",
    "use",
    "void",
]
COIN = "COIN"
HELD, SPENT, ISSUED, PENDING = "coins:held", "coins:spent", "coins:issued", "coins:pending"
# An order earns one coin for so many fen of its total.
FEN_A_COIN = 1_000
_P = PaymentLeg.Purpose


def available(user_id: int) -> int:
    """What a person can spend now."""
    return balance(wallet(user_id), COIN)


@transaction.atomic
def use(*, order: Order, number: int) -> PaymentLeg:
    """The buyer pays a part of the balance with coins, before signing: they are held until then.

    Raises:
        NotInThisState: it is signed, or coins are in it already. TooManyCoins: ``extra["most"]``. TooFewCoins.
    """
    mine = transitions.lock(order)
    if mine.status not in (Status.PLACED, Status.RESERVED) or mine.legs.filter(purpose=_P.COINS).exists():
        raise transitions.not_now(mine)
    most = usable(mine)
    if not 0 < number <= most:
        raise TooManyCoins(field="coins", extra={"most": most})
    legs.lower_unpaid(mine, number, last_first=True)
    leg = legs.add_leg(mine, _P.COINS, number)
    hold(mine)
    leg.refresh_from_db()
    return leg


def usable(order: Order) -> int:
    """How many coins this order can take now."""
    if order.user_id is None or order.status not in (Status.PLACED, Status.RESERVED):
        return 0
    if any(leg.purpose == _P.COINS for leg in legs.counting(order)):
        return 0
    return min(most_coins(order.total), legs.later(order), available(order.user_id))


def _leg(order: Order, *statuses: LegStatus) -> PaymentLeg | None:
    return order.legs.filter(purpose=_P.COINS, replaced=False, status__in=statuses).first()


def _purse(order: Order) -> str:
    if order.user_id is None:
        raise TooFewCoins(field="coins")
    return wallet(order.user_id)


def hold(order: Order) -> None:
    """Take the coins of the order's coin payment out of the buyer's purse; nothing for an order without one.

    Raises:
        TooFewCoins: the purse has not got so many, or there is none.
    """
    leg = _leg(order, LegStatus.PLANNED)
    if leg is None:
        return
    _move(order, "coins_held", leg, [(_purse(order), -leg.amount), (HELD, leg.amount)])
    for status in (LegStatus.REQUESTED, LegStatus.AUTHORISED):
        leg.status = status
        leg.save(update_fields=["status", "changed_at"])


def _move(order: Order, kind: str, leg: PaymentLeg, postings: list[tuple[str, int]]) -> None:
    """Once for each time the order held them: an expired order can come back."""
    round_ = Entry.objects.filter(subject=order.number, kind=kind).count()
    post(key=f"{kind}:{leg.pk}:{round_}", kind=kind, postings=postings, currency=COIN, subject=order.number)


def capture(order: Order) -> None:
    """The contract is made: the held coins are spent."""
    leg = _leg(order, LegStatus.AUTHORISED)
    if leg is None:
        return
    _move(order, "coins_spent", leg, [(HELD, -leg.amount), (SPENT, leg.amount)])
    leg.status, leg.captured = LegStatus.CAPTURED, leg.amount
    leg.save(update_fields=["status", "captured", "changed_at"])
    bookkeeping.captured(leg, order)


def void(order: Order) -> None:
    """The order comes to nothing before it was signed: the held coins are the buyer's again."""
    leg = _leg(order, LegStatus.AUTHORISED)
    if leg is None:
        return
    _move(order, "coins_voided", leg, [(HELD, -leg.amount), (_purse(order), leg.amount)])
    leg.status = LegStatus.EXPIRED
    leg.save(update_fields=["status", "changed_at"])


def give_back(order: Order, refund: Refund) -> None:
    """Spent coins go back to the purse."""
    movement = [(SPENT, -refund.amount), (_purse(order), refund.amount)]
    post(key=f"coins_back:{refund.pk}", kind="coins_back", postings=movement, currency=COIN, subject=order.number)


def earned_by(order: Order) -> int:
    return order.total // FEN_A_COIN if order.user_id is not None else 0


def earn(order: Order) -> int:
    """A delivered order earns coins, which wait until it can no longer be returned; returns how many."""
    coins = earned_by(order)
    if coins:
        movement = [(ISSUED, -coins), (PENDING, coins)]
        post(
            key=f"coins_earned:{order.pk}", kind="coins_earned", postings=movement, currency=COIN, subject=order.number
        )
    return coins


def _pending(order: Order) -> int:
    return balances(order.number, COIN).get(PENDING, 0)


def release(order: Order) -> int:
    """The time for returning is over: the earned coins are the buyer's; returns how many."""
    coins = _pending(order)
    if coins:
        movement = [(PENDING, -coins), (_purse(order), coins)]
        key = f"coins_released:{order.pk}"
        post(key=key, kind="coins_released", postings=movement, currency=COIN, subject=order.number)
    return coins


def claw_back(order: Order) -> int:
    """The car came back: what the order earned is gone again; returns how many coins. Whoever has spent released ones already
    keeps a purse of nothing, never less."""
    pending = _pending(order)
    if pending:
        movement = [(PENDING, -pending), (ISSUED, pending)]
        post(
            key=f"coins_clawed:{order.pk}", kind="coins_clawed", postings=movement, currency=COIN, subject=order.number
        )
        return pending
    released = Entry.objects.filter(key=f"coins_released:{order.pk}").exists()
    if not released or Entry.objects.filter(key=f"coins_clawed:{order.pk}").exists():
        return 0
    taken = min(earned_by(order), balance(_purse(order), COIN))
    if taken:
        movement = [(_purse(order), -taken), (ISSUED, taken)]
        post(
            key=f"coins_clawed:{order.pk}", kind="coins_clawed", postings=movement, currency=COIN, subject=order.number
        )
    return taken
