"""Changing an order: from its page into the configurator, back with another build, old and new side by side, and done."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.requests import user_or_none
from apps.common.errors import DomainError
from apps.common.pages import UNPROCESSABLE, redirect_page, render_page
from apps.configurator.models import Build
from apps.configurator.state import PageState
from apps.orders import services
from apps.orders.change_screen import change_screen
from apps.orders.forms import ChangeForm, SignForm
from apps.orders.models import LineKind, Order
from apps.orders.services import changing
from apps.orders.views.access import SignInNeeded, order_of
from apps.orders.views.tracking import for_buyer

CHANGING = "changing_order"
CHANGING_MODEL = "changing_model"  # so that a saved car's page keeps the place of what it then offers


@require_http_methods(["GET", "HEAD", "POST"])
@for_buyer
def change(request: HttpRequest, order: Order) -> HttpResponse:
    """GET shows what is asked for (``build``, ``quantity_<position>``) beside what there is; POST does it."""
    if request.method != "POST":
        return _show(request, order, ChangeForm(request.GET))
    form = ChangeForm(request.POST)
    sign_form = SignForm(request.POST) if changing.needs_signature(order) else None
    valid = [one.is_valid() for one in (form, sign_form) if one is not None]
    if not all(valid):
        return _show(request, order, form, sign_form=sign_form, status=UNPROCESSABLE)
    try:
        services.change(
            order=order,
            user=user_or_none(request),
            **form.wish(order),
            **form.seen(),
            **(sign_form.cleaned_data if sign_form else {}),
        )
    except DomainError as error:
        fresh = Order.objects.whole().get(pk=order.pk)
        return _show(request, fresh, form, sign_form=sign_form, status=error.status, refused=str(error))
    if request.session.get(CHANGING) == order.number:
        request.session.pop(CHANGING)
        request.session.pop(CHANGING_MODEL, None)
    return redirect_page(request, order.get_absolute_url())


@require_safe
@for_buyer
def configure(request: HttpRequest, order: Order) -> HttpResponse:
    """Into the configurator with the order's car; whatever is saved there can be taken into the order."""
    if not changing.can_change(order) or order.car_model is None:
        return redirect_page(request, reverse("orders:change", args=[order.number]))
    request.session[CHANGING] = order.number
    request.session[CHANGING_MODEL] = order.car_model.slug
    car = next(line for line in order.lines.all() if line.kind == LineKind.CAR)
    saved = Build.objects.filter(code=car.code).first()
    choices = tuple(saved.choices) if saved else ()
    market = saved.market if saved and saved.market != "CN" else ""
    address = reverse("configurator:configure", args=[order.car_model.slug])
    return redirect_page(request, address + PageState(choices, market=market).query())


@never_cache
@require_safe
def offer(request: HttpRequest, code: str) -> HttpResponse:
    """A part of a saved car's page: taking it into the order that is being changed; empty where none is."""
    build = get_object_or_404(Build, code=code)
    order = _being_changed(request)
    if order is not None and (order.car_model_id != build.car_model_id or not changing.can_change(order)):
        order = None
    return render_page(request, "orders/change_offer.html", {"order": order, "build": build}, partial="offer")


def _being_changed(request: HttpRequest) -> Order | None:
    number = request.session.get(CHANGING)
    if not number:
        return None
    try:
        return order_of(request, number)
    except (Http404, SignInNeeded):
        return None


def _show(
    request: HttpRequest,
    order: Order,
    form: ChangeForm,
    *,
    sign_form: SignForm | None = None,
    status: int = 200,
    refused: str = "",
) -> HttpResponse:
    quote, problem = None, ""
    if changing.can_change(order) and form.is_asking(order):
        quote, problem = _quote(order, form.wish(order))
    if problem and status == 200:
        status, refused = UNPROCESSABLE, problem
    context = {
        "order": order,
        "screen": change_screen(order, quote),
        "form": form,
        "asked": form.build_asked,
        "quantities": form.quantities(order),
        "can_change": changing.can_change(order),
        "signs": changing.needs_signature(order),
        "sign_form": sign_form or SignForm(),
        "refused": refused,
        "buyer": order.signature or order.name,
    }
    return render_page(request, "orders/change.html", context, partial="change", status=status)


def _quote(order: Order, wish: Mapping[str, Any]) -> tuple[changing.ChangeQuote | None, str]:
    try:
        return changing.quote_change(order, **wish), ""
    except DomainError as error:
        return None, str(error)
