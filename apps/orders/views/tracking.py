"""Following an order and what its buyer can do to it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.requests import user_or_none
from apps.common.errors import DomainError
from apps.common.pages import UNPROCESSABLE, redirect_page, render_page
from apps.common.requests import is_htmx
from apps.orders import services
from apps.orders.choices import choice_of
from apps.orders.forms import CancelForm, DeliveryForm, SignForm
from apps.orders.models import Order
from apps.orders.money_screen import gateway_choices
from apps.orders.screens import Poll, is_moving, order_screen, polling, stamp
from apps.orders.views.access import SignInNeeded, order_of, remember_order

View = Callable[[HttpRequest, Order], HttpResponse]


def for_buyer(view: View) -> Callable[..., HttpResponse]:
    """Give the view the order of its owner, or of a guest with its token; to others it does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, number: str) -> HttpResponse:
        try:
            order = order_of(request, number)
        except SignInNeeded as error:
            return error.response
        return view(request, order)

    return never_cache(guarded)


@require_safe
@for_buyer
def detail(request: HttpRequest, order: Order) -> HttpResponse:
    if "token" in request.GET:  # out of the address, where it would be shared and logged
        if order.user_id is None:
            remember_order(request, order)
        return redirect_page(request, order.get_absolute_url())
    return _show(request, order)


@require_safe
@for_buyer
def progress(request: HttpRequest, order: Order) -> HttpResponse:
    """What the page asks for itself, each time a little later: nothing new only sets the next question.

    News replaces the whole order, which asks quickly again; once all is settled nothing asks any more.
    """
    if not is_htmx(request):
        return redirect_page(request, order.get_absolute_url())
    if request.GET.get("after") != stamp(order):
        answer = _show(request, order)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#order", "outerHTML"
        return answer
    asked = min(int(request.GET.get("n", "0")) if request.GET.get("n", "0").isdecimal() else 0, 99) + 1
    context = {"order": order, "screen": Poll(stamp(order), is_moving(order)), **polling(asked)}
    return render(request, "orders/poll.html", context)


@require_POST
@for_buyer
def pay(request: HttpRequest, order: Order) -> HttpResponse:
    base = request.build_absolute_uri("/")
    back = f"{request.build_absolute_uri(order.get_absolute_url())}?paid=1"
    try:
        name = request.POST.get("gateway", "")[:20]
        leg = services.request_payment(order=order, base_url=base, return_url=back, gateway=name)
    except DomainError as error:
        return refused(request, order, error)
    return redirect_page(request, leg.pay_url)


@require_POST
@for_buyer
def sign(request: HttpRequest, order: Order) -> HttpResponse:
    form = SignForm(request.POST)
    if not form.is_valid():
        return _show(request, order, status=UNPROCESSABLE, sign_form=form)
    try:
        services.sign(order=order, user=user_or_none(request), **form.cleaned_data)
    except DomainError as error:
        return refused(request, order, error, sign_form=form)
    return done(request, order)


@require_POST
@for_buyer
def cancel(request: HttpRequest, order: Order) -> HttpResponse:
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _show(request, order, status=UNPROCESSABLE, cancel_form=form)
    try:
        services.cancel(order=order, user=user_or_none(request), **form.cleaned_data)
    except DomainError as error:
        return refused(request, order, error, cancel_form=form, refused_cancel=True)
    return done(request, order)


@require_POST
@for_buyer
def accept(request: HttpRequest, order: Order) -> HttpResponse:
    form = DeliveryForm(request.POST)
    if not form.is_valid():
        return _show(request, order, status=UNPROCESSABLE, delivery_form=form)
    try:
        services.accept_delivery(
            order=order,
            vin=form.cleaned_data["vin"],
            signature=form.cleaned_data["signature"],
            checklist=form.checklist(),
            user=user_or_none(request),
        )
    except DomainError as error:
        return refused(request, order, error, delivery_form=form)
    return done(request, order)


def done(request: HttpRequest, order: Order) -> HttpResponse:
    """The order as it is now in place for htmx; its page asked for anew by everyone else."""
    if is_htmx(request):
        return _show(request, _again(order))
    return redirect_page(request, order.get_absolute_url())


def refused(request: HttpRequest, order: Order, error: DomainError, **forms: Any) -> HttpResponse:
    """The page as the order is now, the reason above it and what was typed still there."""
    return _show(request, _again(order), status=error.status, refused=str(error), **forms)


def _again(order: Order) -> Order:
    return Order.objects.whole().get(pk=order.pk)


def _show(request: HttpRequest, order: Order, *, status: int = 200, **more: Any) -> HttpResponse:
    screen = order_screen(order, came_back="paid" in request.GET)
    name = order.name if not order.signature else order.signature
    context = {
        "order": order,
        "screen": screen,
        "choice": choice_of(order),
        "gateways": gateway_choices(order, screen.due) if screen.due else [],
        "car_model": order.car_model,
        "appointment": order.appointment,
        "claimable": order.user_id is None and user_or_none(request) is not None,
        "sign_form": SignForm() if screen.can_sign else None,
        "cancel_form": CancelForm() if screen.can_cancel else None,
        "delivery_form": DeliveryForm() if screen.can_accept else None,
        "buyer": name,
        **polling(0),
        **more,
    }
    return render_page(request, "orders/detail.html", context, partial="order", status=status)
