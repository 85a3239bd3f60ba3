"""Brings a running portal into states that its demo does not show; ``manage.py shell`` calls it, and it prints them as JSON.

``{state: [path, session]}``: ``session`` is the cookie of who is signed in there, or nothing: what belongs to a guest carries its token in the path.
"""

import io
import json
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db.models import F
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.bundles.models import Accessory, Charger, MaintenancePlan
from apps.configurator.models import Build, Configurator
from apps.configurator.services import open_session, save_build
from apps.orders import services
from apps.orders.fulfilment.drain import run_step
from apps.orders.gateways import GatewayEvent
from apps.orders.lifecycle import Status
from apps.orders.models import Basket, BasketLine, FulfilmentStep, LoanReferral, Order, Waiting
from apps.orders.services import loans, trade_ins, visits
from apps.orders.services.planning import PaymentWish
from apps.orders.terms import CHECKLIST
from apps.stores.models import City, Closure, Store
from tests.factories.accounts import make_address, make_staff, make_user
from tests.factories.bundles import make_accessory
from tests.factories.orders import make_slots, pay, place, sign
from tests.factories.stores import make_store

CAR = "aion-ut-super"
PATIENCE_S = 120.0
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
Shown = tuple[str, str]


def signed_in(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def person(**fields: Any) -> User:
    return make_user(f"{uuid.uuid4().hex[:12]}@example.com", name="Li Lei", phone="13800138000", **fields)


def clerk(*permissions: str) -> User:
    return make_staff(
        f"{uuid.uuid4().hex[:12]}@example.com",
        name="Chen Jie",
        permissions=tuple(f"orders.{one}" for one in permissions),
    )


def build(*wishes: str, user: User | None = None) -> Build:
    configurator = Configurator.objects.get(car_model__slug=CAR)
    session = open_session(CAR, "CN")
    whole = sorted(session.answer(wishes).complete or ())
    return save_build(
        car_model=configurator.car_model,
        choices=[*wishes, *(code for code in whole if code not in wishes)],
        market="CN",
        user=user,
    )


def basket(*parts: tuple[str, str], user: User | None = None) -> Basket:
    made = services.create_basket(user=user)
    services.add_line(basket=made, kind="car", build=build(user=user).code)
    for kind, sku in parts:
        services.add_line(basket=made, kind=kind, sku=sku)
    return made


def ordered(*parts: tuple[str, str], user: User | None = None, wish: PaymentWish | None = None) -> Order:
    """An order for the opening car, handed over in Shanghai."""
    make_slots(Configurator.objects.get(car_model__slug=CAR))
    store = Store.objects.filter(services__contains=["delivery"], kind="own").earliest("pk")
    return place(basket(*parts, user=user), delivery_store=store, **({"wish": wish} if wish else {}))


def until(order: Order, status: Status) -> Order:
    """Let time pass, whoever does the work: this process or the portal's own worker."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        order.refresh_from_db()
        if order.status == status:
            return order
        FulfilmentStep.objects.filter(order=order, status="ready").update(next_at=timezone.now())
        if not run_step():
            time.sleep(0.1)
    raise AssertionError(f"{order.number} is still {order.status}, not {status}")


def contracted(*parts: tuple[str, str]) -> Order:
    order = ordered(*parts)
    pay(order)
    return sign(order)


def delivered(*parts: tuple[str, str]) -> Order:
    order = until(contracted(*parts), Status.AT_STORE)
    pay(order)
    order = until(order, Status.READY)
    allocation = order.allocations.get(ended_at=None)
    checklist = dict.fromkeys(CHECKLIST, True)
    services.accept_delivery(order=order, vin=allocation.vehicle.vin, signature="Li Lei", checklist=checklist)
    while run_step():
        pass
    return order


def page_of(order: Order, more: str = "") -> Shown:
    return f"orders/{order.number}/{more}?token={order.token}", signed_in(order.user) if order.user else ""


def in_every_state() -> dict[str, Order]:
    """One of the demo's orders for each state. Right after the start they are still on their way there."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found: dict[str, Order] = {}
        for order in Order.objects.select_related("user").order_by(F("user").asc(nulls_first=True), "pk"):
            found.setdefault(order.status, order)
        # At the pace of the tests the days for a return are soon over.
        if {"placed", "reserved", "ready", "cancelled"} <= set(found) and {"delivered", "completed"} & set(found):
            return found
        time.sleep(2)
    raise AssertionError(sorted(found))


def orders_of_the_demo() -> Iterator[tuple[str, Shown]]:
    found = in_every_state()
    for status, order in found.items():
        yield f"order {status}", page_of(order)
    for status in ("placed", "reserved", "ready"):
        yield f"payments {status}", page_of(found[status], "payments/")
    yield "handover", page_of(found["ready"], "handover/")
    yield "order messages", page_of(found["ready"], "messages/")


def loan_orders() -> Iterator[tuple[str, Shown]]:
    banker = clerk("decide_loan", "view_loanreferral")

    def asked() -> tuple[Order, LoanReferral]:
        order = ordered(wish=PaymentWish(loan=3_000_000, lender=next(iter(loans.LENDERS)), months=36))
        pay(order)
        referral = loans.of_order(order)
        assert referral is not None
        return order, referral

    def handed_in() -> tuple[Order, LoanReferral]:
        order, referral = asked()
        for kind, content in (("identity", PDF), ("income", PDF + b"x\n%%EOF")):
            loans.add_document(referral=referral, kind=kind, file=io.BytesIO(content), size=len(content), user=None)
        return order, loans.submit(referral=referral)

    yield "loan: papers missing", page_of(asked()[0], "payments/")
    yield "loan: with the bank", page_of(handed_in()[0], "payments/")
    for approved, name in ((True, "approved"), (False, "refused")):
        order, referral = handed_in()
        reason = "" if approved else "The income could not be confirmed by the employer."
        loans.decide(referral=referral, approved=approved, reference="B-1", reason=reason, user=banker)
        yield f"loan: {name}", page_of(order, "payments/")
        yield f"order with a loan {name}", page_of(order)


def old_cars() -> Iterator[tuple[str, Shown]]:
    appraiser = clerk("value_tradein", "view_tradein")
    for last in ("asked", "offered", "applied", "worth less"):
        order = ordered()
        pay(order)
        old = trade_ins.ask(order=order, car="Volkswagen Jetta 1.4T", plate="沪A12345", year=2019, mileage=60_000)
        if last != "asked":
            old = trade_ins.offer(trade_in=old, amount=1_500_000, user=appraiser)
        if last in ("applied", "worth less"):
            old = trade_ins.apply(trade_in=old)
        if last == "worth less":
            trade_ins.inspect(trade_in=old, worth=1_100_000, reason="Rust under both doors", user=appraiser)
        yield f"trade-in: {last}", page_of(order, "payments/")


def damaged() -> Iterator[tuple[str, Shown]]:
    order = until(contracted(), Status.AT_STORE)
    services.report_damage(
        order=order, text="A crate fell on the bonnet while it was unloaded", user=clerk("inspect_car")
    )
    yield "order with a damaged car", page_of(order)


def contested() -> Iterator[tuple[str, Shown]]:
    order = ordered()
    leg = pay(order)
    services.apply_event(GatewayEvent("sandbox", uuid.uuid4().hex, "dispute.opened", str(leg.pk), leg.captured, "case"))
    yield "order contested", page_of(order)


def installed() -> Iterator[tuple[str, Shown]]:
    fitter = clerk("inspect_car", "view_orderline")
    for last in ("quoted", "installed"):
        order = delivered(("charger", Charger.objects.on_sale().earliest("pk").sku))
        line = order.lines.get(kind="charger")
        visits.survey(line=line, text="The fuse box is in the garage; 20 m of cable are missing.", user=fitter)
        visits.quote(line=line, amount=90_000, text="20 m of cable, laid in a pipe", user=fitter)
        if last == "installed":
            visits.accept_quote(line=line)
            visits.book(line=line, starts_at=timezone.now() + timedelta(days=3), address="Lane 2", user=fitter)
            visits.install(line=line, user=fitter)
        yield f"charger {last}", page_of(order)


def changed() -> Iterator[tuple[str, Shown]]:
    order = ordered()
    pay(order)
    paints = next(group for group in open_session(CAR, "CN").document.groups if group.code == "colour")
    other = paints.options[-1].code
    yield "change", page_of(order, "change/")
    path, session = page_of(order, "change/")
    yield "change chosen", (f"{path}&build={build(other).code}", session)


def baskets() -> Iterator[tuple[str, Shown]]:
    part = Accessory.objects.on_sale().in_stock().filter(fits_all=True).earliest("pk").sku
    buyer = person()
    basket(("accessory", part), user=buyer)
    make_slots(Configurator.objects.get(car_model__slug=CAR))
    yield "basket full", ("basket/", signed_in(buyer))
    yield "checkout", ("checkout/", signed_in(buyer))
    late = person()
    gone = basket(("accessory", part), user=late)
    other = MaintenancePlan.objects.on_sale().filter(energies=["ice"]).earliest("pk").sku
    for kind, sku in (
        ("accessory", make_accessory(sku=f"AC-{uuid.uuid4().hex[:8].upper()}", on_sale=False).sku),
        ("maintenance_plan", other),
    ):
        BasketLine.objects.create(basket=gone, kind=kind, sku=sku)
    yield "basket with what is not sold any longer", ("basket/", signed_in(late))


def queues() -> Iterator[tuple[str, Shown]]:
    made = build()
    yield "waiting list to join", (f"waiting/join/{made.code}/", "")
    now = timezone.now()
    for status in Waiting.Status.values:
        offered = status == Waiting.Status.OFFERED
        entry = Waiting.objects.create(
            build=made, model=CAR, email=f"{uuid.uuid4().hex[:8]}@example.com", status=status, joined_at=now,
            offer_until=now + timedelta(hours=20) if offered else None, month=now.date().replace(day=1) if offered else None,
        )  # fmt: skip
        yield f"waiting list {status}", (f"waiting/{entry.token}/", "")


def shut_stores() -> Iterator[tuple[str, Shown]]:
    store = make_store(
        name_en="Kaiche Harbour Store",
        name_zh="开车港湾店",
        city=City.objects.order_by("population")[0],
        code=f"SH-{uuid.uuid4().int % 10**8:08}",
    )
    today = timezone.localdate()
    Closure.objects.create(
        store=store, days=(today, today + timedelta(days=400)), reason_en="Rebuilding", reason_zh="改造装修"
    )
    yield "store shut for long", (f"stores/{store.code}/", "")
    yield "booking at a store that is shut", (f"stores/{store.code}/book/?service=maintenance", "")


def people() -> Iterator[tuple[str, Shown]]:
    """An account's pages: of a person who is new, of one who has much, and the links that come by e-mail."""
    new, known = person(), User.objects.get(email="wang@kaiche.example")
    make_address(known)
    for name in ("", "orders/", "messages/", "addresses/", "tokens/", "coins/", "2fa/", "email/"):
        yield f"account {name or 'overview'}", (f"account/{name}", signed_in(known))
    for name in ("", "orders/", "addresses/", "coins/"):
        yield f"new account {name or 'overview'}", (f"account/{name}", signed_in(new))
    for name in ("profile/", "addresses/new/", "password/change/", "2fa/totp/activate/", "reauthenticate/", "logout/"):
        yield f"account {name}", (f"account/{name}", signed_in(known))
    unsure = make_user(f"{uuid.uuid4().hex[:12]}@example.com", verified=False)
    key = EmailConfirmationHMAC(EmailAddress.objects.get(user=unsure)).key
    yield "link that confirms an address", (f"account/confirm-email/{key}/", "")
    yield "link that confirms nothing", ("account/confirm-email/nothing/", "")
    reset = f"{user_pk_to_url_str(new)}-{default_token_generator.make_token(new)}"
    yield "link for a new password", (f"account/password/reset/key/{reset}/", "")
    yield "link for a new password that is over", ("account/password/reset/key/1-x-y/", "")
    yield "not allowed", ("styleguide/", signed_in(new))


STAGES: tuple[Callable[[], Iterator[tuple[str, Shown]]], ...] = (
    orders_of_the_demo,
    loan_orders,
    old_cars,
    damaged,
    contested,
    installed,
    changed,
    baskets,
    queues,
    shut_stores,
    people,
)


def main() -> None:
    print("FOUND" + json.dumps(dict(one for stage in STAGES for one in stage())))
