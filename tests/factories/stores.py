"""Cities, stores and appointments for tests."""

from datetime import datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from apps.catalog.search import document_grams
from apps.stores import hours, services
from apps.stores.kinds import Kind, Service
from apps.stores.lifecycle import Status
from apps.stores.models import Appointment, Bay, City, Store
from apps.stores.services.network import ranges

_numbers = count(1)
CHINA = ZoneInfo("Asia/Shanghai")
# A Monday morning, an hour before the stores open.
MONDAY = datetime(2026, 11, 30, 8, 0, tzinfo=CHINA)
WORKING_HOURS = "Mon-Fri 09:00-18:00; Sat 10:00-16:00"
CITIES = {
    "shanghai": ("Shanghai", "上海", "SH", 31.22222, 121.45806),
    "suzhou": ("Suzhou", "苏州", "JS", 31.30408, 120.59538),
    "guangzhou": ("Guangzhou", "广州", "GD", 23.11667, 113.25),
}


def make_city(slug: str = "shanghai") -> City:
    name_en, name_zh, province, latitude, longitude = CITIES[slug]
    fields = {
        "name_en": name_en,
        "name_zh": name_zh,
        "province": province,
        "latitude": latitude,
        "longitude": longitude,
        "grams": document_grams([name_en, name_zh]),
    }
    return City.objects.get_or_create(slug=slug, defaults=fields)[0]


def make_store(*, bays: int = 1, opening: str = WORKING_HOURS, city: City | None = None, **fields: Any) -> Store:
    """An own store in Shanghai with bays that can do everything it offers (a test drive and maintenance)."""
    place, number = city or make_city(), next(_numbers)
    facts: dict[str, Any] = {
        "code": f"{place.province}-{number:04d}",
        "kind": Kind.OWN,
        "name_en": f"{place.name_en} Store {number}",
        "name_zh": f"{place.name_zh}{number}号店",
        "province": place.province,
        "address_en": f"{number} Long Road",
        "address_zh": f"长路{number}号",
        "latitude": place.latitude,
        "longitude": place.longitude,
        "services": [Service.MAINTENANCE.value, Service.TEST_DRIVE.value],
        "hours": ranges(hours.parse(opening)),
    } | fields
    store = Store.objects.create(city=place, **facts)
    Bay.objects.bulk_create(
        Bay(store=store, number=number, services=facts["services"]) for number in range(1, bays + 1)
    )
    return store


def at(hour: int, minute: int = 0, *, day: int = 30) -> datetime:
    """A time in November 2026 by China's clock; the 30th is ``MONDAY``."""
    return datetime(2026, 11, day, hour, minute, tzinfo=CHINA)


def make_appointment(*, store: Store | None = None, status: str = "confirmed", **fields: Any) -> Appointment:
    """A test drive on Monday at ten, held or confirmed by the services."""
    now = fields.pop("now", MONDAY)
    facts: dict[str, Any] = {
        "store": store or make_store(),
        "service": Service.TEST_DRIVE,
        "starts_at": at(10),
        "reference": "",
        "contact": services.Contact(name="Wang Fang", phone="13800000000", email="wang@kaiche.example"),
    } | fields
    made = services.hold_slot(**facts, now=now)
    return made if status == Status.HELD else services.confirm(made, now=now)
