"""What search engines are told to read. Each app lists its own pages in ``sitemaps.py``."""

from typing import Any

from django.contrib.sitemaps import Sitemap

SITEMAPS: "dict[str, type[Sitemap[Any]]]" = {}
