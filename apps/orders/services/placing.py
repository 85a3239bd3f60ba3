"""Placing an order: everything or nothing."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg.errors import UniqueViolation

from apps.accounts.models import valid_phone
from apps.capacity.errors import Unavailable
from apps.common.doorbell import ring
from apps.common.errors import FieldErrors
from apps.orders import region
from apps.orders.errors import (
    BasketClosed,
    BasketNotFound,
    BuildNotOrderable,
    EmptyBasket,
    NoDeliveryThere,
    PriceChanged,
    TermsNotAccepted,
)
from apps.orders.identifiers import is_uscc, new_order_number
from apps.orders.lifecycle import Actor
from apps.orders.models import Basket, LineKind, Order, OrderLine
from apps.orders.services import fitting, once, planning, supply, transitions, waiting
from apps.orders.services.planning import IN_MONEY, PaymentWish
from apps.orders.services.prices import PricedBasket, PricedLine, price_basket
from apps.orders.terms import HOLD, fee_table
from apps.promotions import services as promotions
from apps.promotions.engine import replay
from apps.stores.models import City, Store

if TYPE_CHECKING:
    from apps.accounts.models import User
CONTROL = re.compile(r"[\x00-\x1f]")
TITLE_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom the order is for."""

    name: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class InvoiceData:
    """Whom it is invoiced to: ``kind`` personal or company; a company has a unified social credit code."""

    kind: str = "personal"
    title: str = ""
    tax_number: str = ""


def place_order(
    *,
    basket: Basket,
    contact: Contact,
    city: str,
    delivery_store: Store | None,
    invoice: InvoiceData,
    payment_plan: str,
    accept_terms: bool,
    language: str = "en",
    user: "User | None" = None,
    key: str | None = None,
    quoted: int | None = None,
    build_month: date | None = None,
    region_answers: Collection[str] = (),
    wish: PaymentWish = IN_MONEY,
) -> Order:
    """Buy the basket. The same ``key`` gives the order that it made before. ``quoted`` is the total the buyer saw.

    The car is built in ``build_month``, or in the first month that has a car left when none is asked for.
    ``region_answers`` are the statements about subsidies that the buyer affirmed (``region.Question.field``). ``wish`` is what shall
    be paid by a loan, with coins or with an old car.

    Raises:
        FieldErrors, TermsNotAccepted: of the input. EmptyBasket, BasketClosed, NoDeliveryThere.
        LegRefused, TooManyCoins, TooFewCoins, UnknownLender: of the wish.
        PriceChanged, BuildNotOrderable, SoldOut, OutOfStock, DoesNotFit: of what is bought; nothing was written. What is
            sold out names the nearest alternative.
    """
    stored_key = once.stored_key(user.pk if user else basket.pk, key) if key else None
    _check_input(contact, city, invoice, payment_plan)
    if not accept_terms:
        raise TermsNotAccepted(field="accept_terms")
    details: dict[str, object] = {
        "placement_key": stored_key,
        "user": user,
        "name": contact.name.strip(),
        "phone": contact.phone.strip(),
        "email": contact.email.strip().lower(),
        "language": language,
        "city": city.strip(),
        "invoice_kind": invoice.kind,
        "invoice_title": invoice.title.strip() or contact.name.strip(),
        "tax_number": _tax_number(invoice) if invoice.kind == Order.Invoice.COMPANY else "",
        "delivery_store": delivery_store,
        "payment_plan": payment_plan,
    }
    asked = _Asked(quoted, build_month, city_named(city), frozenset(region_answers), wish)
    for _attempt in range(supply.TRIES):
        try:
            return _place(basket, user, stored_key, delivery_store, details, asked)
        except supply.Overtaken:  # somebody took the last of the chosen month: choose again
            continue
        except IntegrityError as error:
            # The same key with another basket at the same moment: whoever was first has placed the order.
            if stored_key is None or "placement_key" not in _violated(error):
                raise
            return Order.objects.get(placement_key=stored_key)
    raise Unavailable


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the buyer saw and wants, beside their own details."""

    quoted: int | None
    month: date | None
    city: City | None
    answers: frozenset[str]
    wish: PaymentWish


def city_named(text: str) -> City | None:
    """The city that somebody means by its slug or its name in either language; the largest of that name."""
    name = text.strip()
    rows = City.objects.filter(Q(slug=name.lower()) | Q(name_en__iexact=name) | Q(name_zh=name))
    return rows.order_by("-population").first()


@transaction.atomic
def _place(
    basket: Basket,
    user: "User | None",
    key: str | None,
    store: Store | None,
    details: dict[str, object],
    asked: _Asked,
) -> Order:
    mine = Basket.objects.select_for_update().filter(pk=basket.pk).first()
    if mine is None or (mine.user_id is not None and (user is None or user.pk != mine.user_id)):
        raise BasketNotFound
    before = Order.objects.filter(placement_key=key).first() if key else None
    if before is not None:
        return before
    if mine.ordered_at is not None:
        raise BasketClosed
    email, city = str(details["email"]), asked.city
    priced = _checked(price_basket(mine, city=city.slug if city else "", user=user, email=email), asked.quoted)
    if priced.car is not None and (store is None or not _hands_over(store)):
        raise NoDeliveryThere(field="delivery_store")
    offer = waiting.offer_of(mine.offer)
    own = [offer.owner] if offer else []
    uses = promotions.uses_of(priced.codes, priced.result, email) if priced.codes else {}
    chosen = supply.plan(replace(_wish(priced, store, asked.month, uses), own=own), any_month=False)
    chosen = replace(chosen, fresh={**uses, **chosen.fresh})
    now = timezone.now()
    details |= {"vouchers": sorted(uses), "region": _region(priced, asked, str(details["invoice_kind"]))}
    order = _insert(priced, basket_id=mine.pk, placed_at=now, **details)
    _freeze_lines(order, priced.lines, chosen)
    planning.create(order, asked.wish)
    transitions.begin(order, actor=Actor.BUYER, user=user, now=now)
    transitions.set_timer(order, "hold", now + HOLD)
    transitions.notify(order, "placed", now)
    Basket.objects.filter(pk=mine.pk).update(ordered_at=now)
    # The hot rows come last: their locks are held for the shortest time.
    supply.hold(order, chosen, until=now + HOLD + transitions.HOLD_GRACE, own=own)
    if offer is not None:
        waiting.accept(offer, order)
    _ring_worker()
    return order


def _violated(error: IntegrityError) -> str:
    """The name of the uniqueness that was violated, or nothing."""
    cause = error.__cause__
    return cause.diag.constraint_name or "" if isinstance(cause, UniqueViolation) else ""


def _ring_worker() -> None:
    from apps.orders.tasks import drain

    ring(drain)


def _hands_over(store: Store) -> bool:
    return store.is_active and "delivery" in store.services


def _checked(priced: PricedBasket, quoted: int | None) -> PricedBasket:
    if not priced.lines:
        raise EmptyBasket
    for line in priced.lines:
        if line.error is not None:
            raise line.error
        if line.problem:
            raise BuildNotOrderable(line.problem)
    if replay(priced.trace) != priced.total or priced.total != sum(line.total for line in priced.lines):
        raise ValueError("The price trace does not lead to the total.")
    if quoted is not None and quoted != priced.total:
        raise PriceChanged(extra={"quoted": quoted, "total": priced.total})
    return priced


def _check_input(contact: Contact, city: str, invoice: InvoiceData, plan: str) -> None:
    errors = [*_contact_errors(contact, city), *_invoice_errors(invoice)]
    if plan not in Order.Plan.values:
        errors.append(("payment_plan", "invalid", _("Choose a deposit or the full payment.")))
    if errors:
        raise FieldErrors(errors)


def _contact_errors(contact: Contact, city: str) -> Iterator[tuple[str, str, str]]:
    given = {"contact.name": contact.name, "contact.phone": contact.phone, "contact.email": contact.email, "city": city}
    longest = {"contact.name": 100, "contact.email": 254, "city": 100}
    checks: dict[str, Callable[[str], None]] = {"contact.email": validate_email, "contact.phone": valid_phone}
    for field, value in given.items():
        if not value.strip():
            yield field, "required", _("Please fill this in.")
        elif CONTROL.search(value):
            yield field, "invalid", _("Please leave out control characters.")
        elif len(value.strip()) > longest.get(field, len(value)):
            yield field, "too_long", _("At most %(limit)s characters, please.") % {"limit": longest[field]}
        elif field in checks:
            yield from _complaint(field, checks[field], value.strip())


def _invoice_errors(invoice: InvoiceData) -> Iterator[tuple[str, str, str]]:
    if invoice.kind not in Order.Invoice.values:
        yield "invoice.kind", "invalid", _("Choose a person or a company.")
    if CONTROL.search(invoice.title):
        yield "invoice.title", "invalid", _("Please leave out control characters.")
    elif len(invoice.title.strip()) > TITLE_LENGTH:
        yield (
            "invoice.title",
            "too_long",
            _("At most %(limit)s characters, please.") % {"limit": TITLE_LENGTH},
        )
    if invoice.kind == Order.Invoice.COMPANY:
        if not invoice.title.strip():
            yield "invoice.title", "required", _("Enter the company's name.")
        if not is_uscc(_tax_number(invoice)):
            yield "invoice.tax_number", "bad_tax_number", _("This is not a valid unified social credit code.")


def _tax_number(invoice: InvoiceData) -> str:
    return invoice.tax_number.strip().upper()


def _complaint(field: str, validator: Callable[[str], None], value: str) -> list[tuple[str, str, str]]:
    try:
        validator(value)
    except ValidationError as error:
        return [(field, error.code or "invalid", " ".join(error.messages))]
    return []


def _insert(priced: PricedBasket, **fields: object) -> Order:
    """A new order under a number that nobody has."""
    car = priced.car
    promised: dict[str, object] = {
        "car_model": priced.car_model,
        "total": priced.total,
        "discount": priced.saved,
        "trace": priced.trace,
        "monthly": priced.monthly,
        "terms": priced.terms.as_json() if priced.terms else None,
        "fees": [fee.as_json() for fee in fee_table(car.total)] if car else [],
    }
    for attempt in range(5):
        try:
            with transaction.atomic():
                return Order.objects.create(number=new_order_number(), **promised, **fields)
        except IntegrityError as error:
            if attempt == 4 or "_number_" not in _violated(error):
                raise
    raise AssertionError("unreachable")


def region_case(priced: PricedBasket, city: City, invoice: str, answers: Collection[str]) -> region.Case | None:
    """What the region's table is asked about this basket; None without a car."""
    if priced.car is None or priced.car_model is None:
        return None
    return region.Case(
        city=city.slug,
        province=city.province,
        price=priced.car.total,
        energy=priced.car_model.energy,
        invoice=invoice,
        day=timezone.localdate(),
        answers=frozenset(answers),
    )


def _region(priced: PricedBasket, asked: _Asked, invoice: str) -> dict[str, Any]:
    """What the order is told about its city, once and for all."""
    case = region_case(priced, asked.city, invoice, asked.answers) if asked.city else None
    return region.answer(case).as_json(case) if case else {}


def _wish(priced: PricedBasket, store: Store | None, month: date | None, uses: Collection[str]) -> supply.Wish:
    car = priced.car
    return supply.Wish(
        car_model=priced.car_model if car else None,
        options=car.details["options"] if car else (),
        articles={line.code: line.quantity for line in priced.lines if line.kind in supply.STOCKED},
        minutes=fitting.minutes_of((one.kind, one.quantity, one.details, one.needs_fitting) for one in priced.lines),
        store=store,
        asked=month,
        codes=tuple(uses),
    )


def _freeze_lines(order: Order, lines: Sequence[PricedLine], chosen: supply.Plan) -> None:
    in_order = sorted(lines, key=lambda one: one.kind != LineKind.CAR)
    frozen = [frozen_line(order, position, line) for position, line in enumerate(in_order, start=1)]
    if frozen[0].kind == LineKind.CAR:
        frozen[0].facts |= chosen.facts
    OrderLine.objects.bulk_create(frozen)


def frozen_line(order: Order, position: int, line: PricedLine) -> OrderLine:
    """A line with everything that was promised of it, not yet saved."""
    return OrderLine(
        order=order,
        position=position,
        kind=line.kind,
        code=line.code,
        name_en=line.name_en,
        name_zh=line.name_zh,
        quantity=line.quantity,
        unit_price=line.unit_price,
        fitting_price=line.fitting_price,
        discount=line.discount,
        total=line.total,
        service=line.service,
        trace=list(line.trace),
        facts=line.details | {"needs_fitting": line.needs_fitting},
    )
