"""The promises that hold whatever anybody does."""

from django.db import connection
from django.db.models import F

from apps.orders.lifecycle import TRANSITIONS, Status
from apps.orders.models import LoanReferral, Order, PaymentLeg, Payout, Refund, TradeIn
from apps.orders.services import audit, coins, legs
from apps.outbox.models import Event, Stream
from apps.promotions.engine import replay
from tests.factories.orders import slots_of
from tests.orders.walking.shop import Shop

WAYS = {rule.pair for rule in TRANSITIONS}
# Here the payments need not cover the total: the order has ended, or is being undone.
ENDED = {Status.EXPIRED, Status.CANCELLING, Status.CANCELLED, Status.RETURNING, Status.RETURNED}
_P = PaymentLeg.Purpose


def check(shop: Shop) -> None:
    """All of them."""
    if connection.in_atomic_block:  # what the database checks at each commit
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    orders = list(Order.objects.all())
    for order in orders:
        check_history(order)
        check_money(order)
        check_credits(order)
    assert sum(len(slots_of(order)) for order in orders) <= shop.slots  # no oversell
    # The ledger against itself and against the payments, each invoice's number, stock against its movements.
    assert [one for one in audit.differences() if "stands in no file" not in one] == []
    for stream in Stream.objects.all():
        numbers = list(Event.objects.filter(stream=stream).order_by("seq").values_list("seq", flat=True))
        assert numbers == list(range(1, stream.last + 1))
    check_means(shop)


def check_history(order: Order) -> None:
    history = list(order.transitions.order_by("seq").values_list("seq", "source", "target"))
    assert [seq for seq, _, _ in history] == list(range(1, order.version + 1))
    assert {(source, target) for _, source, target in history} <= WAYS
    assert [source for _, source, _ in history[1:]] == [target for _, _, target in history[:-1]]
    assert history[-1][2] == order.status
    assert order.allocations.filter(ended_at=None).count() <= 1
    assert len([state for state in slots_of(order) if state != "used"]) <= 1


def check_money(order: Order) -> None:
    assert order.total == sum(line.total for line in order.lines.all()) == replay(order.trace)
    if order.status not in ENDED:
        assert sum(map(legs.owed, legs.counting(order))) == order.total
        assert not order.has_car or len(slots_of(order)) >= 1
    for leg in order.legs.all():
        owed = sum(Refund.objects.filter(leg=leg).exclude(status="done").values_list("amount", flat=True))
        assert 0 <= leg.refunded <= leg.captured
        if order.status in (Status.EXPIRED, Status.CANCELLED) and leg.purpose != _P.CREDIT:
            looked_at = leg.status in ("suspect", "disputed") or order.disputed
            assert leg.captured - leg.refunded - owed <= order.cancellation_fee or looked_at


def check_credits(order: Order) -> None:
    """What was granted has lowered a payment, has lapsed, waits for or has left by one transfer; who noted one has not confirmed it."""
    sent = Payout.objects.filter(credit__order=order)
    live = sent.exclude(status="void")
    used = sum(order.credits.values_list("used", flat=True))
    covered = sum(order.legs.filter(purpose=_P.CREDIT).values_list("captured", flat=True))
    assert used == covered + sum(live.values_list("amount", flat=True))
    assert not live.filter(status="paid", confirmed_by=F("noted_by")).exists()
    letters = order.notices.filter(kind="credit_paid_out").count()
    assert letters == sent.filter(status="paid").count()
    for one in live.exclude(status="paid"):
        assert one.work_items.filter(closed_at=None).count() == 1


def check_means(shop: Shop) -> None:
    """A loan is paid once its referral is at its end, an old car likewise; coins are in the purse, set aside, or spent."""
    over = LoanReferral.objects.exclude(status__in=["draft", "submitted", "approved"])
    assert not over.filter(status="disbursed", leg__captured=0).exists()
    given_up = over.exclude(status="disbursed").filter(leg__replaced=False).exclude(leg__status="expired")
    for leg in PaymentLeg.objects.filter(loan__in=given_up):  # its money came all the same, and goes back
        assert leg.captured > 0
        assert sum(leg.refunds.values_list("amount", flat=True)) == leg.captured
    assert not TradeIn.objects.filter(status="settled").exclude(leg__captured=F("leg__amount")).exists()
    assert not TradeIn.objects.exclude(status="settled").filter(leg__captured__gt=0).exists()
    if shop.buyer is not None:
        assert coins.available(shop.buyer.pk) >= 0
