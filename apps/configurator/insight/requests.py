"""Whether a request is a visitor's own click, and which stay on the page it belongs to."""

import re
from uuid import UUID, uuid4

from django.http import HttpRequest

from apps.common.requests import is_htmx
from apps.configurator.insight.events import Context, Event
from apps.configurator.insight.recorder import recorder
from apps.configurator.services import OpenSession

# In a header, because addresses end up in the logs of proxies beside the reader's network address.
HEADER = "X-Visit"
_ROBOT = re.compile(r"bot|crawl|spider|slurp|fetch|preview|monitor|curl|wget|python|scan", re.IGNORECASE)


def new_visit() -> str:
    return uuid4().hex


def visit_of(request: HttpRequest) -> str:
    """The id of this stay on the page: what the page sends along, a new one for a page that is just opened."""
    given = request.headers.get(HEADER, "") or request.POST.get("visit", "")
    return given if _uuid(given) else new_visit()


def record(request: HttpRequest, session: OpenSession, events: list[Event]) -> None:
    """Note what a visitor did; nothing of robots, of prefetches and of people who asked not to be counted."""
    if events and counts(request):
        given = request.headers.get(HEADER, "") if is_htmx(request) else request.POST.get("visit", "")
        recorder.record(Context(session.configurator_id, session.version_number, _uuid(given)), events)


def counts(request: HttpRequest) -> bool:
    headers = request.headers
    wished = headers.get("DNT") == "1" or headers.get("Sec-GPC") == "1"
    ahead = "prefetch" in headers.get("Sec-Purpose", headers.get("Purpose", "")).lower()
    return not wished and not ahead and not _ROBOT.search(headers.get("User-Agent", ""))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) == 32 else None
    except ValueError:
        return None
