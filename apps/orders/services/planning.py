"""Writing an order's payments as they were planned, and holding its coins."""

from collections.abc import Sequence

from apps.orders.legplan import PlannedLeg
from apps.orders.models import Order, PaymentLeg
from apps.orders.services import coins, loans


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
