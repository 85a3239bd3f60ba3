"""Filling a basket."""

import uuid

import pytest

from apps.accounts.models import User
from apps.bundles.errors import BadQuantity, DoesNotFit, OutOfStock, UnknownProduct
from apps.configurator.codes import new_code
from apps.orders import services
from apps.orders.errors import (
    BasketClosed,
    BasketNotFound,
    LineNotFound,
    OneCarOnly,
    UnknownBuild,
    UnknownKind,
)
from apps.orders.models import Basket
from tests.factories.accounts import make_user
from tests.factories.bundles import make_accessory, make_cover, make_plan
from tests.factories.catalog import make_car_model
from tests.factories.configurator import make_build, make_configurator
from tests.factories.orders import make_basket, make_slots, place

pytestmark = pytest.mark.django_db


def skus(basket: Basket) -> dict[str, int]:
    return {line.sku or line.kind: line.quantity for line in basket.lines.all()}


def test_more_of_the_same_adds_up_to_what_there_is() -> None:
    basket, part = services.create_basket(), make_accessory(stock=4, max_quantity=10)
    for quantity in (1, 2):
        services.add_line(basket=basket, kind="accessory", sku=part.sku, quantity=quantity)
    assert skus(basket) == {part.sku: 3}
    with pytest.raises(OutOfStock):
        services.add_line(basket=basket, kind="accessory", sku=part.sku, quantity=2)
    assert skus(basket) == {part.sku: 3}


@pytest.mark.parametrize("quantity", [0, -1])
def test_less_than_one_cannot_be_added(quantity: int) -> None:
    basket, part = services.create_basket(), make_accessory()
    services.add_line(basket=basket, kind="accessory", sku=part.sku, quantity=3)
    with pytest.raises(BadQuantity):
        services.add_line(basket=basket, kind="accessory", sku=part.sku, quantity=quantity)
    assert skus(basket) == {part.sku: 3}


def test_a_basket_holds_one_car() -> None:
    configurator = make_configurator()
    basket = make_basket(configurator)
    first = basket.lines.get()
    assert first.build is not None
    assert services.add_line(basket=basket, kind="car", build=first.build.code) == first
    other = make_build(configurator, "buy", "blue", "small", "tow")
    with pytest.raises(OneCarOnly):
        services.add_line(basket=basket, kind="car", build=other.code)
    with pytest.raises(OneCarOnly):
        services.change_quantity(basket=basket, line_id=first.pk, quantity=2)
    assert skus(basket) == {"car": 1}


def test_what_does_not_fit_the_car_is_refused_from_both_sides() -> None:
    part = make_accessory(cars=(make_car_model("another-car"),))
    basket = make_basket()
    with pytest.raises(DoesNotFit):
        services.add_line(basket=basket, kind="accessory", sku=part.sku)
    assert skus(basket) == {"car": 1}
    basket = services.create_basket()
    with pytest.raises(DoesNotFit):  # a film is cut for a car
        services.add_line(basket=basket, kind="cover", sku=make_cover().sku)


def test_nonsense_is_refused() -> None:
    basket, part = services.create_basket(), make_accessory()
    with pytest.raises(UnknownKind):
        services.add_line(basket=basket, kind="boat", sku="X")
    with pytest.raises(UnknownProduct):
        services.add_line(basket=basket, kind="charger", sku=part.sku)
    with pytest.raises(UnknownBuild):
        services.add_line(basket=basket, kind="car", build=new_code())
    assert skus(basket) == {}


def test_quantities_change_and_none_takes_the_line_out() -> None:
    basket, part = services.create_basket(), make_accessory()
    line = services.add_line(basket=basket, kind="accessory", sku=part.sku)
    changed = services.change_quantity(basket=basket, line_id=line.pk, quantity=2)
    assert changed is not None
    assert changed.quantity == 2
    with pytest.raises(LineNotFound):
        services.remove_line(basket=services.create_basket(), line_id=line.pk)
    assert services.change_quantity(basket=basket, line_id=line.pk, quantity=0) is None
    assert skus(basket) == {}


def test_anothers_basket_does_not_exist() -> None:
    owner, other = make_user(), make_user()
    mine, guest = services.create_basket(user=owner), services.create_basket()
    assert services.open_basket(basket_id=mine.pk, user=owner) == mine
    assert services.open_basket(basket_id=str(guest.pk)) == guest
    foreign: list[tuple[uuid.UUID | str, User | None]] = [
        (mine.pk, other),
        (mine.pk, None),
        (uuid.uuid4(), owner),
        ("nonsense", owner),
    ]
    for basket_id, user in foreign:
        with pytest.raises(BasketNotFound):
            services.open_basket(basket_id=basket_id, user=user)
    assert services.create_basket(user=owner) == mine


def test_a_guests_things_join_the_users_and_the_newer_car_stays() -> None:
    configurator, user, plan, part = make_configurator(), make_user(), make_plan(), make_accessory()
    mine = make_basket(configurator, ("accessory", part.sku), user=user)
    guest = make_basket(configurator, ("maintenance_plan", plan.sku))
    services.add_line(basket=guest, kind="accessory", sku=part.sku, quantity=2)
    newer = guest.lines.get(kind="car").build
    merged = services.merge_baskets(guest=guest, user=user)
    assert merged == mine
    assert skus(merged) == {"car": 1, part.sku: 2, plan.sku: 1}
    assert merged.lines.get(kind="car").build == newer
    assert not Basket.objects.filter(pk=guest.pk).exists()
    assert services.merge_baskets(guest=guest, user=user) == mine
    with pytest.raises(BasketNotFound):
        services.add_line(basket=guest, kind="accessory", sku=part.sku)


def test_what_was_ordered_is_closed_and_merges_nothing() -> None:
    configurator, user = make_configurator(), make_user()
    make_slots(configurator)
    guest = make_basket(configurator)
    place(guest)
    with pytest.raises(BasketClosed):
        services.remove_line(basket=guest, line_id=guest.lines.get().pk)
    assert skus(services.merge_baskets(guest=guest, user=user)) == {}
    assert skus(guest) == {"car": 1}


def test_a_line_that_cannot_be_bought_says_so_and_counts_nothing() -> None:
    part = make_accessory(price=10_000)
    basket = make_basket(make_configurator(), ("accessory", part.sku))
    before = services.price_basket(basket)
    part.on_sale = False
    part.save()
    after = services.price_basket(basket)
    assert (before.total - after.total, before.can_order, after.can_order) == (10_000, True, False)
    assert len(after.problems) == 1
    assert before.deposit + before.balance == before.total
