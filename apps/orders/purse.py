"""A person's purse of coins: what is in it, what waits, and how it came about. Reading only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from apps.ledger.models import Posting
from apps.ledger.services import wallet
from apps.orders.models import Order, Timer
from apps.orders.services import coins

# What moved coins, in the buyer's words.
WORDS: Mapping[str, Promise] = {
    "coins_held": pgettext_lazy("coins", "Set aside to pay an order"),
    "coins_voided": pgettext_lazy("coins", "Back: the order came to nothing"),
    "coins_back": pgettext_lazy("coins", "Back: the order was cancelled or returned"),
    "coins_released": pgettext_lazy("coins", "Earned by an order"),
    "coins_clawed": pgettext_lazy("coins", "Taken back: the order was returned"),
}
OTHER = pgettext_lazy("coins", "Booked by us")


@dataclass(frozen=True, slots=True)
class Pending:
    """Coins that an order has earned and that wait until it can no longer be returned; ``until`` where that is known."""

    order: str
    coins: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Move:
    """``coins`` came into the purse, or (negative) left it."""

    at: datetime
    kind: str
    text: str
    order: str
    coins: int


@dataclass(frozen=True, slots=True)
class Purse:
    """In coins, of which each is a fen: ``balance`` can be spent, ``held`` pays orders that are not signed yet."""

    balance: int
    held: int
    pending: list[Pending]

    @property
    def waiting(self) -> int:
        return sum(one.coins for one in self.pending)


def purse_of(user_id: int) -> Purse:
    """What a person has, and what will be theirs."""
    waiting = _on(coins.PENDING, user_id)
    due = Timer.objects.filter(kind="return_window", done_at=None, order__number__in=waiting)
    until = dict(due.values_list("order__number", "due_at"))
    pending = [Pending(number, amount, until.get(number)) for number, amount in sorted(waiting.items())]
    return Purse(coins.available(user_id), sum(_on(coins.HELD, user_id).values()), pending)


def _on(account: str, user_id: int) -> dict[str, int]:
    """What stands on a common account, by the orders of this person."""
    mine = Order.objects.filter(user_id=user_id).values("number")
    rows = Posting.objects.filter(account__code=account, account__currency=coins.COIN, entry__subject__in=mine)
    sums = rows.order_by().values_list("entry__subject").annotate(sum=Sum("amount"))
    return {number: amount for number, amount in sums if amount}


def history(user_id: int) -> QuerySet[Posting]:
    """Everything that went into the purse or out of it, newest first; ``move_of`` words a row."""
    mine = Posting.objects.filter(account__code=wallet(user_id), account__currency=coins.COIN)
    return mine.select_related("entry").order_by("-pk")


def move_of(posting: Posting) -> Move:
    entry = posting.entry
    return Move(entry.at, entry.kind, str(WORDS.get(entry.kind, OTHER)), entry.subject, posting.amount)
