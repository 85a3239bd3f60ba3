"""The long proof: each act of the walk is struck after each of its statements, and each rule of the table is walked.

The stories (``walking/stories.py``) are told in a shop as it opened, in real transactions. Each act is first done undisturbed, to
learn its statements, and undone; then a crash comes after the first of them, the second, and so on, by an exception that nobody
catches or by the end of the connection's process in the server. What is one transaction has left nothing in any table; where
a partner or a gateway is asked in between, the promises hold, and whoever comes next ends where an undisturbed run ends.
"""

import pytest

from tests.orders.walking.crashing import Record
from tests.orders.walking.everywhere import Everywhere
from tests.orders.walking.opening import open_shop
from tests.orders.walking.picture import Picture
from tests.orders.walking.stories import STORIES
from tests.orders.walking.telling import Telling, never_reached

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]


def test_every_act_is_struck_after_every_statement_and_every_rule_is_walked() -> None:
    shop, opening, everywhere = open_shop(), Picture(), Everywhere(Record())
    opening.take()
    failed: list[Exception] = []
    for name, story in STORIES.items():
        before = everywhere.strikes
        try:
            Telling(everywhere, shop).tell(story)
        except Exception as error:
            error.add_note(f"in the story {name!r}: {story}")
            failed.append(error)
        print(f"{name}: {everywhere.strikes - before} strikes", flush=True)
        opening.put_back()
    print(everywhere.told())
    if failed:
        raise ExceptionGroup("strikes that left something, or stories that could not be told", failed)
    assert never_reached(everywhere) == []
