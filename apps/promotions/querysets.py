"""Every reusable read of promotions."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from apps.promotions.models import Campaign  # noqa: F401  a type argument below


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def running(self, day: date) -> Self:
        """Active ones whose time it is."""
        begun = Q(starts_on=None) | Q(starts_on__lte=day)
        return self.filter(begun, Q(ends_on=None) | Q(ends_on__gt=day), is_active=True)

    def whole(self) -> Self:
        """With group and codes."""
        return self.select_related("group").prefetch_related("codes")

    def for_model(self, slug: str) -> Self:
        """Those that a car of this model can have."""
        return self.filter(Q(car_models=[]) | Q(car_models__contains=[slug]))

    def public(self) -> Self:
        """Those that need no code."""
        return self.filter(needs_code=False)
