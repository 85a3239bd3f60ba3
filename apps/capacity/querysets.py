"""Every reusable read of capacity."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, F, Q, Value, When

if TYPE_CHECKING:
    from apps.capacity.models import Hold, Pool  # noqa: F401  type arguments below

FREE = Case(When(closed=True, then=Value(0)), default=F("total") - F("held") - F("taken") - F("used"))


class PoolQuerySet[P: "Pool"](models.QuerySet[P]):
    def of_kind(self, kind: str) -> Self:
        return self.filter(resource__startswith=f"{kind}:")

    def with_free(self) -> Self:
        """Annotate ``units_free``: what anybody may still hold."""
        return self.annotate(units_free=FREE)

    def free_units(self, resources: Iterable[str]) -> dict[str, int]:
        """How many are free of each of these; what has no pool has none."""
        wanted = list(resources)
        rows = self.filter(resource__in=wanted)
        return dict.fromkeys(wanted, 0) | {pool.resource: pool.free for pool in rows}


class HoldQuerySet(models.QuerySet["Hold"]):
    def live(self) -> Self:
        return self.filter(state__in=["held", "taken"])

    def owned_by(self, owner: str) -> Self:
        return self.filter(owner=owner)

    def of_kind(self, kind: str) -> Self:
        return self.filter(pool__resource__startswith=f"{kind}:")

    def due(self, now: object) -> Self:
        return self.filter(Q(state="held", until__lte=now))
