"""Filling a basket."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.bundles import services as bundles
from apps.catalog.models import CarModel
from apps.configurator import services as configurator
from apps.configurator.models import Build
from apps.orders.errors import (
    BasketClosed,
    BasketNotFound,
    BuildNotOrderable,
    LineNotFound,
    OneCarOnly,
    TooManyCodes,
    UnknownBuild,
    UnknownKind,
)
from apps.orders.models import BUYABLE, Basket, BasketLine, LineKind
from apps.promotions import services as promotions

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_CODES = 5


def create_basket(*, user: "User | None" = None) -> Basket:
    """A guest's new basket, or the one that the user is filling already."""
    return basket_of(user=user) if user is not None else Basket.objects.create()


def basket_of(*, user: "User") -> Basket:
    """The basket that a person is filling; made when there is none."""
    found = Basket.objects.open().for_user(user).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return Basket.objects.create(user=user)
    except IntegrityError:  # another tab was quicker
        return Basket.objects.open().for_user(user).get()


def open_basket(*, basket_id: UUID | str, user: "User | None" = None) -> Basket:
    """The basket with this id, for whoever knows it; one that belongs to somebody is theirs alone.

    Raises:
        BasketNotFound: no such basket, or somebody else's.
    """
    try:
        basket = Basket.objects.filter(pk=UUID(str(basket_id))).first()
    except ValueError:
        basket = None
    if basket is None or (basket.user_id is not None and (user is None or basket.user_id != user.pk)):
        raise BasketNotFound
    return basket


@transaction.atomic
def add_line(*, basket: Basket, kind: str, build: str = "", sku: str = "", quantity: int = 1) -> BasketLine:
    """Put a configured car, or so many of an article, into the basket; more of the same adds up.

    Raises:
        UnknownKind, UnknownBuild, BuildNotOrderable, OneCarOnly: of the car.
        UnknownProduct, DoesNotFit, OutOfStock, BadQuantity: of the article, for the basket's car.
    """
    mine = _lock(basket)
    if kind == LineKind.CAR:
        return _add_car(mine, build)
    if kind not in BUYABLE:
        raise UnknownKind(field="kind", extra={"kind": kind})
    line = mine.lines.filter(sku=sku).exclude(kind=LineKind.CAR).first()
    wanted = quantity + (line.quantity if line else 0)
    # A number below one is never made good by what is there already.
    bundles.offer(kind=kind, sku=sku, car_model=car_in(mine), quantity=wanted if quantity > 0 else quantity)
    _touch(mine)
    if line is None:
        return BasketLine.objects.create(basket=mine, kind=kind, sku=sku, quantity=quantity)
    line.quantity = wanted
    line.save(update_fields=["quantity"])
    return line


def _add_car(basket: Basket, code: str) -> BasketLine:
    try:
        quote = configurator.quote(code=code)
    except Build.DoesNotExist as error:
        raise UnknownBuild(field="build", extra={"build": code}) from error
    if not quote.valid:
        raise BuildNotOrderable(quote.problem, field="build")
    present = basket.lines.filter(kind=LineKind.CAR).select_related("build").first()
    if present is not None:
        if present.build is not None and present.build.code == quote.code:
            return present
        raise OneCarOnly(field="build")
    for line in basket.lines.all():
        bundles.offer(kind=line.kind, sku=line.sku, car_model=quote.car_model, quantity=line.quantity)
    _touch(basket)
    return BasketLine.objects.create(basket=basket, kind=LineKind.CAR, build=Build.objects.get(code=quote.code))


@transaction.atomic
def change_quantity(*, basket: Basket, line_id: int, quantity: int) -> BasketLine | None:
    """Set how many; none takes the line out and returns None.

    Raises:
        LineNotFound; OneCarOnly for more than one car; what ``bundles.services.offer`` says of the number.
    """
    mine = _lock(basket)
    line = _line(mine, line_id)
    if quantity <= 0:
        line.delete()
        return None
    if line.kind == LineKind.CAR:
        if quantity > 1:
            raise OneCarOnly(field="quantity")
        return line
    bundles.offer(kind=line.kind, sku=line.sku, car_model=car_in(mine), quantity=quantity)
    line.quantity = quantity
    line.save(update_fields=["quantity"])
    _touch(mine)
    return line


@transaction.atomic
def remove_line(*, basket: Basket, line_id: int) -> None:
    """Take a line out.

    Raises:
        LineNotFound: it is not in this basket.
    """
    mine = _lock(basket)
    _line(mine, line_id).delete()
    _touch(mine)


@transaction.atomic
def enter_code(*, basket: Basket, code: str) -> str:
    """Remember a code for the basket; whether it does anything, and why not, the basket's price says.

    Raises:
        UnknownCode; TooManyCodes.
    """
    mine = _lock(basket)
    known = promotions.known_code(code).code
    if known not in mine.codes:
        if len(mine.codes) >= MOST_CODES:
            raise TooManyCodes(field="code", extra={"most": MOST_CODES})
        mine.codes = [*mine.codes, known]
        mine.save(update_fields=["codes", "changed_at"])
    basket.codes = mine.codes
    return known


@transaction.atomic
def drop_code(*, basket: Basket, code: str) -> None:
    """Forget a code; one that is not there is forgotten already."""
    mine = _lock(basket)
    mine.codes = [one for one in mine.codes if one != code.strip().upper()]
    mine.save(update_fields=["codes", "changed_at"])
    basket.codes = mine.codes


def remember_offer(*, basket: Basket, token: UUID) -> None:
    """The basket's car is one that the waiting list offers: its hold passes to the order."""
    Basket.objects.filter(pk=basket.pk).update(offer=token)


@transaction.atomic
def merge_baskets(*, guest: Basket, user: "User") -> Basket:
    """What a guest collected becomes the user's on signing in; where both have a car, the guest's newer one stays."""
    mine = basket_of(user=user)
    both = Basket.objects.select_for_update().filter(pk__in=[guest.pk, mine.pk]).order_by("pk")
    found = next((one for one in both if one.pk == guest.pk), None)
    if found is None or guest.pk == mine.pk or found.user_id is not None or found.ordered_at is not None:
        return mine
    lines = list(guest.lines.all())
    if any(line.kind == LineKind.CAR for line in lines):
        mine.lines.filter(kind=LineKind.CAR).delete()
    for line in lines:
        same = mine.lines.filter(sku=line.sku).exclude(kind=LineKind.CAR).first() if line.sku else None
        if same is None:
            line.basket = mine
            line.save(update_fields=["basket"])
        else:
            same.quantity = max(same.quantity, line.quantity)
            same.save(update_fields=["quantity"])
    codes = [*mine.codes, *(code for code in guest.codes if code not in mine.codes)][:MOST_CODES]
    Basket.objects.filter(pk=mine.pk).update(codes=codes)
    mine.codes = codes
    Basket.objects.filter(pk=guest.pk).delete()
    return mine


def car_in(basket: Basket) -> CarModel | None:
    """The model of the basket's car."""
    line = basket.lines.filter(kind=LineKind.CAR).select_related("build__car_model__brand").first()
    return line.build.car_model if line and line.build else None


def _lock(basket: Basket) -> Basket:
    fresh = Basket.objects.select_for_update().filter(pk=basket.pk).first()
    if fresh is None:  # it has joined another one
        raise BasketNotFound
    if fresh.ordered_at is not None:
        raise BasketClosed
    return fresh


def _line(basket: Basket, line_id: int) -> BasketLine:
    line = basket.lines.filter(pk=line_id).first()
    if line is None:
        raise LineNotFound
    return line


def _touch(basket: Basket) -> None:
    Basket.objects.filter(pk=basket.pk).update(changed_at=timezone.now())
