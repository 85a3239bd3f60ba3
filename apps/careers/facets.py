"""The filters of the list: each counts with all the others in force, so that no choice leads to an empty list."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from apps.careers.models import Posting
from apps.careers.querysets import PostingQuerySet
from apps.common.translated import content_language

COLUMNS = ("department", "city", "kind")


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str | Promise
    number: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    name: str
    label: str
    choices: list[Choice]


def facets(found: PostingQuerySet, wanted: Mapping[str, Any]) -> list[Facet]:
    """Department, city and kind of the postings ``found`` by everything else; one query each."""

    def others(column: str) -> PostingQuerySet:
        rows = found
        for other in COLUMNS:
            if other != column:
                rows = rows.among(other, wanted[other])
        return rows

    chinese = content_language() == "zh"
    cities = [
        Choice(slug, name_zh if chinese else name_en, number, slug in wanted["city"])
        for slug, name_en, name_zh, number in others("city").city_counts()
    ]
    known = {choice.value for choice in cities}
    cities += [Choice(slug, slug, 0, chosen=True) for slug in wanted["city"] if slug not in known]
    return [
        Facet(
            "department",
            _("Department"),
            _choices(Posting.Department, others("department").counts("department"), wanted["department"]),
        ),
        Facet("city", _("City"), cities),
        Facet("kind", _("Employment"), _choices(Posting.Kind, others("kind").counts("kind"), wanted["kind"])),
    ]


def _choices(kinds: Any, counts: Mapping[str, int], chosen: list[str]) -> list[Choice]:
    return [
        Choice(value, label, counts.get(value, 0), value in chosen)
        for value, label in kinds.choices
        if counts.get(value) or value in chosen
    ]
