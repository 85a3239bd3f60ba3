"""Another car in place of the one in the basket."""

from django.db import transaction

from apps.orders.models import Basket, BasketLine, LineKind, Waiting
from apps.orders.services import waiting
from apps.orders.services.baskets import add_line, remember_offer, remove_line


@transaction.atomic
def replace_car(*, basket: Basket, build: str) -> BasketLine:
    """Take the basket's car out and put this build in; both or neither.

    Raises:
        what ``add_line`` says of the new car; the old one then stays.
    """
    for pk in basket.lines.filter(kind=LineKind.CAR).values_list("pk", flat=True):
        remove_line(basket=basket, line_id=pk)
    return add_line(basket=basket, kind=LineKind.CAR, build=build)


@transaction.atomic
def take_offer(*, entry: Waiting, basket: Basket) -> None:
    """What the waiting list offers is the basket's car, and its hold passes to the order.

    Raises:
        NotWaiting: nothing is offered; what ``add_line`` says of the car.
    """
    waiting.require_offer(entry)
    replace_car(basket=basket, build=entry.build.code)
    remember_offer(basket=basket, token=entry.token)
