"""The checkout: one page, and the order that comes of it."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.requests import user_or_none
from apps.common.errors import DomainError, FieldErrors
from apps.common.pages import UNPROCESSABLE, redirect_page, render_page
from apps.common.requests import is_htmx
from apps.orders import services
from apps.orders.errors import BasketClosed
from apps.orders.forms import NEAREST, CheckoutForm, delivery_stores, first_details
from apps.orders.models import Basket, Order
from apps.orders.screens import options_of, price_steps
from apps.orders.services import Contact, InvoiceData, PricedBasket
from apps.orders.views.access import PLACED, find_basket, forget_basket, remember_order
from apps.stores.models import City, Store

# The service's names of fields, and the form's.
_FIELDS = {
    "contact.name": "name",
    "contact.phone": "phone",
    "contact.email": "email",
    "invoice.kind": "invoice_kind",
    "invoice.title": "invoice_title",
    "invoice.tax_number": "tax_number",
}


@dataclass(frozen=True, slots=True)
class StoreChoice:
    """A store to collect from; ``km`` from the place that was asked about, or None."""

    code: str
    name: str
    address: str
    km: float | None


@never_cache
@sensitive_post_parameters("phone", "email", "tax_number")
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    placed = request.session.get(PLACED, {}).get(request.POST.get("key", ""))
    if placed:  # the second click of a double click
        return redirect_page(request, reverse("orders:detail", args=[placed]))
    basket = find_basket(request)
    priced = services.price_basket(basket) if basket else None
    if basket is None or priced is None or not priced.can_order:
        return redirect_page(request, reverse("orders:basket"))
    if request.method != "POST":
        return _show(request, _fresh_form(request, priced), priced)
    if "show_stores" in request.POST:  # without a script the city's stores come with the page
        return _show(request, CheckoutForm(initial=request.POST.dict(), has_car=priced.car is not None), priced)
    return _place(request, basket, priced)


def _place(request: HttpRequest, basket: Basket, priced: PricedBasket) -> HttpResponse:
    form = CheckoutForm(request.POST, has_car=priced.car is not None)
    if not form.is_valid():
        return _show(request, form, priced, status=UNPROCESSABLE)
    try:
        order = _order(request, basket, form.cleaned_data)
    except FieldErrors as error:
        for field, code, message in error.errors:
            form.add_error(_FIELDS.get(field, field if field in form.fields else None), _coded(message, code))
        return _show(request, form, priced, status=UNPROCESSABLE)
    except BasketClosed:
        forget_basket(request)
        return redirect_page(request, reverse("orders:basket"))
    except DomainError as error:
        if error.field in form.fields:
            form.add_error(error.field, str(error))
            return _show(request, form, priced, status=UNPROCESSABLE)
        return _show(request, form, priced, status=error.status, refused=str(error))
    remember_order(request, order, form.cleaned_data["key"])
    forget_basket(request)
    return redirect_page(request, order.get_absolute_url())


def _coded(message: str, code: str) -> Any:
    from django.core.exceptions import ValidationError

    return ValidationError(message, code=code)


def _order(request: HttpRequest, basket: Basket, data: dict[str, Any]) -> Order:
    return services.place_order(
        basket=basket,
        contact=Contact(data["name"], data["phone"], data["email"]),
        city=data["city"].name,
        delivery_store=data["delivery_store"],
        invoice=InvoiceData(data["invoice_kind"], data["invoice_title"], data["tax_number"]),
        payment_plan=data["payment_plan"],
        accept_terms=data["accept_terms"],
        language=get_language() or "en",
        user=user_or_none(request),
        key=data["key"] or None,
        quoted=data["quoted"],
    )


def _fresh_form(request: HttpRequest, priced: PricedBasket) -> CheckoutForm:
    known: dict[str, Any] = first_details(user_or_none(request))
    known |= {"key": uuid.uuid4().hex, "quoted": priced.total}
    return CheckoutForm(initial=known, has_car=priced.car is not None)


def _show(
    request: HttpRequest, form: CheckoutForm, priced: PricedBasket, *, status: int = 200, refused: str = ""
) -> HttpResponse:
    chosen = str(form["delivery_store"].value() or "")
    city = City.objects.filter(slug=str(form["city"].value() or "")).first()
    found = _nearest(city.latitude, city.longitude) if city else []
    if form.is_bound and status != UNPROCESSABLE:  # the price has changed: what is seen now is what counts
        form.data = {**form.data.dict(), "quoted": str(priced.total)}  # type: ignore[attr-defined]
    context = {
        "form": form,
        "priced": priced,
        "lines": [(line, options_of(line.details), price_steps(line.trace)) for line in priced.lines],
        "car_model": priced.car_model,
        "stores": _with_chosen(found, chosen),
        "chosen": chosen,
        "refused": refused,
    }
    return render_page(request, "orders/checkout.html", context, partial="checkout", status=status)


@never_cache
@require_safe
def stores(request: HttpRequest) -> HttpResponse:
    """Stores that hand over cars, near a city or a place, as a part of the checkout's form."""
    if not is_htmx(request):
        return redirect_page(request, reverse("orders:checkout"))
    city = City.objects.filter(slug=request.GET.get("city", "")).first()
    place = (city.latitude, city.longitude) if city else _place_of(request.GET.get("near", ""))
    found = _nearest(*place) if place else []
    chosen = request.GET.get("delivery_store", "") or (found[0].code if found else "")
    return render_page(request, "orders/stores.html", {"stores": found, "chosen": chosen, "errors": []})


def _place_of(text: str) -> tuple[float, float] | None:
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _nearest(latitude: float, longitude: float) -> list[StoreChoice]:
    return list(_choices(delivery_stores().nearest(latitude, longitude)[:NEAREST]))


def _with_chosen(found: list[StoreChoice], chosen: str) -> list[StoreChoice]:
    """A store that was chosen stays in the list, wherever it is."""
    if not chosen or any(choice.code == chosen for choice in found):
        return found
    return [*_choices(delivery_stores().filter(code=chosen)), *found]


def _choices(rows: Iterable[Store]) -> Iterable[StoreChoice]:
    for store in rows:
        metres = getattr(store, "distance_m", None)
        yield StoreChoice(store.code, store.name, store.address, None if metres is None else metres / 1000)
