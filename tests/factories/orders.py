"""Baskets and orders in every state, made by the services themselves."""

import uuid
from datetime import date
from typing import Any

from django.utils import timezone

from apps.capacity import services as capacity
from apps.configurator.models import Configurator
from apps.orders import services
from apps.orders.fulfilment.drain import run_step
from apps.orders.gateways import GatewayEvent
from apps.orders.lifecycle import Status
from apps.orders.models import Allotment, Basket, FulfilmentStep, Order, PaymentLeg
from apps.orders.services import Contact, InvoiceData, supply
from apps.orders.terms import CHECKLIST
from apps.stores.models import Store
from tests.factories.configurator import make_build, make_configurator
from tests.factories.stores import make_store

CONTACT = Contact("Li Lei", "13800138000", "lilei@example.com")
CAR_PRICE = 9_000_000
DEPOSIT = 200_000
BASE_URL = "http://testserver"


def make_delivery_store(**fields: Any) -> Store:
    return make_store(services=["delivery", "accessory_fitting", "film"], **fields)


def make_slots(configurator: Configurator, number: int = 1, *, month: date | None = None, option: str = "") -> str:
    """Open an allotment (this month's when none is named) and name its resource."""
    resource = supply.allotment_of(configurator.car_model, month, option)
    capacity.open(resource=resource, quantity=number)
    return resource


def slots_of(order: Order) -> list[str]:
    """The states of the build slots that the order has or has used."""
    return [one.state for one in supply.slots_of(order) if one.live or one.state == "used"]


def slots_held() -> int:
    """How many build slots anybody has or has used."""
    return sum(pool.held + pool.taken + pool.used for pool in Allotment.objects.of_models())


def slots_free() -> int:
    return sum(pool.free for pool in Allotment.objects.of_models())


def months_from_now(number: int) -> date:
    """The first day of the month so many months on."""
    today = timezone.localdate()
    year, month = divmod(today.month - 1 + number, 12)
    return date(today.year + year, month + 1, 1)


def make_basket(configurator: Configurator | None = None, *skus: tuple[str, str], user: Any = None) -> Basket:
    """A basket with a whole car and one each of the given (kind, sku)."""
    basket = services.create_basket(user=user)
    build = make_build(configurator) if configurator else make_build()
    services.add_line(basket=basket, kind="car", build=build.code)
    for kind, sku in skus:
        services.add_line(basket=basket, kind=kind, sku=sku)
    return basket


def place(basket: Basket, **changes: Any) -> Order:
    """Order a basket with plain details."""
    details: dict[str, Any] = {
        "contact": CONTACT,
        "city": "Shanghai",
        "invoice": InvoiceData("personal", "Li Lei"),
        "payment_plan": "deposit",
        "accept_terms": True,
        "user": basket.user,
    } | changes
    if "delivery_store" not in details:
        details["delivery_store"] = make_delivery_store()
    return services.place_order(basket=basket, **details)


def make_order(
    configurator: Configurator | None = None, *skus: tuple[str, str], user: Any = None, **changes: Any
) -> Order:
    """A placed order for a car of which there is supply."""
    configurator = configurator or Configurator.objects.first() or make_configurator()
    make_slots(configurator)
    return place(make_basket(configurator, *skus, user=user), **changes)


def captured(leg: PaymentLeg, amount: int | None = None, event_id: str = "") -> GatewayEvent:
    """What the gateway says when a payment has come."""
    sum_ = leg.amount if amount is None else amount
    return GatewayEvent("sandbox", event_id or uuid.uuid4().hex, "payment.captured", str(leg.pk), sum_)


def pay(order: Order) -> PaymentLeg:
    """Ask for the due payment and let it come."""
    leg = services.request_payment(order=order, base_url=BASE_URL)
    services.apply_event(captured(leg))
    order.refresh_from_db()
    leg.refresh_from_db()
    return leg


def sign(order: Order) -> Order:
    services.sign(order=order, signature="Li Lei", accept_fees=True, id_consent=True)
    order.refresh_from_db()
    return order


def run_until(order: Order, status: Status, *, steps: int = 60) -> Order:
    """Let time pass: make the order's waiting step due and do it, until the order is there."""
    for _ in range(steps):
        order.refresh_from_db()
        if order.status == status:
            return order
        FulfilmentStep.objects.filter(order=order, status="ready").update(next_at=timezone.now())
        assert run_step(), f"nothing to do while {order.status}"
        errors = list(FulfilmentStep.objects.filter(order=order).exclude(error="").values_list("kind", "error"))
        assert not errors, errors
    raise AssertionError(f"still {order.status}, not {status}")


def reserved_order(*skus: tuple[str, str], **changes: Any) -> Order:
    order = make_order(None, *skus, **changes)
    pay(order)
    return order


def signed_order(*skus: tuple[str, str], **changes: Any) -> Order:
    return sign(reserved_order(*skus, **changes))


def ready_order(*skus: tuple[str, str], **changes: Any) -> Order:
    order = run_until(signed_order(*skus, **changes), Status.AT_STORE)
    pay(order)
    return run_until(order, Status.READY)


def delivered_order(*skus: tuple[str, str], **changes: Any) -> Order:
    order = ready_order(*skus, **changes)
    vin = order.allocations.get(ended_at=None).vehicle.vin
    services.accept_delivery(order=order, vin=vin, signature="Li Lei", checklist=dict.fromkeys(CHECKLIST, True))
    order.refresh_from_db()
    return order
