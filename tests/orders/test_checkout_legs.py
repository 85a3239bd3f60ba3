"""Loan, old car and coins chosen at checkout: the payments always add up to the total, and what cannot be is said."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from apps.common.errors import DomainError
from apps.ledger.errors import TooFewCoins
from apps.ledger.services import post, prove, wallet
from apps.orders import services
from apps.orders.errors import LegRefused, TooManyCoins, UnknownLender
from apps.orders.legplan import most_coins
from apps.orders.models import LoanReferral, Order, TradeIn
from apps.orders.services import OldCar, PaymentWish, coins, planning
from tests.factories.accounts import make_user
from tests.factories.bundles import make_accessory
from tests.factories.configurator import make_configurator
from tests.factories.orders import CAR_PRICE, DEPOSIT, make_basket, make_delivery_store, make_slots, pay, place, sign
from tests.orders.test_checkout_page import form

pytestmark = pytest.mark.django_db
LOAN, COINS = 5_000_000, 450_000
OLD = OldCar("Wuling Hongguang", "桂B12345", 2016, 90_000)


def rich_user(number: int = COINS) -> Any:
    user = make_user()
    movement = [("coins:issued", -number), (wallet(user.pk), number)]
    post(key=f"gift:{user.pk}", kind="gift", postings=movement, currency="COIN", subject="gift")
    return user


def order_with(wish: PaymentWish, *, user: Any = None, **changes: Any) -> Order:
    configurator = make_configurator()
    make_slots(configurator)
    order = place(make_basket(configurator, user=user), wish=wish, **changes)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # payments cover the total
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    assert sum(leg.amount for leg in order.legs.all()) == order.total
    return order


def legs_of(order: Order) -> list[tuple[str, str, int]]:
    return [(leg.purpose, leg.status, leg.amount) for leg in order.legs.order_by("position")]


def test_all_at_once_and_on_to_the_signature() -> None:
    user = rich_user()
    wish = PaymentWish(coins=COINS, loan=LOAN, lender="pearl", months=24, old_car=OLD)
    order = order_with(wish, user=user)
    balance = CAR_PRICE - DEPOSIT - LOAN - COINS
    assert legs_of(order) == [
        ("deposit", "planned", DEPOSIT),
        ("balance", "planned", balance),
        ("loan", "planned", LOAN),
        ("coins", "authorised", COINS),
    ]
    referral = LoanReferral.objects.get()
    assert (referral.lender, referral.months, referral.status) == ("Pearl River Bank", 24, "draft")
    assert (TradeIn.objects.get().plate, order.work_items.get().kind) == ("桂B12345", "trade_in")
    assert coins.available(user.pk) == 0
    assert pay(order).amount == DEPOSIT
    sign(order)
    assert order.legs.get(purpose="coins").status == "captured"
    assert prove() == []


def test_what_is_cancelled_gives_the_coins_back_and_ends_the_loan() -> None:
    user = rich_user()
    order = order_with(PaymentWish(coins=COINS, loan=LOAN, lender="pearl", old_car=OLD), user=user)
    services.cancel(order=order)
    assert coins.available(user.pk) == COINS
    assert (LoanReferral.objects.get().status, TradeIn.objects.get().status) == ("withdrawn", "lapsed")


@pytest.mark.parametrize(
    ("wish", "refusal", "field"),
    [
        (PaymentWish(loan=CAR_PRICE - DEPOSIT + 1, lender="pearl"), LegRefused, "loan"),
        (PaymentWish(loan=CAR_PRICE, lender="pearl"), LegRefused, "loan"),
        (PaymentWish(loan=LOAN, lender="nobody"), UnknownLender, "lender"),
        (PaymentWish(loan=LOAN, lender="pearl", months=5), UnknownLender, "lender"),
        (PaymentWish(loan=-1, lender="pearl"), LegRefused, "loan"),
        (PaymentWish(coins=COINS + 1), TooManyCoins, "coins"),
        (PaymentWish(coins=-1), TooManyCoins, "coins"),
        (PaymentWish(coins=COINS), TooFewCoins, "coins"),
    ],
)
def test_what_cannot_be_leaves_no_order_and_the_basket_open(
    wish: PaymentWish, refusal: type[DomainError], field: str
) -> None:
    configurator, user = make_configurator(), rich_user(COINS - 1)
    make_slots(configurator)
    basket = make_basket(configurator, user=user)
    with pytest.raises(refusal) as refused:
        place(basket, wish=wish)
    assert refused.value.field == field
    basket.refresh_from_db()
    assert (Order.objects.count(), basket.ordered_at, coins.available(user.pk)) == (0, None, COINS - 1)
    assert place(basket).total == CAR_PRICE


def test_a_guest_has_no_coins_and_parts_alone_no_loan() -> None:
    with pytest.raises(TooFewCoins):
        order_with(PaymentWish(coins=100))
    basket = services.create_basket()
    services.add_line(basket=basket, kind="accessory", sku=make_accessory(stock=5).sku)
    for wish in (PaymentWish(loan=100, lender="pearl"), PaymentWish(old_car=OLD)):
        with pytest.raises(LegRefused) as refusal:
            place(basket, wish=wish, delivery_store=None, payment_plan="full")
        assert "Only a car" in str(refusal.value)


@given(
    total=st.integers(1, 10**9),
    loan=st.integers(0, 10**9),
    number=st.integers(0, 10**8),
    payment_plan=st.sampled_from(["deposit", "full"]),
    has_car=st.booleans(),
)
def test_whatever_is_wished_the_payments_are_the_total_or_it_is_refused(
    total: int, loan: int, number: int, payment_plan: str, has_car: bool
) -> None:
    wish = PaymentWish(coins=number, loan=loan, lender="pearl")
    try:
        planned = planning.plan(total=total, payment_plan=payment_plan, has_car=has_car, wish=wish)
    except DomainError:
        assert loan > total - min(DEPOSIT, total) - number or number > most_coins(total) or (loan and not has_car)
        return
    assert sum(leg.amount for leg in planned) == total
    assert all(leg.amount > 0 for leg in planned)
    assert planned[0].purpose in ("deposit", "full")


@pytest.fixture
def buyer(client: Client) -> Client:
    configurator, user = make_configurator(), rich_user()
    make_slots(configurator)
    make_basket(configurator, user=user)
    client.force_login(user)
    return client


def test_the_page_offers_them_and_places_with_them(buyer: Client) -> None:
    page = buyer.get("/checkout/").content.decode()
    for text in ("Pay with coins", "up to 450000 of yours", "Let a bank pay a part", "Give your old car in payment"):
        assert text in page, text
    typed = {"coins": "1000", "loan_yuan": "50000", "lender": "yangtze", "months": "36"}
    typed |= {"old_car": "Wuling", "plate": "桂B12345", "year": "2016", "mileage": "90000"}
    assert buyer.post("/checkout/", form(**typed)).status_code == 303
    order = Order.objects.get()
    assert [leg.purpose for leg in order.legs.order_by("position")] == ["deposit", "balance", "loan", "coins"]
    assert order.trade_ins.get().car == "Wuling"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"loan_yuan": "89000", "lender": "pearl"}, "At least ¥2,000 is paid in money"),
        ({"coins": "450001"}, "This order takes at most 450000 coins"),
        ({"coins": "x"}, "Enter a whole number."),
        ({"lender": "nobody", "loan_yuan": "1"}, "Select a valid choice"),
        ({"old_car": "Wuling"}, "This field is required."),
        ({"old_car": "Wuling", "plate": "桂B12345", "year": "1900", "mileage": "1"}, "Between"),
    ],
)
def test_the_page_says_beside_the_field_what_cannot_be(buyer: Client, typed: dict[str, str], said: str) -> None:
    answer = buyer.post("/checkout/", form(**typed))
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert next(iter(typed.values())) in answer.content.decode()
    assert not Order.objects.exists()


def test_a_guest_is_not_offered_coins(client: Client) -> None:
    configurator = make_configurator()
    make_slots(configurator)
    session = client.session
    session["basket"] = str(make_basket(configurator).pk)
    session.save()
    page = client.get("/checkout/").content.decode()
    assert "Pay with coins" not in page
    assert "Let a bank pay a part" in page


def test_programs_choose_them_too() -> None:
    configurator, user = make_configurator(), rich_user()
    make_slots(configurator, 2)
    client = APIClient()
    client.force_authenticate(user)

    def body(**more: Any) -> dict[str, Any]:
        return {
            "basket": str(services.basket_of(user=user).pk),
            "contact": {"name": "Li Lei", "phone": "13800138000", "email": "lilei@example.com"},
            "city": "Shanghai",
            "delivery_store": make_delivery_store().code,
            "invoice": {"kind": "personal", "title": "Li Lei"},
            "payment_plan": "deposit",
            "accept_terms": True,
        } | more

    make_basket(configurator, user=user)
    loan = {"lender": "pearl", "amount": LOAN, "months": 24}
    refused = client.post("/api/v1/orders/", body(loan=loan | {"amount": CAR_PRICE}), format="json")
    assert (refused.status_code, refused.json()["code"], Order.objects.count()) == (422, "leg_refused", 0)
    old = {"car": "Wuling", "plate": "桂B12345", "year": 2016, "mileage": 90_000}
    placed = client.post("/api/v1/orders/", body(coins=1000, loan=loan, trade_in=old), format="json")
    assert placed.status_code == 201, placed.json()
    amounts = {row["purpose"]: row["amount"] for row in placed.json()["payments"]}
    assert sum(amounts.values()) == placed.json()["total"]
    assert (amounts["loan"], amounts["coins"]) == (LOAN, 1000)
    for bad in ({"coins": -1}, {"loan": {"lender": "x", "amount": 1}}, {"trade_in": {"car": "x"}}, {"loan": 5}):
        assert client.post("/api/v1/orders/", body(**bad), format="json").status_code == 400
