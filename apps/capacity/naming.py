"""What people call a resource. Apps above name the kinds that are theirs; what nobody named keeps its key."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from apps.capacity import kinds
from apps.capacity.models import Pool

# Asked for many at once, so that a page costs a query for each kind, not for each row.
Namer = Callable[[Sequence[str]], Mapping[str, str]]


def _vouchers(resources: Sequence[str]) -> dict[str, str]:
    return {resource: _voucher(*kinds.subject(resource).split(":")[:2]) for resource in resources}


def _voucher(code: str, customer: str = "") -> str:
    shape = _("Code %(code)s, one customer") if customer else _("Code %(code)s")
    return shape % {"code": code}


_namers: dict[str, Namer] = {kinds.VOUCHER: _vouchers}


def register(kind: str, namer: Namer) -> None:
    _namers[kind] = namer


def names_of(resources: Iterable[str]) -> dict[str, str]:
    """These resources in the reader's language."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    for resource in dict.fromkeys(resources):
        by_kind[resource.split(":", 1)[0]].append(resource)
    return {
        resource: name
        for kind, some in by_kind.items()
        for resource, name in (
            {one: one for one in some} | dict(_namers[kind](some) if kind in _namers else {})
        ).items()
    }


def name_pools(pools: Iterable[Pool]) -> None:
    """Let these pools say what they are called."""
    listed = list(pools)
    names = names_of(pool.resource for pool in listed)
    for pool in listed:
        pool.name = names[pool.resource]
