"""Dates and times as readers of each language write them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import formats, translation

MOMENT = datetime(2026, 11, 8, 20, 5, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("language", "wanted", "written"),
    [
        ("en", "SHORT_DATE_FORMAT", "8 Nov 2026"),
        ("en", "SHORT_DATETIME_FORMAT", "8 Nov 2026, 20:05"),
        ("en", "DATE_FORMAT", "8 November 2026"),
        ("zh-hans", "SHORT_DATE_FORMAT", "2026年11月8日"),
        ("zh-hans", "SHORT_DATETIME_FORMAT", "2026年11月8日 20:05"),
    ],
)
def test_dates_are_written_as_their_readers_do(language: str, wanted: str, written: str) -> None:
    with translation.override(language):
        assert formats.date_format(MOMENT, wanted) == written
