"""Finding stores, and one store."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from apps.common import linked
from apps.common.pages import render_page
from apps.stores import maps, opening, services
from apps.stores.forms import FindForm
from apps.stores.kinds import BOOKABLE, ICONS, SERVICES, Service
from apps.stores.linked import workshop
from apps.stores.models import City, Store
from apps.stores.querysets import StoreQuerySet
from apps.stores.search import Search

PAGE_SIZE = 12
CITIES_SHOWN = 24
# Nobody leafs further: the words or the place are wrong then. It also bounds what a count may cost.
MOST = 50 * PAGE_SIZE


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """The network on a map with its list; without a question, the cities it is in."""
    form = FindForm(request.GET)
    question = form.search()
    cities = list(City.objects.all())
    context: dict[str, Any] = {"form": form, "question": question, "is_open_question": False}
    if question.place is None and not question.words:
        context |= _overview(question, cities)
    else:
        context |= _results(request, question, cities)
    return render_page(request, "stores/find.html", context, partial="results")


def _overview(question: Search, cities: list[City]) -> dict[str, Any]:
    """Where there are stores of that sort: the cities with the most."""
    stores = question.filtered()
    counts = maps.counts_by_city(stores, question.cache_key)
    ranked = sorted((city for city in cities if counts.get(city.pk)), key=lambda city: -counts[city.pk])
    view = maps.View()
    return {
        "drawing": maps.Drawing(view, maps.clusters(cities, counts, view)),
        "total": sum(counts.values()),
        "cities": [(city, counts[city.pk]) for city in ranked[:CITIES_SHOWN]],
        "city_count": len(ranked),
    }


class Reach(Paginator):  # type: ignore[type-arg]
    """Pages over the nearest, up to a count that was taken by the index: so the walk by distance ends in time."""

    def __init__(self, stores: StoreQuerySet, count: int) -> None:
        super().__init__(stores, PAGE_SIZE)
        self.count = count


def _results(request: HttpRequest, question: Search, cities: list[City]) -> dict[str, Any]:
    count = question.how_many(MOST)
    is_far = not count and question.place is not None  # nothing near: better the nearest than nothing
    page = Reach(question.found().prefetch_related("closures"), PAGE_SIZE if is_far else count).get_page(
        request.GET.get("page")
    )
    now = timezone.now()
    rows = [(store, opening.state(store, now)) for store in page.object_list]
    place = question.place
    if place is not None:
        drawing = maps.neighbourhood(
            question.filtered(), cities, place.latitude, place.longitude, cache_key=question.cache_key
        )
    else:
        drawing = maps.network(question.filtered(), cities)
    return {
        "page": page,
        "rows": rows,
        "is_far": is_far and bool(rows),
        "is_more": count == MOST,
        "drawing": drawing,
        "total": count,
    }


@require_safe
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """Where a store is, when it is open, what it does and when it has time."""
    store = get_object_or_404(Store.objects.active().select_related("city").prefetch_related("closures"), code=code)
    now = timezone.now()
    main = next((name.value for name in BOOKABLE if name in store.services), "")
    near = Store.objects.active().exclude(pk=store.pk).select_related("city")
    context = {
        "store": store,
        "today": opening.state(store, now),
        "week": opening.week(store, now),
        "closures": opening.coming_closures(store, now),
        "service_rows": [
            {
                "code": name,
                "name": label,
                "icon": ICONS[Service(name)],
                "minutes": SERVICES[name].minutes,
                "is_bookable": name in BOOKABLE,
            }
            for name, label in store.service_names
        ],
        "main_service": main,
        "main_service_name": Service(main).label if main else "",
        "next_times": services.next_free(store=store, service=main, limit=6, now=now) if main else [],
        "bay_count": store.bays.filter(is_active=True).aggregate(number=Count("pk"))["number"],
        "drawing": maps.single(store),
        "json_ld": linked.script(
            workshop(store),
            linked.crumbs((gettext("Stores"), reverse("stores:list")), (store.name, request.path)),
        ),
        "neighbours": list(near.nearest(store.latitude, store.longitude)[:4]),
    }
    return render_page(request, "stores/detail.html", context)
