"""The shelf: an article's stock is a pool of capacity, changed by hand with a reason, and what lacks is refused by name."""

import pytest

from apps.bundles import services
from apps.bundles.errors import OutOfStock, ReasonMissing, StockBelowReserved, UnknownProduct
from apps.bundles.models import StockItem
from apps.capacity import kinds
from apps.capacity import services as capacity
from apps.capacity.models import Movement
from tests.factories.bundles import make_accessory, make_charger, stock_of
from tests.factories.catalog import make_car_model

pytestmark = pytest.mark.django_db


def reserve(sku: str, quantity: int) -> None:
    capacity.hold(resource=kinds.stock(sku), quantity=quantity, owner="K1", until=None)


def test_stock_changes_by_hand_only_with_a_reason_and_never_below_what_is_promised() -> None:
    sku = make_accessory(stock=5).sku
    reserve(sku, 4)
    with pytest.raises(ReasonMissing):
        services.adjust(sku=sku, change=1, reason="  ")
    with pytest.raises(StockBelowReserved) as refusal:
        services.adjust(sku=sku, change=-2, reason="Counted")
    assert str(refusal.value) == f"4 of {sku} are reserved; the stock cannot fall below that."
    with pytest.raises(UnknownProduct):
        services.adjust(sku="AC-NOTHING", change=1, reason="Delivery")
    assert stock_of(sku) == (5, 4)
    assert services.adjust(sku=sku, change=-1, reason="Counted").available == 0
    assert (Movement.objects.filter(reason="Counted").count(), capacity.prove()) == (1, [])


def test_what_was_handed_over_is_no_longer_on_hand() -> None:
    sku = make_accessory(stock=5).sku
    reserve(sku, 2)
    assert stock_of(sku) == (5, 2)
    capacity.use(owner="K1")
    item = StockItem.objects.of_articles().get()
    assert (item.sku, item.on_hand, item.reserved, item.available) == (sku, 3, 0, 3)


def test_what_is_not_there_is_refused_by_its_name() -> None:
    sku = make_accessory(stock=3, name_en="Door mat").sku
    with pytest.raises(OutOfStock) as refusal:
        services.offer(kind="accessory", sku=sku, car_model=None, quantity=4)
    assert str(refusal.value) == "Only 3 of “Door mat” are left."
    assert "alternative" not in refusal.value.extra


def test_the_refusal_names_the_nearest_that_is_to_be_had() -> None:
    car, other_car = make_car_model(), make_car_model()
    gone = make_accessory(stock=0, name_en="Door mat", price=20_000)
    make_accessory(stock=0, price=20_000)
    make_accessory(stock=9, price=20_000, cars=(other_car,))
    make_accessory(stock=9, price=20_000, category="care")
    make_accessory(stock=9, price=90_000)
    near = make_accessory(stock=9, price=25_000, cars=(car,), name_en="Rubber mat")
    with pytest.raises(OutOfStock) as refusal:
        services.offer(kind="accessory", sku=gone.sku, car_model=car)
    assert str(refusal.value) == "Only 0 of “Door mat” are left. “Rubber mat” is similar and in stock."
    assert refusal.value.extra["alternative"] == {"sku": near.sku, "name": "Rubber mat"}


def test_a_charger_is_replaced_by_one_for_the_same_current() -> None:
    gone = make_charger(stock=0, name_en="Pile")
    make_charger(stock=9, phases=3, power_kw="11.0")
    near = make_charger(stock=9, name_en="Other pile")
    with pytest.raises(OutOfStock) as refusal:
        services.offer(kind="charger", sku=gone.sku, car_model=None)
    assert refusal.value.extra["alternative"]["sku"] == near.sku
