"""Pages of the configurator for search engines."""

from datetime import datetime

from django.contrib.sitemaps import Sitemap

from apps.configurator.models import Configurator
from apps.configurator.querysets import ConfiguratorQuerySet


class ConfiguratorSitemap(Sitemap):  # type: ignore[type-arg]  # not subscriptable at run time
    """Every car that can be configured, in both languages."""

    i18n = True
    alternates = True

    def items(self) -> ConfiguratorQuerySet:
        return Configurator.objects.on_sale().select_related("car_model", "current").order_by("pk")

    def lastmod(self, item: Configurator) -> datetime | None:
        return item.current.published_at if item.current else None
