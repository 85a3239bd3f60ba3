"""Installations and what is made to order: each rule of a line's table is an act here, too."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

from django.utils import timezone

from apps.orders import services
from apps.orders.models import Order, OrderLine
from apps.orders.services import visits
from tests.factories.bundles import make_charger
from tests.factories.orders import place
from tests.orders.walking.outside import Outside
from tests.orders.walking.shop import Do

_TEXT = {"text": "As found"}
# By the service's name: what it wants besides the line, and whether somebody of the store does it.
_WANTED: Mapping[str, tuple[Mapping[str, Any], bool]] = {
    "survey": (_TEXT, True),
    "quote": (_TEXT | {"amount": 90_000}, True),
    "accept_quote": ({}, False),
    "decline_quote": ({}, False),
    "resurvey": (_TEXT, True),
    "install": ({}, True),
    "complain": (_TEXT, False),
    "accept_installation": ({}, False),
    "infeasible": (_TEXT, True),
    "send_proof": (_TEXT, True),
    "approve_proof": ({}, False),
    "change_proof": (_TEXT, False),
    "make": ({}, True),
    "ship_made": (_TEXT, True),
    "lose": (_TEXT, True),
    "receive_made": ({}, False),
    "withdraw": ({}, False),
}


class Lines(Outside):
    """The same shop with work at home and at the engraver's."""

    def order_charger(self) -> Do:
        """A car with a charger that is installed at home."""
        basket = services.create_basket()
        services.add_line(basket=basket, kind="car", build=self.build.code)
        services.add_line(basket=basket, kind="charger", sku=make_charger(stock=1).sku)
        return partial(place, basket, delivery_store=self.store)

    def order_plate(self, order: Order) -> Do:
        """A plate besides, that is made for the buyer, at the price of nothing."""
        facts = {"kind": "made_to_order", "status": "allocated", "code": "PLATE", "name_en": "Plate", "name_zh": "铭牌"}
        position = order.lines.count() + 1
        return partial(OrderLine.objects.create, order=order, position=position, unit_price=0, total=0, **facts)

    def plan_survey(self, order: Order) -> Do:
        return self._visit(order, visits.plan_survey)

    def book(self, order: Order) -> Do:
        return self._visit(order, visits.book)

    def rebook(self, order: Order) -> Do:
        return self._visit(order, visits.book)

    def _visit(self, order: Order, service: Callable[..., object]) -> Do:
        at = timezone.now() + timedelta(days=self.turn)
        line = order.lines.get(kind="charger")
        return partial(service, line=line, starts_at=at, address="Lane 1", user=self.clerk)

    def pick(self, name: str, chance: Random, order: Order | None = None) -> Do | None:
        if name not in _WANTED or order is None:
            return super().pick(name, chance, order)
        wanted, by_store = _WANTED[name]
        line = order.lines.filter(kind__in=["charger", "made_to_order"]).latest("position")
        who = {"user": self.clerk} if by_store else {}
        return partial(getattr(visits, name), line=line, **wanted, **who)
