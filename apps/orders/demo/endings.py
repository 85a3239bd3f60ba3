"""What the bulk of the past cannot show: refusals, returns and work on lines, done by the services themselves.

A few of the orders that were just written go on to a state of their own; at least one stays behind in each state that it leaves.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from django.utils import timezone

from apps.accounts.models import User
from apps.common.errors import DomainError
from apps.orders import services
from apps.orders.lifecycle import Family, LineStatus, Status
from apps.orders.models import Order, OrderLine
from apps.orders.services import visits

_S = Status
_KM = 86
_ADDRESS = "浦东新区世纪大道 100 号 · 100 Century Avenue, Pudong"


def go_on(numbers: Collection[str]) -> None:
    """Let some of these orders go on, each by what its buyer, its store or its maker would do."""
    clerk = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    _each(numbers, _S.SCHEDULED, [_refused])
    _each(numbers, _S.READY, [_rejected])
    if clerk is not None:
        _each(numbers, _S.DELIVERED, [_returning, lambda order: _returned(order, clerk)])
        _installations(numbers, clerk)


def _each(numbers: Collection[str], status: Status, acts: list[Callable[[Order], object]]) -> None:
    """One act an order, in a state of which one stays as it is."""
    rows = Order.objects.filter(number__in=numbers, status=status, car_model__isnull=False)
    waiting = rows.exclude(steps__status="parked").order_by("placement_key")
    for order, act in zip(waiting[1:], acts, strict=False):
        act(order)


def _said(order: Order, english: str, chinese: str) -> str:
    """In the buyer's language, as buyers, stores and makers write."""
    return chinese if order.language.startswith("zh") else english


def _refused(order: Order) -> None:
    reason = _said(order, "The paint line of this plant stands still", "该工厂涂装线停线检修")
    services.refuse_build(order=order, reason=reason)


def _rejected(order: Order) -> None:
    services.reject_delivery(order=order, reason=_said(order, "A scratch on the left rear door", "左后车门有划痕"))


def _returning(order: Order) -> None:
    try:
        reason = _said(order, "Too long for our garage", "车太长，停不进家里的车库")
        services.ask_to_return(order=order, reason=reason, km=_KM)
    except DomainError:  # the dial of time turns so fast that the days for it are over
        reason = _said(order, "Not the wheels that were ordered", "轮圈与订购的不符")
        services.ask_to_return(order=order, reason=reason, km=_KM, cause="mismatch")


def _returned(order: Order, clerk: User) -> None:
    _returning(order)
    services.take_back(order=order, found=_said(order, "As new, washed", "车况如新，已清洗"), km=_KM + 4, user=clerk)


def _installations(numbers: Collection[str], clerk: User) -> None:
    """Chargers on their way: one with a survey to come, one with an offer, one that hangs already."""
    rows = OrderLine.objects.filter(
        order__number__in=numbers, family=Family.INSTALL, status=LineStatus.ALLOCATED, order__status=_S.DELIVERED
    )
    soon = timezone.now() + timedelta(days=3)
    for line, act in zip(rows.order_by("order__placement_key"), (_quoted, _planned, _installed), strict=False):
        act(line, soon, clerk)


def _planned(line: OrderLine, soon: datetime, clerk: User) -> None:
    visits.plan_survey(line=line, starts_at=soon, address=_ADDRESS, user=clerk)


def _quoted(line: OrderLine, soon: datetime, clerk: User) -> None:
    visits.survey(line=line, text="18 m from the meter to the parking space", user=clerk)
    visits.quote(line=line, amount=64_000, text="8 m of cable beyond the 10 m that are included", user=clerk)


def _installed(line: OrderLine, soon: datetime, clerk: User) -> None:
    visits.survey(line=line, text="A free circuit beside the parking space", user=clerk)
    visits.book(line=line, starts_at=soon, address=_ADDRESS, user=clerk)
    visits.install(line=line, user=clerk)
