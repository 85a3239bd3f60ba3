"""What only the buyer decides: about a car that differs, a build that was refused, and giving things back."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from apps.accounts.models import User
from apps.accounts.requests import user_or_none
from apps.common.errors import DomainError
from apps.orders import services
from apps.orders.models import Order, Return
from apps.orders.services import visits
from apps.orders.views.tracking import done, for_buyer, refused

Act = Callable[[Order, Mapping[str, Any], User | None], object]


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 8 else None


def _return(order: Order, data: Mapping[str, Any], user: User | None) -> object:
    cause = Return.Cause.MISMATCH if data.get("cause") == Return.Cause.MISMATCH else Return.Cause.POLICY
    km = _number(str(data.get("km", "")))
    return services.ask_to_return(order=order, reason=str(data.get("reason", "")), km=km, cause=cause, user=user)


# The act as it stands in the address, and what does it.
ACTS: Mapping[str, Act] = {
    "accept-mismatch": lambda order, _data, user: services.accept_mismatch(order=order, user=user),
    "rebuild": lambda order, _data, user: services.rebuild(order=order, user=user),
    "other-slot": lambda order, _data, user: services.other_slot(order=order, user=user),
    "reject-delivery": lambda order, data, user: services.reject_delivery(
        order=order, reason=str(data.get("reason", "")), user=user
    ),
    "return": _return,
    "keep": lambda order, _data, user: services.close_return(order=order, reason="", user=user),
}


def act(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """One of the buyer's decisions, by its name."""
    if name not in ACTS:
        raise Http404

    @require_POST
    @for_buyer
    def decide(request: HttpRequest, order: Order) -> HttpResponse:
        try:
            ACTS[name](order, request.POST, user_or_none(request))
        except DomainError as error:
            return refused(request, order, error)
        return done(request, order)

    return decide(request, number)


def line_act(request: HttpRequest, number: str, pk: int, name: str) -> HttpResponse:
    """One of the buyer's decisions about a single line, by its name in ``lifecycle.lines``."""
    if name not in visits.BUYERS:
        raise Http404

    @require_POST
    @for_buyer
    def decide(request: HttpRequest, order: Order) -> HttpResponse:
        line = next((one for one in order.lines.all() if one.pk == pk), None)
        if line is None:
            raise Http404
        try:
            visits.act_for_buyer(line=line, act=name, text=request.POST.get("text", ""), user=user_or_none(request))
        except DomainError as error:
            return refused(request, order, error)
        return done(request, order)

    return decide(request, number)
