"""The pages of this app that search engines should read."""

from typing import TYPE_CHECKING

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

if TYPE_CHECKING:
    StringSitemap = Sitemap[str]
else:
    StringSitemap = Sitemap


class BundlesSitemap(StringSitemap):
    changefreq = "weekly"
    i18n = True
    alternates = True

    def items(self) -> list[str]:
        return ["index", "covers", "maintenance", "accessories", "chargers"]

    def location(self, item: str) -> str:
        return reverse(f"bundles:{item}")
