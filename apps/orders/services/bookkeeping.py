"""What each movement of an order's money means in the ledger. Each has a key of its own: booking it again changes nothing.

Every caller runs in the transaction of the movement itself, so that neither is ever there without the other.
"""

from collections.abc import Iterable, Iterator

from apps.ledger.models import Entry
from apps.ledger.services import Movement, balances, post, post_many
from apps.orders.lifecycle import Status
from apps.orders.models import Credit, Order, PaymentLeg, Payout, Refund

# What buyers have paid and not yet got a car for; what is on its way back to them; what we grant them.
CUSTOMERS, REFUNDS_DUE, CREDITS = "customers", "refunds_due", "credits"
SALES, CANCELLATION_FEES = "sales", "income:cancellation"
CREDITS_GRANTED, COINS_REDEEMED, GATEWAY_FEES = "expense:credits", "expense:coins", "expense:gateway_fees"
BANK, DISPUTED, SUSPENSE, TRADE_INS = "bank", "disputed", "suspense", "trade_ins"
_P = PaymentLeg.Purpose
_SOLD_IN = (Status.DELIVERED, Status.COMPLETED, Status.RETURNING, Status.RETURNED)
_AT_ONCE = 500


def source_of(leg: PaymentLeg) -> str:
    """The account a payment comes from, and goes back to."""
    fixed = {_P.COINS: COINS_REDEEMED, _P.TRADE_IN: TRADE_INS, _P.CREDIT: CREDITS}
    return fixed.get(_P(leg.purpose)) or (f"lender:{leg.gateway}" if leg.purpose == _P.LOAN else gateway(leg.gateway))


def gateway(name: str) -> str:
    """What lies with a gateway and has not reached our bank."""
    return f"gateway:{name}"


def book_missing(orders: Iterable[Order]) -> int:
    """Book payments, refunds, fees, credits and sales of orders that were written without their services, in bulk or before there
    were books; returns how many movements that were. Read them with ``legs__refunds`` and ``credits__payouts``."""
    found = list(orders)
    keys = [_sale(order) for order in found]
    sold = set(Entry.objects.filter(key__in=keys).values_list("key", flat=True))
    return post_many([movement for order in found for movement in _movements(order, is_sold=_sale(order) in sold)])


def book_all_missing() -> int:
    """The same for every order; returns how many movements were missing."""
    booked, last = 0, 0
    while True:
        some = (
            Order.objects.filter(pk__gt=last)
            .order_by("pk")
            .prefetch_related("legs__refunds", "credits__payouts")[:_AT_ONCE]
        )
        orders = list(some)
        if not orders:
            return booked
        booked, last = booked + book_missing(orders), orders[-1].pk


def _movements(order: Order, *, is_sold: bool) -> Iterator[Movement]:
    number, paid, gone = order.number, 0, 0
    held = sum(leg.captured for leg in order.legs.all()) - order.cancellation_fee
    yield from _credits(order)
    for leg in order.legs.all():
        if leg.captured:
            paid += leg.captured
            come = [(source_of(leg), leg.captured), (CUSTOMERS, -leg.captured)]
            yield Movement(f"capture:{leg.pk}", "capture", come, number)
        for refund in leg.refunds.all():
            gone += refund.amount
            owed = [(SALES, refund.amount)] if is_sold else [(CUSTOMERS, refund.amount)]
            if order.cancellation_fee and not is_sold:
                owed = _first_the_buyers(refund.amount, held)
                held -= refund.amount
            due = [*owed, (REFUNDS_DUE, -refund.amount)]
            yield Movement(f"refund_due:{refund.pk}", "refund_due", due, number)
            if refund.status == Refund.Status.DONE:
                back = [(REFUNDS_DUE, refund.amount), (source_of(leg), -refund.amount)]
                yield Movement(f"refund:{refund.pk}", "refund", back, number)
    if order.cancellation_fee:
        gone += order.cancellation_fee
        kept = [(CUSTOMERS, order.cancellation_fee), (CANCELLATION_FEES, -order.cancellation_fee)]
        yield Movement(f"fee:{order.pk}", "fee", kept, number)
    if order.status in _SOLD_IN and not is_sold and paid > gone:
        yield Movement(_sale(order), "sale", [(CUSTOMERS, paid - gone), (SALES, gone - paid)], number)


def _credits(order: Order) -> Iterator[Movement]:
    for credit in order.credits.all():
        granted = [(CREDITS_GRANTED, credit.amount), (CREDITS, -credit.amount)]
        yield Movement(f"credit:{credit.pk}", "credit", granted, order.number)
        if credit.lapsed:
            lapsed = [(CREDITS, credit.lapsed), (CREDITS_GRANTED, -credit.lapsed)]
            yield Movement(f"credit_lapsed:{credit.pk}", "credit_lapsed", lapsed, order.number)
        for payout in credit.payouts.all():
            if payout.status == Payout.Status.PAID:
                gone = [(CREDITS, payout.amount), (BANK, -payout.amount)]
                yield Movement(_paid_out(payout), "credit_payout", gone, order.number)


def captured(leg: PaymentLeg, order: Order) -> Entry:
    """Money (or what stands for it) has come."""
    movement = [(source_of(leg), leg.captured), (CUSTOMERS, -leg.captured)]
    return post(key=f"capture:{leg.pk}", kind="capture", postings=movement, subject=order.number)


def refund_due(refund: Refund, order: Order) -> Entry:
    """Some of it is to go back."""
    movement = [*_owed_from(order, refund.amount), (REFUNDS_DUE, -refund.amount)]
    return post(key=f"refund_due:{refund.pk}", kind="refund_due", postings=movement, subject=order.number)


def refunded(refund: Refund, leg: PaymentLeg, order: Order) -> Entry:
    """It has gone back."""
    movement = [(REFUNDS_DUE, refund.amount), (source_of(leg), -refund.amount)]
    return post(key=f"refund:{refund.pk}", kind="refund", postings=movement, subject=order.number)


def fee_kept(order: Order, amount: int) -> None:
    """What cancelling cost stays with us."""
    if amount:
        movement = [(CUSTOMERS, amount), (CANCELLATION_FEES, -amount)]
        post(key=f"fee:{order.pk}", kind="fee", postings=movement, subject=order.number)


def sold(order: Order) -> None:
    """The car is handed over, or the goods have arrived: what was paid is earned."""
    amount = -balances(order.number).get(CUSTOMERS, 0)
    if amount and not is_sold(order):
        movement = [(CUSTOMERS, amount), (SALES, -amount)]
        post(key=_sale(order), kind="sale", postings=movement, subject=order.number)


def is_sold(order: Order) -> bool:
    return Entry.objects.filter(key=_sale(order)).exists()


def _sale(order: Order) -> str:
    return f"sale:{order.pk}"


def _owed_from(order: Order, amount: int) -> list[tuple[str, int]]:
    """Where the money stands that goes back: still the buyer's, earned already, or kept as what cancelling cost."""
    if is_sold(order):
        return [(SALES, amount)]
    if not order.cancellation_fee:
        return [(CUSTOMERS, amount)]
    return _first_the_buyers(amount, -balances(order.number).get(CUSTOMERS, 0))


def _first_the_buyers(amount: int, held: int) -> list[tuple[str, int]]:
    """``held`` is what is still the buyer's; what goes back beyond it was kept as a fee."""
    own = min(amount, max(0, held))
    return [(code, part) for code, part in ((CUSTOMERS, own), (CANCELLATION_FEES, amount - own)) if part]


def credit_granted(credit: Credit, order: Order) -> None:
    movement = [(CREDITS_GRANTED, credit.amount), (CREDITS, -credit.amount)]
    post(key=f"credit:{credit.pk}", kind="credit", postings=movement, subject=order.number)


def credit_lapsed(credit: Credit, order: Order, amount: int) -> None:
    """The order is cancelled: what was granted on its price is not owed any more."""
    movement = [(CREDITS, amount), (CREDITS_GRANTED, -amount)]
    post(key=f"credit_lapsed:{credit.pk}", kind="credit_lapsed", postings=movement, subject=order.number)


def credit_leg_undone(leg: PaymentLeg, order: Order) -> None:
    """A credit that had lowered the price of an order that is cancelled now."""
    movement = [(CUSTOMERS, leg.captured), (CREDITS_GRANTED, -leg.captured)]
    post(key=f"credit_undone:{leg.pk}", kind="credit_lapsed", postings=movement, subject=order.number)


def credit_paid_out(payout: Payout, order: Order) -> None:
    """The rest of a credit has left our bank."""
    movement = [(CREDITS, payout.amount), (BANK, -payout.amount)]
    post(key=_paid_out(payout), kind="credit_payout", postings=movement, subject=order.number)


def _paid_out(payout: Payout) -> str:
    return f"credit_payout:{payout.pk}"


def credits_taken_back(order: Order, left: int, transferred: int) -> None:
    """What came back was partly paid by credits, or given back by transfer (``left`` fen of its value are not sent back): it is
    not granted any more."""
    covered = transferred + sum(leg.captured for leg in order.legs.all() if leg.purpose == _P.CREDIT)
    amount = min(left, covered)
    if amount > 0:
        movement = [(SALES, amount), (CREDITS_GRANTED, -amount)]
        post(key=f"credits_taken_back:{order.pk}", kind="credit_lapsed", postings=movement, subject=order.number)


def contested(leg: PaymentLeg, order: Order, amount: int, case: str) -> None:
    """The buyer's bank has taken the money back until the case is decided."""
    movement = [(DISPUTED, amount), (gateway(leg.gateway), -amount)]
    post(key=f"dispute:{case}", kind="dispute", postings=movement, subject=order.number)


def dispute_won(leg: PaymentLeg, order: Order, amount: int, case: str) -> None:
    movement = [(gateway(leg.gateway), amount), (DISPUTED, -amount)]
    post(key=f"dispute_won:{case}", kind="dispute_won", postings=movement, subject=order.number)


def refunded_by_dispute(refund: Refund, order: Order, case: str) -> None:
    """What was to go back has gone back by the bank's decision."""
    movement = [(REFUNDS_DUE, refund.amount), (DISPUTED, -refund.amount)]
    post(key=f"refund:{refund.pk}", kind="refund", postings=movement, subject=order.number)


def dispute_lost(order: Order, amount: int, case: str) -> None:
    if not amount:
        return
    movement = [*_owed_from(order, amount), (DISPUTED, -amount)]
    post(key=f"dispute_lost:{case}", kind="dispute_lost", postings=movement, subject=order.number)


def unasked_refund(leg: PaymentLeg, order: Order, amount: int, event: str) -> None:
    """A gateway sent money back that we did not ask for: it lies in suspense until a person has looked."""
    movement = [(SUSPENSE, amount), (gateway(leg.gateway), -amount)]
    post(key=f"unasked:{leg.gateway}:{event}", kind="unasked_refund", postings=movement, subject=order.number)
