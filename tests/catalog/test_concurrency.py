from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.catalog.models import SpecSheet, Trim
from apps.catalog.services import SpecEntry, publish_sheet
from tests.factories.catalog import make_trim

EDITORS = 6


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_editors_at_once_publish_one_version_after_the_other() -> None:
    trim = make_trim(range_km=None)

    def publish(editor: int) -> int:
        try:
            entries = [SpecEntry("range", 400 + editor, cycle="CLTC")]
            return publish_sheet(trim=Trim.objects.get(pk=trim.pk), entries=entries).version
        finally:
            connection.close()

    with ThreadPoolExecutor(EDITORS) as pool:
        versions = sorted(pool.map(publish, range(EDITORS)))

    assert versions == [1, 2, 3, 4, 5, 6]
    sheet = SpecSheet.objects.get(current=True)
    trim.refresh_from_db()
    assert sheet.version == EDITORS
    assert sheet.values.get().number == trim.range_km
