"""A store as schema.org ``AutoRepair``; our own are ``AutoDealer`` as well."""

from typing import Any

from django.urls import reverse

from apps.common.linked import absolute
from apps.stores import hours
from apps.stores.kinds import Kind
from apps.stores.models import Store

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def workshop(store: Store) -> dict[str, Any]:
    """Hours in the store's own time; a closing time past midnight is the next day's."""
    return {
        "@type": ["AutoDealer", "AutoRepair"] if store.kind in (Kind.OWN, Kind.EXPERIENCE) else "AutoRepair",
        "name": store.name,
        "url": absolute(reverse("stores:detail", args=[store.code])),
        "telephone": store.phone or None,
        "branchCode": store.code,
        "address": {
            "@type": "PostalAddress",
            "streetAddress": store.address,
            "addressLocality": store.city.name,
            "addressCountry": "CN",
        },
        "geo": {"@type": "GeoCoordinates", "latitude": store.latitude, "longitude": store.longitude},
        "openingHoursSpecification": [
            {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": _DAYS[day.weekday],
                "opens": hours.clock(opens),
                "closes": _closes(closes),
            }
            for day in hours.by_day(store.spans)
            for opens, closes in day.times
        ]
        or None,
    }


def _closes(minute: int) -> str:
    """``24:00`` is no time of a day there; the day's last minute is."""
    return "23:59" if minute == hours.DAY else hours.clock(minute)
