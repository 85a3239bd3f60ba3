"""Nearest by true distance, alone and with filters."""

import math

import pytest

from apps.stores.models import Bay, Store
from apps.stores.search import Place, Search
from tests.factories.stores import MONDAY, at, make_city, make_store

pytestmark = pytest.mark.django_db
RADIUS_M = 6_378_168  # the extension's earth
SHANGHAI = (31.23, 121.47)


def haversine_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    (lat1, lon1), (lat2, lon2) = ((math.radians(x), math.radians(y)) for x, y in (a, b))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * RADIUS_M * math.asin(math.sqrt(half))


def scatter(count: int = 120) -> list[Store]:
    """Stores all over the country, on a spiral without two alike."""
    city = make_city()
    return [
        make_store(
            bays=0,
            city=city,
            latitude=20 + 25 * ((number * 0.618) % 1),
            longitude=80 + 45 * ((number * 0.4142) % 1),
            kind="swap" if number % 10 == 0 else "cooperative",
        )
        for number in range(count)
    ]


def test_the_index_agrees_with_distances_computed_one_by_one() -> None:
    stores = scatter()
    expected = sorted(stores, key=lambda store: haversine_m(SHANGHAI, (store.latitude, store.longitude)))
    found = list(Store.objects.nearest(*SHANGHAI)[:30])
    assert [store.code for store in found] == [store.code for store in expected[:30]]
    for store in found:
        assert store.distance_m == pytest.approx(haversine_m(SHANGHAI, (store.latitude, store.longitude)), abs=0.5)


def test_a_rare_kind_is_found_nearest_first_as_well() -> None:
    swaps = [store for store in scatter() if store.kind == "swap"]
    swaps.sort(key=lambda store: haversine_m(SHANGHAI, (store.latitude, store.longitude)))
    assert list(Store.objects.of_kind("swap").nearest(*SHANGHAI)) == swaps


def test_within_takes_what_is_inside_and_nothing_else() -> None:
    stores = scatter()
    inside = {s.pk for s in stores if haversine_m(SHANGHAI, (s.latitude, s.longitude)) <= 500_000}
    assert inside
    assert set(Store.objects.within(*SHANGHAI, 500_000).values_list("pk", flat=True)) == inside


@pytest.mark.services
def test_nearest_walks_the_index_and_sorts_nothing() -> None:
    from django.db import connection

    scatter(20)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Store.objects.active().nearest(*SHANGHAI)[:5].explain()
    assert "store_place" in plan
    assert "Sort" not in plan


def test_open_at_reads_each_stores_own_clock_and_its_closures() -> None:
    open_store = make_store()
    closed = make_store()
    closed.closures.create(
        days=(at(0).date(), at(0, day=30).date().replace(month=12, day=2)), reason_en="Stocktaking", reason_zh="盘点"
    )
    west = make_store(time_zone="Asia/Urumqi")  # two hours behind: its nine o'clock is eleven here
    assert list(Store.objects.open_at(at(9)).order_by("pk")) == [open_store]
    assert list(Store.objects.open_at(at(11)).order_by("pk")) == [open_store, west]
    assert list(Store.objects.open_at(at(18)).order_by("pk")) == [west]
    assert not Store.objects.open_at(MONDAY)


@pytest.mark.parametrize("words", ["Shanghai", "上海", "shang", "sh", "SHANGHAI"])
def test_a_question_finds_its_city_in_either_language(words: str) -> None:
    city = make_city()
    make_city("suzhou")
    question = Search().located(words)
    assert (question.city, question.words) == (city, "")
    assert question.place == Place(city.latitude, city.longitude)


def test_words_beside_the_city_filter_what_is_near_it() -> None:
    wanted = make_store(name_en="Kaiche Shanghai Renmin", name_zh="开车上海人民路店")
    make_store(name_en="Kaiche Shanghai Heping", name_zh="开车上海和平路店")
    assert list(Search().located("上海 人民").found()) == [wanted]
    assert list(Search().located(wanted.code).found()) == [wanted]
    assert Bay.objects.filter(store=wanted).count() == 1
