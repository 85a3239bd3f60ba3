import pytest

from apps.careers.sitemaps import CareersListSitemap, CareersSitemap
from tests.factories.careers import make_posting


@pytest.mark.django_db
def test_open_positions_are_listed_and_drafts_are_not() -> None:
    posting = make_posting()
    make_posting(published_at=None)
    sitemap = CareersSitemap()
    assert list(sitemap.items()) == [posting]
    assert sitemap.lastmod(posting) == posting.published_at


def test_the_list_itself_is_listed() -> None:
    sitemap = CareersListSitemap()
    assert [sitemap.location(item) for item in sitemap.items()] == ["/careers/"]
