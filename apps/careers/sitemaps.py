"""The pages of this app that search engines should read."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from django.utils import timezone

from apps.careers.models import Posting
from apps.careers.querysets import PostingQuerySet

if TYPE_CHECKING:
    PostingSitemap = Sitemap[Posting]
    StringSitemap = Sitemap[str]
else:
    PostingSitemap = StringSitemap = Sitemap


class CareersSitemap(PostingSitemap):
    """Every open position."""

    changefreq = "daily"
    i18n = True
    alternates = True

    def items(self) -> PostingQuerySet:
        return Posting.objects.open_at(timezone.now()).sorted_by("newest")

    def lastmod(self, item: Posting) -> datetime | None:
        return item.published_at


class CareersListSitemap(StringSitemap):
    """The list itself."""

    changefreq = "daily"
    i18n = True
    alternates = True

    def items(self) -> list[str]:
        return ["careers:list"]

    def location(self, item: str) -> str:
        return reverse(item)
