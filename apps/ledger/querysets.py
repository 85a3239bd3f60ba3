"""Every reusable read of the books."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, F, OuterRef, Subquery, Sum, When
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from apps.ledger.models import Account  # noqa: F401  named in annotations


class AccountQuerySet(models.QuerySet["Account"]):
    def with_sum(self) -> Self:
        """Each account with ``sum``, its balance now: a wallet's own, a house account's snapshot and what came after."""
        from apps.ledger.models import Posting

        after = Posting.objects.filter(
            account=OuterRef("pk"), pk__gt=Coalesce(OuterRef("snapshot__through"), 0)
        ).order_by()
        added = Subquery(after.values("account").annotate(all=Sum("amount")).values("all"))
        counted = Coalesce(F("snapshot__amount"), 0) + Coalesce(added, 0, output_field=models.BigIntegerField())
        return self.annotate(
            sum=Case(When(guarded=True, then=F("balance")), default=counted, output_field=models.BigIntegerField())
        )
