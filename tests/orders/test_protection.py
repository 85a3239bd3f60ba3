"""Price protection until delivery: the difference once a fall, whatever made the price fall."""

from types import ModuleType
from typing import Any

import pytest

from apps.orders.models import Order, PriceFall
from apps.orders.services import protection
from apps.promotions.models import Campaign
from tests.factories.orders import delivered_order, make_order, reserved_order
from tests.factories.promotions import make_campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def granted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, str]]:
    """What was credited: (order, amount, key); the credits themselves have tests of their own."""
    found: list[tuple[str, int, str]] = []

    def grant(*, order: Order, amount: int, kind: str, key: str) -> None:
        assert kind == "price_protection"
        found.append((order.number, amount, key))

    module = ModuleType("credits")
    module.grant = grant  # type: ignore[attr-defined]
    monkeypatch.setattr(protection, "import_module", lambda name: module)
    return found


def test_a_fall_is_granted_once_and_a_further_one_for_the_rest(granted: list[Any]) -> None:
    order = reserved_order()
    assert protection.protect_daily() == 0
    make_campaign(amount=100_000)
    assert (protection.protect_daily(), protection.protect_daily()) == (1, 0)
    Campaign.objects.update(amount=250_000)
    assert protection.protect_daily() == 1
    Campaign.objects.update(amount=100_000)  # up again: nothing is taken back
    assert protection.protect_daily() == 0
    price = order.lines.get(kind="car").total
    assert granted == [
        (order.number, 100_000, f"price_protection:{order.number}:{price - 100_000}"),
        (order.number, 150_000, f"price_protection:{order.number}:{price - 250_000}"),
    ]


def test_what_the_buyer_has_already_got_is_no_fall(granted: list[Any]) -> None:
    make_campaign(amount=100_000)
    order = reserved_order()
    assert order.discount == 100_000
    assert (protection.protect_daily(), granted) == (0, [])


def test_only_paid_orders_that_are_not_delivered_are_protected(granted: list[Any]) -> None:
    make_order()
    delivered_order()
    make_campaign(amount=100_000)
    assert (protection.protect_daily(), PriceFall.objects.count(), granted) == (0, 0, [])


def test_codes_and_offers_for_others_do_not_count(granted: list[Any]) -> None:
    reserved_order()
    make_campaign(amount=100_000, needs_code=True)
    make_campaign(amount=100_000, first_order=True)
    make_campaign(amount=100_000, cities=["elsewhere"])
    assert (protection.protect_daily(), granted) == (0, [])
