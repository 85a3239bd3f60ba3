"""Which payments an order has: what checkout offers and the order then keeps. Pure."""

from dataclasses import dataclass

# Coins pay at most so much of an order, in percent: the rest is money.
COINS_PERCENT = 5


@dataclass(frozen=True, slots=True)
class PlannedLeg:
    """A payment that the plan foresees: its purpose, and the amount in fen."""

    purpose: str
    amount: int


class PlanRefused(ValueError):
    """Loan, old car and coins leave too little, or too much, to be paid; ``args[0]`` is the field at fault."""


def plan_legs(
    *, total: int, plan: str, deposit: int = 0, loan: int = 0, trade_in: int = 0, coins: int = 0
) -> tuple[PlannedLeg, ...]:
    """The payments of an order of ``total`` fen in the order in which they come; they add up to it exactly.

    ``plan`` is ``deposit`` (so much now, the rest before the hand-over) or ``full``. A loan, an old car and coins (one is a fen)
    take their part of what would come last; something is always paid in money at once.

    Raises:
        PlanRefused: a part is negative, coins are over their share, or no money would be left for the first payment.
    """
    for name, amount in (("loan", loan), ("trade_in", trade_in), ("coins", coins)):
        if amount < 0:
            raise PlanRefused(name)
    if coins > most_coins(total):
        raise PlanRefused("coins")
    money = total - loan - trade_in - coins
    if money <= 0 or (loan and money < min(deposit, total)):
        raise PlanRefused("loan" if loan else "trade_in")
    legs = []
    if plan == "deposit" and 0 < deposit < money:
        legs += [PlannedLeg("deposit", deposit), PlannedLeg("balance", money - deposit)]
    elif loan or trade_in:
        legs.append(PlannedLeg("deposit", money))
    else:
        legs.append(PlannedLeg("full", money))
    parts = (("loan", loan), ("trade_in", trade_in), ("coins", coins))
    return (*legs, *(PlannedLeg(name, amount) for name, amount in parts if amount))


def most_coins(total: int) -> int:
    """How many coins an order of so much takes."""
    return total * COINS_PERCENT // 100
