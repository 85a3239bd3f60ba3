"""Every reusable read of postings and applications."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Count, F, Q
from django.db.models.expressions import OrderBy

if TYPE_CHECKING:
    from apps.careers.models import Application, Posting  # noqa: F401  type arguments below

SORTS: dict[str, tuple[str | OrderBy, ...]] = {
    "newest": ("-published_at", "-pk"),
    "salary": ("-yearly_max", "-pk"),
    "closing": (F("closes_at").asc(nulls_last=True), "-pk"),
}
# After this many tries a confirmation is given up: the address does not take mail.
MAIL_ATTEMPTS = 8


class PostingQuerySet(models.QuerySet["Posting"]):
    def open_at(self, now: datetime) -> Self:
        """Published and not yet closed."""
        return self.filter(Q(closes_at=None) | Q(closes_at__gt=now), published_at__lte=now)

    def matching(self, text: str) -> Self:
        """Each word somewhere in title, description or requirements, in either language."""
        found = self
        for word in text.split()[:8]:
            columns = ("title_en", "title_zh", "description_en", "description_zh", "requirements_en", "requirements_zh")
            anywhere = Q()
            for column in columns:
                anywhere |= Q(**{f"{column}__icontains": word})
            found = found.filter(anywhere)
        return found

    def paying(self, thousand: int | None) -> Self:
        """Postings that may pay at least so many thousand yuan a month."""
        return self if thousand is None else self.filter(salary_max__gte=thousand)

    def among(self, column: str, values: Sequence[str]) -> Self:
        """Postings with one of the values in a column; all of them when none is given."""
        return self.filter(**{f"{column}__in": values}) if values else self

    def counts(self, column: str) -> dict[str, int]:
        """How many there are for each value of a column."""
        return dict(self.order_by().values_list(column).annotate(number=Count("pk")))

    def city_counts(self) -> list[tuple[str, str, str, int]]:
        """(slug, English name, Chinese name, how many), the most first."""
        rows = self.order_by().values_list("city", "city_name_en", "city_name_zh").annotate(number=Count("pk"))
        return list(rows.order_by("-number", "city"))

    def sorted_by(self, sort: str) -> Self:
        """``newest``, ``salary`` or ``closing``."""
        return self.order_by(*SORTS.get(sort, SORTS["newest"]))


class ApplicationQuerySet(models.QuerySet["Application"]):
    def awaiting_mail(self, now: datetime) -> Self:
        """Those whose confirmation is due."""
        return self.filter(mailed_at=None, mail_due_at__lte=now, mail_attempts__lt=MAIL_ATTEMPTS)

    def decided_before(self, moment: datetime) -> Self:
        return self.filter(decided_at__lt=moment)
