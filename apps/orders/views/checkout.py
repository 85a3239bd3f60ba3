"""The checkout: one page, and the order that comes of it."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
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
from apps.orders.legplan import most_coins
from apps.orders.models import Basket, Order
from apps.orders.money_forms import CheckoutLegsForm
from apps.orders.region import Answer, answer
from apps.orders.screens import options_of, price_steps
from apps.orders.services import Contact, InvoiceData, PaymentWish, PricedBasket, coins
from apps.orders.services.allotments import Month, months_of
from apps.orders.services.placing import region_case
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
_LEG_FIELDS = {"loan": "loan_yuan", "trade_in": "old_car"}


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
    priced = _priced(request, basket, request.POST) if basket else None
    if basket is None or priced is None or not priced.can_order:
        return redirect_page(request, reverse("orders:basket"))
    if request.method != "POST":
        return _show(request, _fresh_form(request, priced), priced)
    if "show_stores" in request.POST:  # without a script the city's stores come with the page
        seen = request.POST.dict() | {"quoted": str(priced.total)}
        return _show(request, _form(priced, initial=seen), priced)
    return _place(request, basket, priced)


def _priced(request: HttpRequest, basket: Basket, typed: QueryDict) -> PricedBasket:
    """The price for the city and the e-mail that were typed so far."""
    city, email = typed.get("city", ""), typed.get("email", "")
    return services.price_basket(basket, city=city, user=user_or_none(request), email=email)


def _months(priced: PricedBasket) -> list[Month]:
    car = priced.car
    if car is None or priced.car_model is None:
        return []
    return months_of(priced.car_model.slug, {str(option["code"]) for option in car.details.get("options", ())})


def _form(priced: PricedBasket, data: Any = None, **rest: Any) -> CheckoutForm:
    return CheckoutForm(data, has_car=priced.car is not None, months=_months(priced), **rest)


def _place(request: HttpRequest, basket: Basket, priced: PricedBasket) -> HttpResponse:
    form, legs_form = _form(priced, request.POST), CheckoutLegsForm(request.POST)
    if not all([form.is_valid(), legs_form.is_valid()]):
        return _show(request, form, priced, status=UNPROCESSABLE)
    try:
        order = _order(request, basket, form.cleaned_data, legs_form.wish())
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
        field = _LEG_FIELDS.get(error.field or "", error.field or "")
        if field in legs_form.fields:
            legs_form.add_error(field, str(error))
            return _show(request, form, priced, status=UNPROCESSABLE, legs_form=legs_form)
        return _show(request, form, priced, status=error.status, refused=str(error))
    remember_order(request, order, form.cleaned_data["key"])
    forget_basket(request)
    return redirect_page(request, order.get_absolute_url())


def _coded(message: str, code: str) -> Any:
    from django.core.exceptions import ValidationError

    return ValidationError(message, code=code)


def _order(request: HttpRequest, basket: Basket, data: dict[str, Any], wish: PaymentWish) -> Order:
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
        build_month=date.fromisoformat(f"{data['build_month']}-01") if data["build_month"] else None,
        region_answers=request.POST.getlist("region"),
        wish=wish,
    )


def _fresh_form(request: HttpRequest, priced: PricedBasket) -> CheckoutForm:
    known: dict[str, Any] = first_details(user_or_none(request))
    known |= {"key": uuid.uuid4().hex, "quoted": priced.total}
    return _form(priced, initial=known)


def _show(
    request: HttpRequest,
    form: CheckoutForm,
    priced: PricedBasket,
    *,
    status: int = 200,
    refused: str = "",
    legs_form: CheckoutLegsForm | None = None,
) -> HttpResponse:
    chosen = str(form["delivery_store"].value() or "")
    city = City.objects.filter(slug=str(form["city"].value() or "")).first()
    found = _nearest(city.latitude, city.longitude) if city else []
    if form.is_bound and status != UNPROCESSABLE:  # the price has changed: what is seen now is what counts
        form.data = {**form.data.dict(), "quoted": str(priced.total)}  # type: ignore[attr-defined]
    user = user_or_none(request)
    purse = coins.available(user.pk) if user else 0
    context = {
        "form": form,
        "legs_form": legs_form or CheckoutLegsForm(request.POST if request.method == "POST" else None),
        "usable_coins": min(purse, most_coins(priced.total)),
        "priced": priced,
        "lines": [(line, options_of(line.details), price_steps(line.trace)) for line in priced.lines],
        "car_model": priced.car_model,
        "stores": _with_chosen(found, chosen),
        "chosen": chosen,
        "refused": refused,
        "region": _region(priced, city, str(form["invoice_kind"].value() or ""), request.POST),
        "answers": request.POST.getlist("region"),
    }
    return render_page(request, "orders/checkout.html", context, partial="checkout", status=status)


def _region(priced: PricedBasket, city: City | None, invoice: str, typed: QueryDict) -> Answer | None:
    """Who invoices and which subsidies there are, for what was typed so far."""
    case = region_case(priced, city, invoice or "personal", typed.getlist("region")) if city else None
    return answer(case) if case else None


@never_cache
@require_safe
def stores(request: HttpRequest) -> HttpResponse:
    """Stores that hand over cars, near a city or a place, and what else the city decides: parts of the checkout's form."""
    if not is_htmx(request):
        return redirect_page(request, reverse("orders:checkout"))
    city = City.objects.filter(slug=request.GET.get("city", "")).first()
    place = _place_of(request.GET.get("near", "")) or ((city.latitude, city.longitude) if city else None)
    found = _nearest(*place) if place else []
    chosen = request.GET.get("delivery_store", "")
    if all(choice.code != chosen for choice in found):
        chosen = found[0].code if found else ""
    context = {"stores": found, "chosen": chosen, "errors": []} | _decided(request, city)
    return render_page(request, "orders/stores.html", context)


@never_cache
@require_safe
def region(request: HttpRequest) -> HttpResponse:
    """Who invoices and which subsidies there are: a part of the checkout's form."""
    if not is_htmx(request):
        return redirect_page(request, reverse("orders:checkout"))
    city = City.objects.filter(slug=request.GET.get("city", "")).first()
    return render_page(request, "orders/region.html", _decided(request, city))


def _decided(request: HttpRequest, city: City | None) -> dict[str, Any]:
    """What the city changes on the page: the region's panel, and the sum where a campaign is for certain cities."""
    basket = find_basket(request)
    if basket is None:
        return {"region": None, "answers": []}
    priced = _priced(request, basket, request.GET)
    lines = [(line, options_of(line.details), price_steps(line.trace)) for line in priced.lines]
    answers = request.GET.getlist("region")
    decided = _region(priced, city, request.GET.get("invoice_kind", ""), request.GET)
    return {"region": decided, "answers": answers, "priced": priced, "lines": lines, "swapped": True}


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
