"""The cars in both languages, for search engines."""

from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet

from apps.catalog.models import CarModel


class CarModelSitemap(Sitemap):  # type: ignore[type-arg]  # not subscriptable at run time
    """Every car on sale, at its English and its Chinese address."""

    i18n = True
    alternates = True
    x_default = True
    changefreq = "daily"
    priority = 0.8

    def items(self) -> QuerySet[CarModel]:
        return CarModel.objects.on_sale().select_related("brand").order_by("pk")
