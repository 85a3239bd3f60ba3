"""Credits, coins, changed totals, and that payments cover the total: what the database keeps and the books say."""

from collections import Counter
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from apps.ledger.services import balance, balances, post, prove, wallet
from apps.orders import services
from apps.orders.errors import BadCredit, CreditKeyUsed, TooManyCoins, UnknownGateway
from apps.orders.gateways import GatewayEvent
from apps.orders.legplan import PlanRefused, most_coins, plan_legs
from apps.orders.lifecycle import Status
from apps.orders.models import Order, PaymentLeg, Refund
from apps.orders.services import coins, legs, payments, planning, transitions
from apps.orders.services import credits as granting
from tests.factories.accounts import make_staff, make_user
from tests.factories.orders import (
    BASE_URL,
    CAR_PRICE,
    DEPOSIT,
    captured,
    delivered_order,
    make_order,
    pay,
    reserved_order,
    run_until,
    signed_order,
)
from tests.orders.test_races import together

pytestmark = pytest.mark.django_db


@given(
    total=st.integers(1, 10**8),
    plan=st.sampled_from(["deposit", "full"]),
    deposit=st.integers(0, 10**6),
    loan=st.integers(0, 10**8),
    trade_in=st.integers(0, 10**8),
    spent=st.integers(0, 10**6),
)
def test_a_plan_adds_up_to_the_total_or_is_refused(
    total: int, plan: str, deposit: int, loan: int, trade_in: int, spent: int
) -> None:
    try:
        found = plan_legs(total=total, plan=plan, deposit=deposit, loan=loan, trade_in=trade_in, coins=spent)
    except PlanRefused:
        return
    assert sum(leg.amount for leg in found) == total
    assert all(leg.amount > 0 for leg in found)
    assert found[0].purpose in ("deposit", "full")


def test_more_coins_than_their_share_are_refused() -> None:
    assert most_coins(CAR_PRICE) == CAR_PRICE // 20
    with pytest.raises(PlanRefused, match="coins"):
        plan_legs(total=CAR_PRICE, plan="full", coins=CAR_PRICE // 20 + 1)


@transaction.atomic
def spoil(order: Order, change: str) -> None:
    if change == "total":
        Order.objects.filter(pk=order.pk).update(total=order.total + 1)
    elif change == "leg":
        order.legs.filter(position=2).update(amount=5)
    else:
        order.legs.filter(position=2).delete()
    connection.check_constraints()


@pytest.mark.parametrize("change", ["total", "leg", "gone"])
def test_payments_that_do_not_cover_the_total_cannot_be_committed(change: str) -> None:
    order = reserved_order()
    connection.check_constraints()
    with pytest.raises(IntegrityError, match="cover"):
        spoil(order, change)


def reprice(order: Order, change: int) -> None:
    with transaction.atomic():
        mine = transitions.lock(order)
        mine.total += change
        mine.save(update_fields=["total"])
        payments.price_changed(mine)
    connection.check_constraints()


def amounts(order: Order) -> list[tuple[str, str, int]]:
    rows = order.legs.filter(replaced=False).order_by("position")
    return [(leg.purpose, leg.status, legs.owed(leg)) for leg in rows]


def test_a_higher_price_raises_the_balance_or_asks_for_the_difference() -> None:
    order = reserved_order()
    reprice(order, 1000)
    assert amounts(order)[1] == ("balance", "planned", CAR_PRICE - DEPOSIT + 1000)
    whole = reserved_order(payment_plan="full")
    reprice(whole, 1000)
    assert amounts(whole) == [("full", "captured", CAR_PRICE), ("delta", "planned", 1000)]


def test_a_lower_price_lowers_what_is_to_come_and_gives_the_rest_back() -> None:
    order = reserved_order()
    reprice(order, -1000)
    assert amounts(order)[1] == ("balance", "planned", CAR_PRICE - DEPOSIT - 1000)
    reprice(order, -(CAR_PRICE - DEPOSIT - 1000) - 300)
    assert amounts(order) == [("deposit", "captured", DEPOSIT - 300)]
    assert Refund.objects.get().amount == 300


def test_a_payment_that_was_asked_for_is_replaced_when_the_price_falls_and_goes_back_when_it_comes() -> None:
    order = signed_order()
    old = services.request_payment(order=order, base_url=BASE_URL)
    reprice(order, -1000)
    assert amounts(order)[-1] == ("balance", "planned", CAR_PRICE - DEPOSIT - 1000)
    assert services.apply_event(captured(old)) == "refunding"
    assert not payments.is_settled(order)
    pay(order)
    assert payments.is_settled(order)
    assert Refund.objects.get().leg == old
    assert prove() == []


def test_a_credit_lowers_the_next_payment_once_by_its_key() -> None:
    order = signed_order()
    for _ in range(2):
        credit = services.grant_credit(order=order, amount=700, kind="delay", key="d1")
    assert (credit.used, credit.open) == (700, 0)
    assert amounts(order) == [
        ("deposit", "captured", DEPOSIT),
        ("balance", "planned", CAR_PRICE - DEPOSIT - 700),
        ("credit", "captured", 700),
    ]
    pay(order)
    assert payments.is_settled(order)
    assert (balance("expense:credits"), balance("credits"), prove()) == (700, 0, [])
    connection.check_constraints()


@pytest.mark.parametrize(("amount", "kind"), [(0, "delay"), (-1, "delay"), (5, "present")])
def test_a_credit_of_nothing_or_of_no_kind_is_refused(amount: int, kind: str) -> None:
    order = signed_order()
    with pytest.raises(BadCredit):
        granting.grant(order=order, amount=amount, kind=kind, key="k")
    assert not order.credits.exists()


def test_a_credits_key_is_used_for_one_credit() -> None:
    order = signed_order()
    granting.grant(order=order, amount=5, kind="delay", key="k")
    with pytest.raises(CreditKeyUsed):
        granting.grant(order=order, amount=6, kind="delay", key="k")
    assert balance("expense:credits") == 5


def test_a_credit_that_comes_when_all_is_paid_is_paid_out_at_the_end() -> None:
    order = run_until(signed_order(), Status.AT_STORE)
    pay(order)
    credit = granting.grant(order=order, amount=900, kind="delay", key="k")
    assert (credit.open, Refund.objects.count()) == (900, 0)
    order = run_until(order, Status.READY)
    vin = order.allocations.get(ended_at=None).vehicle.vin
    from apps.orders.terms import CHECKLIST

    services.accept_delivery(order=order, vin=vin, signature="Li Lei", checklist=dict.fromkeys(CHECKLIST, True))
    credit.refresh_from_db()
    refund = Refund.objects.get()
    assert (credit.open, refund.amount, refund.leg.purpose) == (0, 900, "balance")
    connection.check_constraints()
    assert prove() == []


def test_a_credit_lowers_the_fee_of_cancelling_and_is_not_money() -> None:
    order = signed_order()
    fee = services.cancellation(order).fee
    granting.grant(order=order, amount=400, kind="delay", key="k")
    assert services.cancellation(order).fee == fee - 400
    services.cancel(order=order, accept_fee=True)
    assert Refund.objects.get().amount == DEPOSIT - (fee - 400)
    assert (balance("credits"), balance("expense:credits"), balance("customers")) == (0, 0, 0)
    assert (balance("income:cancellation"), prove()) == (-(fee - 400), [])


def test_a_delivered_order_is_sold_and_earns_coins_that_wait() -> None:
    user = make_user()
    order = delivered_order(user=user)
    assert (balance("sales"), balances(order.number).get("customers")) == (-order.total, None)
    assert (balance("coins:pending", "COIN"), coins.available(user.pk)) == (order.total // 1000, 0)
    assert coins.release(order) == order.total // 1000
    assert coins.available(user.pk) == order.total // 1000
    assert coins.claw_back(order) == order.total // 1000
    assert (coins.claw_back(order), coins.available(user.pk), prove()) == (0, 0, [])


def coin_order(user: object, spent: int) -> Order:
    """A placed order of which coins pay a part: its plan written anew, as checkout would."""
    with transaction.atomic():
        order = make_order(user=user)
        order.legs.all().delete()
        planning.create_legs(order, plan_legs(total=order.total, plan="deposit", deposit=DEPOSIT, coins=spent))
    return order


def give(user_id: int, number: int) -> None:
    movement = [(wallet(user_id), number), ("coins:issued", -number)]
    post(key=f"give:{user_id}", kind="grant", postings=movement, currency="COIN")


def test_coins_are_held_at_placing_spent_at_signing_and_back_when_refunded() -> None:
    user = make_user()
    give(user.pk, 1000)
    order = coin_order(user, 600)
    assert (coins.available(user.pk), order.legs.get(purpose="coins").status) == (400, "authorised")
    pay(order)
    services.sign(order=order, signature="Li Lei", accept_fees=True, id_consent=True)
    leg = order.legs.get(purpose="coins")
    assert (leg.status, leg.captured, balance("coins:spent", "COIN")) == ("captured", 600, 600)
    services.cancel(order=Order.objects.get(pk=order.pk), accept_fee=True)
    leg.refresh_from_db()
    assert (leg.status, coins.available(user.pk), balance("coins:spent", "COIN"), prove()) == ("refunded", 1000, 0, [])


@pytest.mark.parametrize("paid", [False, True])
def test_coins_are_void_when_the_order_comes_to_nothing(paid: bool) -> None:
    user = make_user()
    give(user.pk, 1000)
    order = coin_order(user, 600)
    if paid:
        pay(order)
    services.cancel(order=order)
    assert (coins.available(user.pk), balance("coins:held", "COIN"), prove()) == (1000, 0, [])


def test_a_buyer_uses_coins_before_signing_and_never_more_than_their_share() -> None:
    user = make_user()
    give(user.pk, 10**7)
    order = reserved_order(user=user)
    most = coins.usable(order)
    assert most == order.total // 20
    with pytest.raises(TooManyCoins):
        coins.use(order=order, number=most + 1)
    assert coins.use(order=order, number=most).status == "authorised"
    connection.check_constraints()
    assert (coins.available(user.pk), coins.usable(order)) == (10**7 - most, 0)
    assert order.legs.get(purpose="balance").amount == order.total - DEPOSIT - most
    services.cancel(order=order)
    assert (coins.available(user.pk), prove()) == (10**7, [])
    assert coins.usable(reserved_order()) == 0  # a guest has no purse


def test_an_order_without_enough_coins_is_not_placed() -> None:
    user = make_user()
    give(user.pk, 500)
    with pytest.raises(coins.TooFewCoins):
        coin_order(user, 501)
    assert (coins.available(user.pk), Order.objects.count()) == (500, 0)


def test_a_whole_payment_that_went_back_is_asked_for_again_and_the_order_is_not_stuck() -> None:
    order = run_until(signed_order(), Status.AT_STORE)
    pay(order)
    leg = order.legs.get(purpose="balance")
    refund = services.refund(
        leg=leg, amount=leg.amount, reason="Mistake", user=make_staff(permissions=("orders.refund_order",))
    )
    done = GatewayEvent("sandbox", "r", "refund.done", str(leg.pk), leg.amount, str(refund.pk))
    assert services.apply_event(done) == "refunded"
    assert not payments.is_settled(order)
    again = pay(order)
    assert (again.purpose, again.amount, payments.is_settled(order)) == ("balance", leg.amount, True)
    assert run_until(order, Status.READY).appointment is not None
    connection.check_constraints()


def test_one_pays_by_a_gateway_that_is_enabled() -> None:
    order = make_order()
    with pytest.raises(UnknownGateway):
        services.request_payment(order=order, base_url=BASE_URL, gateway="alipay")
    assert order.legs.get(position=1).status == "planned"


@pytest.mark.django_db(transaction=True)
@pytest.mark.services
def test_the_same_webhook_a_hundred_times_at_once_and_before_the_redirect() -> None:
    order = make_order()
    leg = services.request_payment(order=order, base_url=BASE_URL)
    event = captured(leg)
    acts = [partial(services.apply_event, event)] * 100
    answers = together(*acts, at_once=20)
    assert Counter(answers) == {"reserved": 1, "duplicate": 99}
    assert (balance("gateway:sandbox"), PaymentLeg.objects.get(pk=leg.pk).captured, prove()) == (DEPOSIT, DEPOSIT, [])


@pytest.mark.django_db(transaction=True)
@pytest.mark.services
def test_the_last_coins_pay_one_of_two_orders_placed_at_once() -> None:
    user = make_user()
    give(user.pk, 700)
    orders = [make_order(user=user) for _ in range(4)]

    def use(order: Order) -> str:
        with transaction.atomic():
            transitions.lock(order)
            order.legs.all().delete()
            planning.create_legs(order, plan_legs(total=order.total, plan="deposit", deposit=DEPOSIT, coins=600))
        return "held"

    answers = together(*(partial(use, order) for order in orders))
    assert Counter(answer if answer == "held" else "refused" for answer in answers) == {"held": 1, "refused": 3}
    assert (coins.available(user.pk), balance("coins:held", "COIN"), prove()) == (100, 600, [])


@pytest.mark.django_db(transaction=True)
@pytest.mark.services
def test_two_credits_and_a_payment_at_once_leave_the_sum_right() -> None:
    order = signed_order()
    acts = [
        partial(granting.grant, order=order, amount=100 + number, kind="delay", key=f"k{number}") for number in range(6)
    ]
    together(*acts, partial(services.request_payment, order=order, base_url=BASE_URL))
    order.refresh_from_db()
    total = sum(leg.amount - leg.given_back for leg in legs.counting(order))
    assert (total, order.credits.count(), prove()) == (order.total, 6, [])
