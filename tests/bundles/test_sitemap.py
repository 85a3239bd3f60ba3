from apps.bundles.sitemaps import BundlesSitemap


def test_every_part_is_listed_once() -> None:
    sitemap = BundlesSitemap()
    parts = [sitemap.location(item) for item in sitemap.items()]
    assert parts == [f"/bundles/{part}" for part in ("", "covers/", "maintenance/", "accessories/", "chargers/")]
