"""The basket's page and the forms that fill it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.common.errors import DomainError
from apps.common.pages import redirect_page, render_page
from apps.orders import services
from apps.orders.errors import OneCarOnly
from apps.orders.forms import AddForm, CodeForm, QuantityForm
from apps.orders.models import Basket, LineKind
from apps.orders.screens import basket_rows
from apps.orders.services.replacing import replace_car
from apps.orders.views.access import find_basket, need_basket, remember_count


@never_cache
@require_safe
def basket(request: HttpRequest) -> HttpResponse:
    return _show(request, find_basket(request))


@never_cache
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """From a button anywhere. What does not fit is said on the basket's page, with a way out."""
    form = AddForm(request.POST)
    if not form.is_valid():
        return _show(request, find_basket(request), status=422, refused=form.error_text())
    mine = need_basket(request)
    try:
        if form.cleaned_data["replace"]:
            replace_car(basket=mine, build=form.cleaned_data["build"])
        else:
            services.add_line(basket=mine, **form.line())
    except OneCarOnly as error:
        return _show(request, mine, status=error.status, refused=str(error), instead=form.cleaned_data["build"])
    except DomainError as error:
        return _show(request, mine, status=error.status, refused=str(error))
    remember_count(request, mine.lines.count())
    return redirect_page(request, reverse("orders:basket"))


@never_cache
@require_POST
def change_line(request: HttpRequest, pk: int) -> HttpResponse:
    form = QuantityForm(request.POST)
    mine = find_basket(request)
    if mine is None:
        return redirect_page(request, reverse("orders:basket"))
    if not form.is_valid():
        return _show(request, mine, status=422, refused=form.error_text())
    try:
        services.change_quantity(basket=mine, line_id=pk, quantity=form.cleaned_data["quantity"])
    except DomainError as error:
        return _show(request, mine, status=error.status, refused=str(error))
    return _changed(request, mine)


@never_cache
@require_POST
def remove_line(request: HttpRequest, pk: int) -> HttpResponse:
    mine = find_basket(request)
    if mine is None:
        return redirect_page(request, reverse("orders:basket"))
    try:
        services.remove_line(basket=mine, line_id=pk)
    except DomainError as error:
        return _show(request, mine, status=error.status, refused=str(error))
    return _changed(request, mine)


@never_cache
@require_POST
def enter_code(request: HttpRequest) -> HttpResponse:
    """A code for a lower price, or its removal (``drop``)."""
    mine = find_basket(request)
    if mine is None:
        return redirect_page(request, reverse("orders:basket"))
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _show(request, mine, status=422, code_form=form)
    try:
        if "drop" in request.POST:
            services.drop_code(basket=mine, code=form.cleaned_data["code"])
        else:
            services.enter_code(basket=mine, code=form.cleaned_data["code"])
    except DomainError as error:
        form.add_error("code", str(error))
        return _show(request, mine, status=error.status, code_form=form)
    return _changed(request, mine)


def _changed(request: HttpRequest, mine: Basket) -> HttpResponse:
    """The new basket in place for htmx; the page again, asked for with GET, for everyone else."""
    if getattr(request, "htmx", False):
        return _show(request, mine)
    remember_count(request, mine.lines.count())
    return redirect_page(request, reverse("orders:basket"))


def _show(request: HttpRequest, mine: Basket | None, *, status: int = 200, **more: Any) -> HttpResponse:
    priced = services.price_basket(mine) if mine is not None else None
    rows = basket_rows(priced) if priced else []
    remember_count(request, len(rows))
    context = {
        "priced": priced,
        "rows": rows,
        "car_model": priced.car_model if priced else None,
        "kinds": LineKind,
        "code_form": CodeForm(),
        **more,
    }
    return render_page(request, "orders/basket.html", context, partial="basket", status=status)
