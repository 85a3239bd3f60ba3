"""Films, plans, accessories and chargers for a chosen car; ``?fits=<model slug>`` carries the car from page to page."""

from itertools import groupby
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from apps.bundles.forms import SORTS, AccessoryFilter, CoverFilter
from apps.bundles.models import Accessory, Charger, Cover, MaintenancePlan, Product, SizeClass
from apps.bundles.pictures import picture_of
from apps.catalog.models import Brand, CarModel
from apps.common.pages import render_page

PAGE_SIZE = 24
PICKS = 3
MOST_HELD = 50


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What there is beside the car."""
    frame = _frame(request)
    car: CarModel | None = frame["car"]
    size = car.size_class if car else ""
    available = Accessory.objects.on_sale().fitting(car).in_stock()
    films = Cover.objects.on_sale().fitting(car)
    # Clear film is invisible: a picture says more of one that changes the colour.
    new_colour = Q(material=Cover.Material.COLOUR, coverage=Cover.Coverage.FULL)
    film = films.order_by(Case(When(new_colour, then=0), default=1), "position", "sku").first()
    context = {
        "covers": films.with_from_price(size)[:PICKS],
        "film": film,
        "picture": picture_of(film, frame["shown"]) if film else None,
        "plans": MaintenancePlan.objects.on_sale().fitting(car)[:PICKS],
        "accessories": available.one_of_each_category()[:6],
        "chargers": Charger.objects.on_sale().fitting(car)[:PICKS],
    }
    return render_page(request, "bundles/index.html", frame | context, partial="results")


@require_safe
def covers(request: HttpRequest) -> HttpResponse:
    """Films by coverage, priced for the chosen car or size."""
    frame, wanted = _frame(request), CoverFilter(request.GET).values()
    car: CarModel | None = frame["car"]
    size = car.size_class if car else wanted["size"]
    rows = Cover.objects.on_sale().with_prices()
    if size:
        rows = rows.for_size(size)
    rows = rows.filter(**{name: wanted[name] for name in ("material", "coverage") if wanted[name]})
    page = _page(request, rows)
    films = [(cover, cover.price_for(size) if size else None, picture_of(cover, frame["shown"])) for cover in page]
    context = {
        "page": page,
        "covers": films,
        "pictured": any(picture for _cover, _price, picture in films),
        "table": [(cover, [(code, cover.price_for(code)) for code in SizeClass.values]) for cover in page],
        "size": size,
        "size_label": SizeClass(size).label if size else "",
        "sizes": SizeClass.choices,
        "materials": Cover.Material.choices,
        "coverages": Cover.Coverage.choices,
        "wanted": wanted,
    }
    return render_page(request, "bundles/covers.html", frame | context, partial="results")


@require_safe
def maintenance(request: HttpRequest) -> HttpResponse:
    """Plans, with what is done how often."""
    frame = _frame(request)
    page = _page(request, MaintenancePlan.objects.on_sale().fitting(frame["car"]).with_items())
    rows = [(plan, [(item, item.times(plan.visits)) for item in plan.items.all()]) for plan in page]
    return render_page(request, "bundles/maintenance.html", frame | {"page": page, "plans": rows}, partial="results")


@require_safe
def accessories(request: HttpRequest) -> HttpResponse:
    """Search and filter of accessories."""
    frame, wanted = _frame(request), AccessoryFilter(request.GET).values()
    found = Accessory.objects.on_sale().fitting(frame["car"]).matching(wanted["q"])
    counts = found.category_counts()
    rows = found.in_category(wanted["category"]).sorted_for_reader(wanted["sort"])
    page = _page(request, rows.with_available().with_car_count())
    context = {
        "page": page,
        "total": sum(counts.values()),
        "categories": [(value, label, counts.get(value, 0)) for value, label in Accessory.Category.choices],
        "sorts": SORTS,
        "wanted": wanted,
    }
    return render_page(request, "bundles/accessories.html", frame | context, partial="results")


@require_safe
def chargers(request: HttpRequest) -> HttpResponse:
    """Charging piles with their installation."""
    frame = _frame(request)
    page = _page(request, Charger.objects.on_sale().fitting(frame["car"]).with_available())
    return render_page(request, "bundles/chargers.html", frame | {"page": page}, partial="results")


@require_safe
def for_model(request: HttpRequest, model: str) -> HttpResponse:
    """The best of what fits one car: a fragment of the car's page and of the basket, and a page of its own.

    ``without`` names what the basket holds already.
    """
    car = get_object_or_404(CarModel.objects.select_related("brand"), slug=model)
    held = request.GET.getlist("without")[:MOST_HELD]
    covers = Cover.objects.on_sale().fitting(car).exclude(sku__in=held).with_from_price(car.size_class)
    fitted = Accessory.objects.on_sale().fitting(car).exclude(sku__in=held).in_stock()
    context = {
        "car": car,
        "fits_query": _fits_query(car),
        "covers": covers[:PICKS],
        "plans": MaintenancePlan.objects.on_sale().fitting(car).exclude(sku__in=held)[:PICKS],
        "accessories": fitted.made_for_models_first()[:PICKS],
        "chargers": Charger.objects.on_sale().fitting(car).exclude(sku__in=held).in_stock()[:2],
    }
    return render_page(request, "bundles/for_model.html", context, partial="fit")


def _page[P: Product](request: HttpRequest, rows: QuerySet[P]) -> Page[P]:
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))


def _frame(request: HttpRequest) -> dict[str, Any]:
    """The chosen car and the cars to choose from, which every page shows."""
    cars = (
        CarModel.objects.on_sale().select_related("brand").order_by("brand__position", "brand__slug", "position", "pk")
    )
    chosen = request.GET.get("fits", "")
    car = next((one for one in cars if one.slug == chosen), None) if chosen else None
    brands: list[tuple[Brand, list[CarModel]]] = [
        (key, list(rows)) for key, rows in groupby(cars, lambda one: one.brand)
    ]
    return {
        "car": car,
        # Before a car is chosen, pictures are of the one that is sold here alone.
        "shown": car or next((one for one in cars if one.exclusive), None),
        "brands": brands,
        "fits_query": _fits_query(car),
        "unknown_car": bool(chosen) and car is None,
    }


def _fits_query(car: CarModel | None) -> str:
    return f"?{urlencode({'fits': car.slug})}" if car else ""
