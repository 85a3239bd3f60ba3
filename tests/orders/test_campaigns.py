"""Campaigns and codes in basket and order: shown, explained, exact under parallel checkouts, replayable."""

from collections import Counter

import pytest

from apps.capacity import kinds
from apps.capacity import services as capacity
from apps.capacity.models import Pool
from apps.orders import services
from apps.orders.errors import CodeUsedUp, PriceChanged
from apps.orders.models import Order
from apps.promotions.engine import replay
from tests.factories.bundles import make_accessory, make_cover
from tests.factories.configurator import make_build, make_configurator
from tests.factories.orders import CAR_PRICE, make_basket, make_delivery_store, make_slots, place
from tests.factories.promotions import make_campaign, make_code, make_group
from tests.orders.test_races import together

pytestmark = pytest.mark.django_db


def test_an_order_keeps_the_trace_that_leads_to_its_total() -> None:
    configurator, cover = make_configurator(), make_cover()
    make_slots(configurator)
    make_campaign(name_en="Winter")
    make_campaign(kind="percent", percent=10, targets=["cover"], group=make_group("film", 2))
    basket = make_basket(configurator, ("cover", cover.sku))
    price = services.price_basket(basket)
    order = place(basket, quoted=price.total)
    car, film = order.lines.all()
    assert (order.total, order.discount) == (price.gross - 100_000 - film.gross // 10, 100_000 + film.gross // 10)
    assert (car.discount, car.total) == (100_000, CAR_PRICE - 100_000)
    assert order.total == sum(line.total for line in order.lines.all()) == replay(order.trace)
    assert sum(leg.amount for leg in order.legs.all()) == order.total
    assert [step["rule"].split(":")[0] for step in order.trace] == ["item", "item", "promotion", "promotion"]


def test_a_code_says_what_it_saves_or_why_nothing() -> None:
    configurator = make_configurator()
    basket = make_basket(configurator)
    make_code("AUTUMN", name_en="Autumn")
    make_code("FILMS", targets=["cover"], group=make_group("film", 2))
    services.enter_code(basket=basket, code="autumn")
    services.enter_code(basket=basket, code="FILMS")
    states = [(one.code, one.saved, one.why) for one in services.price_basket(basket).code_states]
    assert states == [("AUTUMN", 100_000, ""), ("FILMS", 0, "There is nothing in the basket that it lowers.")]
    services.drop_code(basket=basket, code="AUTUMN")
    assert services.price_basket(basket).total == CAR_PRICE


def test_the_last_use_of_a_code_goes_to_one_of_fifty() -> None:
    configurator, store = make_configurator(), make_delivery_store()
    make_slots(configurator, 60)
    make_code("LAST", limit=1)
    code = kinds.voucher("LAST")
    basket = make_basket(configurator)
    services.enter_code(basket=basket, code="LAST")
    other = make_basket(configurator)
    services.enter_code(basket=other, code="LAST")
    order = place(basket, delivery_store=store)
    assert (order.vouchers, Pool.objects.get(resource=code).free) == ([code], 0)
    with pytest.raises(CodeUsedUp) as refusal:
        place(other, delivery_store=store)
    assert str(refusal.value) == "The code “LAST” has been used as often as it may be."
    services.cancel(order=order)
    assert place(other, delivery_store=store).discount == 100_000


def test_a_customer_uses_a_code_as_often_as_the_limit_says() -> None:
    configurator, store = make_configurator(), make_delivery_store()
    make_slots(configurator, 3)
    make_code("ONCE", limit_each=1)
    baskets = [make_basket(configurator) for _ in range(2)]
    for basket in baskets:
        services.enter_code(basket=basket, code="ONCE")
    place(baskets[0], delivery_store=store)
    with pytest.raises(CodeUsedUp) as refusal:
        place(baskets[1], delivery_store=store)
    assert str(refusal.value) == "You have used the code “ONCE” as often as you may."
    assert (Order.objects.count(), capacity.prove()) == (1, [])


def test_a_first_order_is_the_first_of_an_address() -> None:
    configurator, store = make_configurator(), make_delivery_store()
    make_slots(configurator, 2)
    make_campaign(first_order=True)
    assert place(make_basket(configurator), delivery_store=store).discount == 100_000
    second = make_basket(configurator)
    with pytest.raises(PriceChanged):
        place(second, delivery_store=store, quoted=CAR_PRICE - 100_000)
    assert place(second, delivery_store=store, quoted=CAR_PRICE).discount == 0


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_sixty_buyers_share_three_uses_of_a_code_and_the_last_part() -> None:
    configurator, store, part = make_configurator(), make_delivery_store(), make_accessory(stock=50)
    build = make_build(configurator)
    make_slots(configurator, 60)
    make_code("THREE", limit=3)
    baskets = [services.create_basket() for _ in range(60)]
    for basket in baskets:
        services.add_line(basket=basket, kind="car", build=build.code)
        services.add_line(basket=basket, kind="accessory", sku=part.sku)
        services.enter_code(basket=basket, code="THREE")
    # Thirty at once: a server with a hundred connections has room for other tests beside it.
    acts = [lambda basket=basket: place(basket, delivery_store=store) for basket in baskets]
    answers = together(*acts, at_once=30)
    assert Counter(type(answer) for answer in answers) == {Order: 3, CodeUsedUp: 57}
    assert (Pool.objects.get(resource=kinds.voucher("THREE")).held, Order.objects.count()) == (3, 3)
    assert {order.discount for order in Order.objects.all()} == {100_000}
    assert (Pool.objects.get(resource=kinds.stock(part.sku)).held, capacity.prove()) == (3, [])
