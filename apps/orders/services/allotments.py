"""When a car can be built: the maker's allotments by month, of the whole model and, where set, of single options."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from apps.capacity import kinds
from apps.capacity.models import Hold, Pool
from apps.catalog.models import CarModel
from apps.common.translated import content_language
from apps.orders.errors import SoldOut


@dataclass(frozen=True, slots=True)
class Month:
    """What is left of a month's allotment for one build: ``free`` cars; ``scarce`` are options that have run out."""

    first: date
    free: int
    scarce: tuple[str, ...]
    resources: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def label(self) -> str:
        return month_name(self.first)


def month_name(first: date) -> str:
    """``December 2026``, in the reader's language."""
    return date_format(first, "YEAR_MONTH_FORMAT")


def months_of(model: str, options: Collection[str], *, own: Sequence[str] = ()) -> list[Month]:
    """The months from this one on in which the model is built, for a car with these options.

    Args:
        own: owners whose units count as free, because they are this buyer's.
    """
    rows = list(Pool.objects.filter(resource__startswith=f"{kinds.BUILD}:{model}:"))
    mine = _held(own, rows)
    months: dict[date, dict[str, tuple[str, int]]] = {}
    for pool in rows:
        _model, option, first = kinds.build_parts(pool.resource)
        if option == kinds.ANY or option in options:
            months.setdefault(first, {})[option] = pool.resource, pool.free + mine.get(pool.pk, 0)
    this_month = timezone.localdate().replace(day=1)
    return [
        _month(first, pools) for first, pools in sorted(months.items()) if first >= this_month and kinds.ANY in pools
    ]


def _month(first: date, pools: Mapping[str, tuple[str, int]]) -> Month:
    free = {option: units for option, (_resource, units) in pools.items()}
    scarce = tuple(sorted(option for option, units in free.items() if units < 1 and option != kinds.ANY))
    return Month(first, min(free.values()), scarce, tuple(sorted(resource for resource, _units in pools.values())))


def _held(own: Sequence[str], pools: Iterable[Pool]) -> dict[int, int]:
    if not own:
        return {}
    rows = Hold.objects.live().filter(owner__in=own, pool__in=[pool.pk for pool in pools])
    return dict(rows.values_list("pool", "quantity"))


def any_free(model: str) -> bool:
    """Whether any car of a model is left in any month, whatever its options."""
    return any(month.free > 0 for month in months_of(model, ()))


def choose(months: Sequence[Month], asked: date | None) -> Month | None:
    """The month that was asked for, or else the nearest, if a car is left of it."""
    return next((one for one in months if one.free > 0 and asked in (None, one.first)), None)


def sold_out(
    car_model: CarModel, months: Sequence[Month], options: Sequence[Mapping[str, Any]], asked: date | None
) -> SoldOut:
    """The refusal, with the nearest way out: another month, or the same car without an option that has run out."""
    extra: dict[str, Any] = {"name": car_model.full_name, "model": car_model.slug}
    other = choose(months, None)
    if other is not None:
        extra |= {
            "alternative": {"month": other.key},
            "nearest": other.label,
            "month": month_name(asked or other.first),
        }
        return SoldOut(SoldOut.other_month, field="build_month", extra=extra)
    scarce = next((one for one in months if one.scarce and not _whole_model_gone(one)), None)
    if scarce is not None:
        names = _names(scarce.scarce, options)
        extra |= {"alternative": {"month": scarce.key, "without": list(scarce.scarce)}}
        extra |= {"option": names, "nearest": scarce.label}
        return SoldOut(SoldOut.other_option, extra=extra)
    return SoldOut(extra=extra | {"alternative": None})


def _whole_model_gone(month: Month) -> bool:
    [model] = [one for one in month.resources if kinds.build_parts(one)[1] == kinds.ANY]
    return Pool.objects.free_units([model])[model] < 1


def _names(codes: Collection[str], options: Sequence[Mapping[str, Any]]) -> str:
    key = "name_zh" if content_language() == "zh" else "name_en"
    named = {str(one["code"]): str(one.get(key, one["code"])) for one in options}
    return ", ".join(named.get(code, code) for code in codes)
