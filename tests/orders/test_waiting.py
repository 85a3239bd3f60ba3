"""The waiting list: first come, first served, one offer a unit, and then to the next."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from apps.capacity import services as capacity
from apps.configurator.models import Configurator
from apps.configurator.services import quote
from apps.messaging.sending import send_due
from apps.orders import services
from apps.orders.errors import NotSoldOut, SoldOut, WrongEmail
from apps.orders.models import Order, Waiting
from apps.orders.services import waiting
from tests.factories.configurator import make_build, make_configurator
from tests.factories.orders import make_basket, make_delivery_store, make_order, make_slots, place, slots_free
from tests.orders.test_races import together

pytestmark = pytest.mark.django_db


def queue(configurator: Configurator, number: int) -> list[Waiting]:
    build = make_build(configurator)
    return [waiting.join(build=build.code, email=f"buyer{n}@example.com") for n in range(number)]


def states() -> list[str]:
    return list(Waiting.objects.order_by("pk").values_list("status", flat=True))


def test_only_for_what_is_sold_out_and_joining_again_is_the_same_place() -> None:
    configurator = make_configurator()
    build = make_build(configurator)
    with pytest.raises(WrongEmail):
        waiting.join(build=build.code, email="nobody")
    first = waiting.join(build=build.code, email="a@example.com")
    assert waiting.join(build=build.code, email=" A@example.com ") == first
    second = waiting.join(build=build.code, email="b@example.com")
    assert (waiting.place_of(first), waiting.place_of(second)) == (1, 2)
    make_slots(configurator)
    with pytest.raises(NotSoldOut):
        waiting.join(build=build.code, email="c@example.com")


def test_what_comes_free_is_held_for_the_first_and_nobody_else_gets_it() -> None:
    configurator, store = make_configurator(), make_delivery_store()
    holder = make_order(configurator, delivery_store=store)
    first, _second = queue(configurator, 2)
    services.cancel(order=holder)
    assert (states(), slots_free()) == (["offered", "waiting"], 0)
    with pytest.raises(SoldOut):
        place(make_basket(configurator), delivery_store=store)
    basket = make_basket(configurator)
    services.remember_offer(basket=basket, token=first.token)
    order = place(basket, delivery_store=store)
    first.refresh_from_db()
    assert (first.status, first.order, capacity.prove()) == ("taken", order, [])


def test_an_offer_that_is_over_goes_to_the_next_and_then_to_everybody() -> None:
    configurator = make_configurator()
    queue(configurator, 2)
    make_slots(configurator)
    assert waiting.serve(configurator.car_model.slug) == 1
    for expected, free in ((["expired", "offered"], 0), (["expired", "expired"], 1)):
        Waiting.objects.filter(status="offered").update(offer_until=timezone.now() - timedelta(seconds=1))
        assert waiting.sweep() == 1
        assert (states(), slots_free()) == (expected, free)


def test_leaving_passes_the_offer_on() -> None:
    configurator = make_configurator()
    first, second = queue(configurator, 2)
    make_slots(configurator)
    waiting.sweep()
    assert waiting.leave(first).status == "left"
    assert (states(), waiting.leave(second).status, slots_free()) == (["left", "offered"], "left", 1)


def test_whose_option_has_run_out_does_not_hold_up_the_others() -> None:
    configurator = make_configurator()
    red = make_build(configurator)
    options = [line.code for line in quote(code=red.code).lines]
    one, two = queue(configurator, 2)
    Waiting.objects.filter(pk=two.pk).update(options=["no-such-option"])
    make_slots(configurator, 5)
    make_slots(configurator, 1, option=options[0])
    capacity.close(resource=f"build:{configurator.car_model.slug}:{options[0]}:{timezone.localdate():%Y-%m}")
    assert waiting.sweep() == 0
    assert states() == ["waiting", "offered"]
    assert waiting.place_of(one) == 1


def test_the_offer_is_written_about_once() -> None:
    configurator = make_configurator()
    [entry] = queue(configurator, 1)
    make_slots(configurator)
    waiting.sweep()
    waiting.sweep()
    send_due()
    assert [message.to for message in mail.outbox] == [["buyer0@example.com"]]
    assert str(entry.token) in str(mail.outbox[0].body)


def test_the_pages_join_show_the_place_and_take_the_offer_to_checkout(client: Client) -> None:
    configurator = make_configurator()
    build = make_build(configurator)
    assert client.get(f"/waiting/join/{build.code}/").status_code == 200
    assert client.post(f"/waiting/join/{build.code}/", {"email": "x"}).status_code == 422
    answer = client.post(f"/waiting/join/{build.code}/", {"email": "a@example.com"})
    entry = Waiting.objects.get()
    assert answer.headers["Location"] == f"/waiting/{entry.token}/"
    assert "You are number 1 in the queue." in client.get(answer.headers["Location"]).content.decode()
    assert client.post(f"/waiting/{entry.token}/act/", {"order": 1}).status_code == 409
    make_slots(configurator)
    waiting.sweep()
    assert client.post(f"/waiting/{entry.token}/act/", {"order": 1}).headers["Location"] == "/checkout/"
    assert client.get("/waiting/00000000-0000-4000-8000-000000000000/").status_code == 404


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_ten_cars_that_come_free_at_once_are_offered_to_the_first_ten_and_each_once() -> None:
    configurator, store = make_configurator(), make_delivery_store()
    orders = [make_order(configurator, delivery_store=store) for _ in range(10)]
    queue(configurator, 14)
    strangers = [make_basket(configurator) for _ in range(6)]
    acts = [partial(services.cancel, order=order) for order in orders]
    answers = together(
        *acts, waiting.sweep, waiting.sweep, *(partial(place, one, delivery_store=store) for one in strangers)
    )
    assert Counter(type(answer) for answer in answers if not isinstance(answer, int)) == {Order: 10, SoldOut: 6}
    assert states() == ["offered"] * 10 + ["waiting"] * 4
    assert (slots_free(), capacity.prove()) == (0, [])
    Waiting.objects.filter(status="offered").update(offer_until=timezone.now() - timedelta(seconds=1))
    assert sum(int(str(answer)) for answer in together(*[waiting.sweep] * 4)) == 10
    assert (Counter(states()), slots_free()) == (Counter(expired=10, offered=4), 6)
    assert capacity.prove() == []
