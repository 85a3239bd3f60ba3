"""An order's payments as they were planned: what the buyer wants at checkout, checked and written, with what belongs to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.common.money import yuan
from apps.orders.errors import LegRefused, TooManyCoins, UnknownLender
from apps.orders.legplan import PlannedLeg, PlanRefused, most_coins, plan_legs
from apps.orders.models import Order, PaymentLeg
from apps.orders.services import coins, loans, trade_ins
from apps.orders.terms import DEPOSIT


@dataclass(frozen=True, slots=True)
class OldCar:
    """A car that the buyer would give in payment: it is valued after checkout, and lowers the balance once they take the offer."""

    car: str
    plate: str
    year: int
    mileage: int


@dataclass(frozen=True, slots=True)
class PaymentWish:
    """What shall be paid otherwise than in money. ``coins`` and ``loan`` in fen; ``lender`` is a code of ``loans.LENDERS``."""

    coins: int = 0
    loan: int = 0
    lender: str = ""
    months: int = 36
    old_car: OldCar | None = None


IN_MONEY = PaymentWish()


def plan(*, total: int, payment_plan: str, has_car: bool, wish: PaymentWish) -> tuple[PlannedLeg, ...]:
    """The payments of an order of so much; they add up to it exactly.

    Raises:
        LegRefused: a loan or an old car without a car, or too little left for money. TooManyCoins. UnknownLender.
    """
    if not has_car and (wish.loan or wish.old_car):
        raise LegRefused(LegRefused.no_car, field="loan" if wish.loan else "trade_in")
    if wish.loan and (wish.lender not in loans.LENDERS or not 6 <= wish.months <= 84):
        raise UnknownLender(field="lender")
    deposit = DEPOSIT if has_car else 0
    try:
        return plan_legs(
            total=total,
            plan=payment_plan if has_car else "full",
            deposit=deposit,
            loan=wish.loan,
            coins=wish.coins,
        )
    except PlanRefused as error:
        if error.args[0] == "coins":
            raise TooManyCoins(field="coins", extra={"most": most_coins(total)}) from error
        least = min(deposit, total)
        raise LegRefused(field=str(error.args[0]), extra={"least": least, "yuan": yuan(least)}) from error


def create(order: Order, wish: PaymentWish) -> list[PaymentLeg]:
    """Plan and write the payments of a new order, and ask for the old car's value. In the transaction that places it.

    Raises:
        what ``plan`` says; TooFewCoins: the buyer has not got so many.
    """
    planned = plan(total=order.total, payment_plan=order.payment_plan, has_car=order.has_car, wish=wish)
    try:
        legs = create_legs(order, planned, lender=loans.LENDERS.get(wish.lender, ""), months=wish.months)
    except coins.TooFewCoins as error:
        raise coins.TooFewCoins(field="coins") from error
    if wish.old_car is not None:
        old = wish.old_car
        trade_ins.ask(order=order, car=old.car, plate=old.plate, year=old.year, mileage=old.mileage)
    return legs


def create_legs(order: Order, planned: Sequence[PlannedLeg], *, lender: str = "", months: int = 36) -> list[PaymentLeg]:
    """The payments of a new order, in its own transaction; coins are held at once, a loan gets its referral.

    Raises:
        TooFewCoins: the buyer has not got so many.
    """
    legs = PaymentLeg.objects.bulk_create(
        PaymentLeg(order=order, position=position, purpose=leg.purpose, amount=leg.amount)
        for position, leg in enumerate(planned, start=1)
    )
    for leg in legs:
        if leg.purpose == PaymentLeg.Purpose.LOAN:
            loans.open_referral(leg, lender=lender, months=months)
    coins.hold(order)
    return legs
