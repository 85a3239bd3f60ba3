"""Buying a car: what a buyer, the gateway, the clock and the workers do.

An act is a method that looks about, picks what to do it to and gives it back as a function, or nothing where there is nothing
to do. That function may be called again: it is then the same wish with the same keys.
"""

import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from random import Random

from django.utils import timezone

from apps.accounts.models import User
from apps.common.errors import DomainError
from apps.configurator.models import Build
from apps.orders import services
from apps.orders.fulfilment.drain import run_step
from apps.orders.gateways import GatewayEvent
from apps.orders.models import FulfilmentStep, Order, PartnerJob, PaymentLeg, Refund, Timer
from apps.orders.services import refunds, timers
from apps.orders.terms import CHECKLIST
from apps.stores.models import Store
from tests.factories.orders import BASE_URL, captured, place
from tests.orders.test_events import event, refund_done

Do = Callable[[], object]
SIGNED = {"signature": "Li Lei", "accept_fees": True, "id_consent": True}
# Acts that begin with no order.
ALONE = ("order", "order_charger", "order_goods", "repeat", "sweep", "work")
MOST_ORDERS = 4


class Shop:
    """A store with so many cars and parts, a clerk, and whatever a walk has done to it."""

    def __init__(self, build: Build, store: Store, sku: str, clerk: User, slots: int) -> None:
        self.build, self.store, self.sku, self.clerk, self.slots = build, store, sku, clerk, slots
        self.others: list[str] = []
        self.colleague: User | None = None
        self.buyer: User | None = None
        self.last: GatewayEvent | None = None
        self.turn = 0

    def act(self, name: str, chance: Random) -> None:
        """Do it to some order; a refusal is as good as anything."""
        with suppress(DomainError):
            do = self.pick(name, chance)
            if do is not None:
                do()

    def pick(self, name: str, chance: Random, order: Order | None = None) -> Do | None:
        """What the act would do now, to ``order`` or to any."""
        self.turn = chance.randrange(1_000)
        act: Callable[..., Do | None] = getattr(self, name)
        if name in ALONE:
            return act()
        orders = [order] if order is not None else list(Order.objects.order_by("pk"))
        return act(chance.choice(orders)) if orders else None

    def _tell(self, one: GatewayEvent) -> Do:
        def tell() -> None:
            self.last = one
            services.apply_event(one)

        return tell

    def _asked(self, order: Order) -> PaymentLeg | None:
        return order.legs.exclude(gateway__in=["", "credit", "trade_in", "lender"]).order_by("-position").first()

    def _one_after_another(self, *names: str, order: Order) -> Do:
        """Acts of which each begins where the one before has ended."""
        chance = Random(self.turn)

        def all_of_them() -> None:
            for name in names:
                self.act_on(name, order, chance)

        return all_of_them

    def act_on(self, name: str, order: Order, chance: Random) -> None:
        order = Order.objects.get(pk=order.pk)
        do = self.pick(name, chance, order)
        if do is not None:
            do()


class World(Shop):
    """The acts of an order that is bought, paid, built, and accepted or cancelled."""

    def order(self) -> Do | None:
        if Order.objects.count() >= MOST_ORDERS:
            return None
        user = self.buyer if self.turn % 2 else None
        basket = services.create_basket(user=user)
        if not basket.lines.exists():
            services.add_line(basket=basket, kind="car", build=self.build.code)
            services.add_line(basket=basket, kind="accessory", sku=self.sku)
        return partial(place, basket, delivery_store=self.store, key=uuid.uuid4().hex)

    def ask(self, order: Order) -> Do:
        return partial(services.request_payment, order=order, base_url=BASE_URL)

    def pay(self, order: Order) -> Do:
        return self._one_after_another("ask", "pay_what_was_asked", order=order)

    def pay_what_was_asked(self, order: Order) -> Do | None:
        leg = self._asked(order)
        return self._tell(captured(leg)) if leg else None

    def pay_wrongly(self, order: Order) -> Do | None:
        leg = self._asked(order)
        return self._tell(captured(leg, leg.amount + 1)) if leg else None

    def begin_paying(self, order: Order) -> Do | None:
        leg = self._asked(order)
        return self._tell(event(leg, "payment.processing")) if leg else None

    def fail(self, order: Order) -> Do | None:
        leg = self._asked(order)
        return self._tell(event(leg, "payment.failed")) if leg else None

    def repeat(self) -> Do | None:
        return partial(services.apply_event, self.last) if self.last is not None else None

    def sweep(self) -> Do:
        Timer.objects.filter(done_at=None).update(due_at=timezone.now())
        return timers.sweep

    def sign(self, order: Order) -> Do:
        return partial(services.sign, order=order, **SIGNED)  # type: ignore[arg-type]

    def cancel(self, order: Order) -> Do:
        return partial(services.cancel, order=order, accept_fee=True)

    def work(self) -> Do:
        FulfilmentStep.objects.filter(status="ready").update(next_at=timezone.now())
        return run_step

    def step(self, order: Order) -> Do:
        FulfilmentStep.objects.filter(order=order, status="ready").update(next_at=timezone.now())
        return run_step

    def work_on(self, order: Order) -> Do:
        return self._one_after_another("step", "step", "step", "step", order=order)

    def build_wrongly(self, order: Order) -> Do:
        jobs = list(PartnerJob.objects.filter(partner="maker", key__startswith=f"{order.pk}:"))

        def change_the_books() -> None:
            for job in jobs:
                PartnerJob.objects.filter(pk=job.pk).update(facts=job.facts | {"as_built": ["red"]})

        return change_the_books

    def take_it_so(self, order: Order) -> Do:
        return partial(services.accept_mismatch, order=order)

    def be_generous(self, order: Order) -> Do | None:
        leg = order.legs.filter(captured__gt=0).first()
        if leg is None:
            return None
        key = uuid.uuid4().hex
        return partial(services.refund, leg=leg, amount=100, reason="Sorry", user=self.clerk, key=key)

    def send_all_back(self, order: Order) -> Do | None:
        leg = order.legs.filter(status="suspect").first()
        if leg is None:
            return None
        return partial(services.refund, leg=leg, amount=leg.captured - leg.refunded, reason="Wrong", user=self.clerk)

    def confirm_refund(self, order: Order) -> Do | None:
        """The gateway has sent it, or a second clerk has."""
        refund = Refund.objects.filter(leg__order=order).exclude(status="done").first()
        if refund is None:
            return None
        if refund.leg.purpose in refunds.BY_HAND:
            return partial(refunds.confirm_by_hand, refund=refund, reference="T-1", user=self.colleague or self.clerk)
        return self._tell(refund_done(refund))

    def confirm_refunds(self, order: Order) -> Do:
        count = Refund.objects.filter(leg__order=order).exclude(status="done").count()
        return self._one_after_another(*["confirm_refund"] * count, order=order)

    def accept(self, order: Order) -> Do:
        vin = order.allocations.get(ended_at=None).vehicle.vin if order.status == "ready" else ""
        checks = dict.fromkeys(CHECKLIST, True)
        return partial(services.accept_delivery, order=order, vin=vin, signature="Li", checklist=checks)


def acts_of(*shops: type[Shop]) -> list[str]:
    """The names of what anybody may do there."""
    return sorted({name for shop in shops for name in vars(shop) if not name.startswith("_")})
