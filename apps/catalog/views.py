"""The home page, the list of cars, one car, and the comparison."""

import re
from urllib.parse import urlencode

from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import cache_control

from apps.catalog import cards
from apps.catalog.browse import active_chips, bands, entries, facets, ways_out
from apps.catalog.comparison import heads_that_differ, spec_table
from apps.catalog.filters import SORTS, CarFilters, parse_filters
from apps.catalog.linked import car
from apps.catalog.looks import look_of
from apps.catalog.models import Brand, CarModel, Trim
from apps.catalog.querysets import TrimQuerySet
from apps.catalog.stills import STORED, Still, stills_of
from apps.common import linked
from apps.common.pages import render_page
from apps.common.requests import is_htmx

PAGE_SIZE = 24
MOST_COMPARED = 5
HIGHLIGHTS = 6
RELATED = 4
SUGGESTIONS = 8
LOOK_LASTS_S = 600
CARD_LASTS_S = 365 * 24 * 3600
RENDERED = re.compile(r"[a-z0-9-]+\.[0-9a-f]{16}\.(avif|small\.avif|webp)")


def home(request: HttpRequest) -> HttpResponse:
    shown = CarModel.objects.on_sale().with_from_price().select_related("brand")
    highlighted = list(shown.filter(highlighted=True).order_by("-exclusive", "position", "pk")[: HIGHLIGHTS + 1])
    ways_in = entries()
    context = {
        "hero": highlighted[0] if highlighted else None,
        "cars": highlighted[1:],
        "entries": ways_in,
        "bands": bands(),
        "total": sum(way.count for way in ways_in),
        "brands": Brand.objects.selling().with_car_count(),
    }
    return render_page(request, "catalog/home.html", context)


def list_view(request: HttpRequest) -> HttpResponse:
    """Facets, search, sorting and pages. htmx gets the filters and the results, and the tidy address to push."""
    brands = list(Brand.objects.all())
    parsed = parse_filters(request.GET, brands={brand.slug for brand in brands})
    filters = parsed.filters
    found = CarModel.objects.answering(filters)
    page = Paginator(found.with_from_price(filters).sorted_for(filters).select_related("brand"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    counts = CarModel.objects.facet_counts(filters)
    empty = not page.paginator.count
    context = {
        "filters": filters,
        "ignored": parsed.ignored,
        "page": page,
        "total": CarModel.objects.on_sale().count(),
        "facets": facets(filters, counts, brands),
        "chips": active_chips(filters, brands),
        "sorts": SORTS,
        "ways_out": ways_out(filters, brands) if empty else (),
        "close": CarModel.objects.on_sale().close_to(filters.q).select_related("brand")[:3]
        if empty and filters.q
        else (),
        # The search box is outside the fragment, so that typing goes on while it is swapped; chips reset it.
        "sync_search": is_htmx(request) and request.headers.get("HX-Trigger") != "filters",
    }
    response = render_page(request, "catalog/list.html", context, partial="browse")
    if is_htmx(request):
        response["HX-Push-Url"] = reverse("catalog:list") + filters.query
    return response


def detail(request: HttpRequest, brand: str, model: str) -> HttpResponse:
    """One car, also when it is no longer sold: its address stays good."""
    car_model = get_object_or_404(CarModel.objects.select_related("brand"), slug=model)
    if car_model.brand.slug != brand:
        return redirect(car_model, permanent=True)
    trims = list(_offers(car_model).with_specs())
    related = CarModel.objects.answering(CarFilters(body=(car_model.body,))).exclude(pk=car_model.pk)
    prices, pictures = [trim.price for trim in trims], stills_of(car_model)
    context = {
        "car_model": car_model,
        "trims": trims,
        "from_price": min(prices, default=None),
        "to_price": max(prices, default=None),
        "headline": max((trim for trim in trims if trim.range_km), key=lambda trim: trim.range_km or 0, default=None),
        "rentable": any(trim.rent_price for trim in trims),
        "groups": spec_table(trims),
        "stills": pictures,
        "turnable": look_of(car_model.slug, car_model.dimensions) is not None,
        "compare_url": _compare_url([trim.code for trim in trims[:MOST_COMPARED]]),
        "json_ld": _json_ld(car_model, trims, pictures),
        "social_card": cards.card_of(car_model, trims),
        "related": related.with_from_price().select_related("brand").near_price(min(prices, default=0))[:RELATED],
    }
    return render_page(request, "catalog/detail.html", context)


@cache_control(public=True, max_age=LOOK_LASTS_S)
def look(request: HttpRequest, model: str) -> JsonResponse:
    """What the viewer draws a car from (``static/js/car/README.md``): asked for when somebody turns it in 3D."""
    drawn = look_of(model, get_object_or_404(CarModel, slug=model).dimensions)
    if drawn is None:
        raise Http404
    return JsonResponse(drawn)


def card(request: HttpRequest, model: str, digest: str = "") -> HttpResponse:
    """A car's picture beside shared links. An address that shows what is no longer so, or says nothing, leads to the right one."""
    car_model = get_object_or_404(CarModel.objects.select_related("brand"), slug=model)
    shown = cards.card_of(car_model, list(_offers(car_model)))
    if shown is None or digest != shown.digest:
        response: HttpResponse = redirect(shown.url if shown else static(f"img/social-{get_language()}.jpg"))
        patch_cache_control(response, public=True, max_age=LOOK_LASTS_S)
        return response
    response = HttpResponse(cards.drawn(shown), content_type="image/jpeg")
    patch_cache_control(response, public=True, max_age=CARD_LASTS_S, immutable=True)
    return response


def rendered(request: HttpRequest, name: str) -> FileResponse:
    """A still that a worker rendered; its address never shows anything else."""
    if not RENDERED.fullmatch(name):
        raise Http404
    try:
        file = default_storage.open(f"{STORED}/{name}")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(file, content_type="image/webp" if name.endswith(".webp") else "image/avif")
    patch_cache_control(response, public=True, max_age=CARD_LASTS_S, immutable=True)
    return response


def _offers(car_model: CarModel) -> TrimQuerySet:
    """The trims that a car's page shows: of one that is not sold here, all there were."""
    return car_model.trims.filter(on_sale=True) if car_model.on_sale else car_model.trims.all()


def _json_ld(car_model: CarModel, trims: list[Trim], pictures: list[Still]) -> str:
    brand = f"{reverse('catalog:list')}?brand={car_model.brand.slug}"
    way = linked.crumbs(
        (gettext("Cars"), reverse("catalog:list")),
        (car_model.brand.name, brand),
        (car_model.name, car_model.get_absolute_url()),
    )
    return linked.script(car(car_model, trims, pictures), way)


def compare(request: HttpRequest) -> HttpResponse:
    """Up to five trims side by side; ``add`` searches for another one."""
    codes = list(dict.fromkeys(code for code in request.GET.getlist("trim") if code))
    known = {trim.code: trim for trim in Trim.objects.filter(code__in=codes[:50]).for_comparison()}
    trims = [known[code] for code in codes if code in known]
    shown = trims[:MOST_COMPARED]
    chosen = [trim.code for trim in shown]
    words = " ".join(request.GET.get("add", "").replace("\x00", "").split())
    lowest, differing = min((trim.price for trim in shown), default=0), heads_that_differ(shown)
    context = {
        "trims": [
            {
                "trim": trim,
                "remove_url": _compare_url([code for code in chosen if code != trim.code]),
                "cheapest": trim.price == lowest and "price" in differing,
            }
            for trim in shown
        ],
        "differing": differing,
        "groups": spec_table(shown),
        "chosen": chosen,
        "words": words,
        "full": len(shown) == MOST_COMPARED,
        "left_out": len(trims) - len(shown),
        "most": MOST_COMPARED,
        "suggestions": [
            {"trim": trim, "url": _compare_url([*chosen, trim.code])}
            for trim in (_suggestions(words, shown) if len(shown) < MOST_COMPARED else ())
        ],
    }
    return render_page(request, "catalog/compare.html", context, partial="suggestions")


def _suggestions(words: str, shown: list[Trim]) -> list[Trim]:
    """Trims to add: what the words find, or else further trims of the same cars and then the recommended ones."""
    trims = Trim.objects.on_sale().exclude(pk__in=[trim.pk for trim in shown]).select_related("car_model__brand")
    if words:
        return list(trims.matching(words)[:SUGGESTIONS])
    return list(trims.siblings_first([trim.car_model_id for trim in shown])[:SUGGESTIONS])


def _compare_url(codes: list[str]) -> str:
    query = urlencode([("trim", code) for code in codes])
    return reverse("catalog:compare") + (f"?{query}" if query else "")
