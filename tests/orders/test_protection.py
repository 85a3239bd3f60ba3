"""Price protection until delivery: the difference once a fall, whatever made the price fall."""

import pytest

from apps.orders.models import Credit, PriceFall
from apps.orders.services import legs, protection
from apps.promotions.models import Campaign
from tests.factories.orders import DEPOSIT, delivered_order, make_order, reserved_order
from tests.factories.promotions import make_campaign

pytestmark = pytest.mark.django_db


def granted() -> list[tuple[str, int, str]]:
    """What was credited: (order, amount, key)."""
    rows = Credit.objects.filter(kind="price_protection").order_by("pk")
    return [(credit.order.number, credit.amount, credit.key) for credit in rows]


def test_a_fall_is_granted_once_and_a_further_one_for_the_rest() -> None:
    order = reserved_order()
    assert protection.protect_daily() == 0
    make_campaign(amount=100_000)
    assert (protection.protect_daily(), protection.protect_daily()) == (1, 0)
    Campaign.objects.update(amount=250_000)
    assert protection.protect_daily() == 1
    Campaign.objects.update(amount=100_000)  # up again: nothing is taken back
    assert protection.protect_daily() == 0
    price = order.lines.get(kind="car").total
    assert granted() == [
        (order.number, 100_000, f"price_protection:{order.number}:{price - 100_000}"),
        (order.number, 150_000, f"price_protection:{order.number}:{price - 250_000}"),
    ]
    assert legs.outstanding(order) == order.total - DEPOSIT - 250_000


def test_what_the_buyer_has_already_got_is_no_fall() -> None:
    make_campaign(amount=100_000)
    order = reserved_order()
    assert order.discount == 100_000
    assert (protection.protect_daily(), granted()) == (0, [])


def test_only_paid_orders_that_are_not_delivered_are_protected() -> None:
    make_order()
    delivered_order()
    make_campaign(amount=100_000)
    assert (protection.protect_daily(), PriceFall.objects.count(), granted()) == (0, 0, [])


def test_codes_and_offers_for_others_do_not_count() -> None:
    reserved_order()
    make_campaign(amount=100_000, needs_code=True)
    make_campaign(amount=100_000, first_order=True)
    make_campaign(amount=100_000, cities=["elsewhere"])
    assert (protection.protect_daily(), granted()) == (0, [])
