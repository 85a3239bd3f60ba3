"""What search engines are told to read. Each app lists its own pages in ``sitemaps.py``."""

from typing import Any

from django.contrib.sitemaps import Sitemap

from apps.bundles.sitemaps import BundlesSitemap
from apps.careers.sitemaps import CareersListSitemap, CareersSitemap
from apps.catalog.sitemaps import CarModelSitemap
from apps.configurator.sitemaps import ConfiguratorSitemap
from apps.stores.sitemaps import StoreSitemap

SITEMAPS: "dict[str, type[Sitemap[Any]]]" = {
    "cars": CarModelSitemap,
    "configurators": ConfiguratorSitemap,
    "bundles": BundlesSitemap,
    "stores": StoreSitemap,
    "careers": CareersListSitemap,
    "jobs": CareersSitemap,
}
