"""The purse of coins: what its owner sees of it, and that nobody else does."""

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.orders import services
from apps.orders.fulfilment.drain import run_step
from apps.orders.models import Order
from apps.orders.purse import history, move_of, purse_of
from apps.orders.services import coins, timers
from tests.factories.accounts import make_user
from tests.factories.orders import delivered_order, make_order, reserved_order
from tests.orders.test_money import give

pytestmark = pytest.mark.django_db


def test_what_an_order_earns_waits_and_then_can_be_spent() -> None:
    user = make_user()
    order = delivered_order(user=user)
    earned = order.total // 1_000
    waiting = purse_of(user.pk)
    assert (waiting.balance, waiting.held, waiting.waiting) == (0, 0, earned)
    timer = order.timers.get(kind="return_window", done_at=None)
    assert [(one.order, one.coins, one.until) for one in waiting.pending] == [(order.number, earned, timer.due_at)]
    while run_step():
        pass
    order.timers.update(due_at=timezone.now())
    timers.sweep()
    found = purse_of(user.pk)
    assert (found.balance, found.pending) == (earned, [])
    assert [(move.text, move.order, move.coins) for move in map(move_of, history(user.pk))] == [
        ("Earned by an order", order.number, earned)
    ]


def test_coins_that_pay_an_order_are_set_aside_and_come_back() -> None:
    user = make_user()
    give(user.pk, 1_000)
    order = reserved_order(user=user)
    coins.use(order=order, number=600)
    assert (purse_of(user.pk).balance, purse_of(user.pk).held) == (400, 600)
    services.cancel(order=Order.objects.get(pk=order.pk))
    assert (purse_of(user.pk).balance, purse_of(user.pk).held) == (1_000, 0)
    assert [(move.kind, move.coins) for move in map(move_of, history(user.pk))] == [
        ("coins_voided", 600),
        ("coins_held", -600),
        ("grant", 1_000),
    ]


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_page_shows_ones_own_and_nothing_of_others() -> None:
    user, other = make_user(), make_user()
    give(user.pk, 1_234)
    order = delivered_order(user=user)
    page = client_of(user).get("/account/coins/").content.decode()
    assert "1,234 coins" in page
    assert order.number in page
    assert "¥12.34" in page
    theirs = client_of(other).get("/account/coins/").content.decode()
    assert "1,234" not in theirs
    assert order.number not in theirs
    assert "No coin has come or gone yet." in theirs
    assert Client().get("/account/coins/").status_code == 302
    part = client_of(user).get("/account/coins/?sum=1", headers={"HX-Request": "true"}).content.decode()
    assert "1,234 coins" in part
    assert "<html" not in part
    assert "我的积分" in client_of(user).get("/zh-hans/account/coins/").content.decode()


def test_the_api_gives_a_person_their_own_and_refuses_whoever_is_nobody() -> None:
    user, other = make_user(), make_user()
    give(user.pk, 500)
    make_order(user=user)
    for path in ("/api/v1/coins/", "/api/v1/coins/movements/"):
        answer = Client().get(path)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    mine = client_of(user)
    assert mine.get("/api/v1/coins/").json() == {"balance": 500, "held": 0, "pending": []}
    [row] = mine.get("/api/v1/coins/movements/").json()["results"]
    assert (row["kind"], row["coins"], row["order"]) == ("grant", 500, "")
    assert client_of(other).get("/api/v1/coins/").json()["balance"] == 0
    assert client_of(other).get("/api/v1/coins/movements/").json()["results"] == []
