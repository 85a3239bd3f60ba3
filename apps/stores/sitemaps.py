"""Our own stores and experience centres for search engines; partners' pages are theirs to promote."""

from typing import Any

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from apps.stores.kinds import Kind
from apps.stores.models import Store
from apps.stores.querysets import StoreQuerySet


class StoreSitemap(Sitemap):  # type: ignore[type-arg]
    i18n = True
    changefreq = "weekly"
    limit = 5_000

    def items(self) -> StoreQuerySet:
        rows: StoreQuerySet = Store.objects.active().filter(kind__in=[Kind.OWN, Kind.EXPERIENCE])
        return rows.order_by("code").only("code")

    def location(self, item: Any) -> str:
        return reverse("stores:detail", args=[item.code])
