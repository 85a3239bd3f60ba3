"""Whether events are passed on in time."""

from datetime import timedelta

from django.utils import timezone

from apps.common import health
from apps.outbox.models import Event, Stream

LATE = timedelta(minutes=5)
_STARTED = timezone.now()


@health.register
def relay_lag() -> str | None:
    """Events that wait for five minutes, since this process runs, wait for a worker that is not there."""
    stream = Stream.objects.waiting().order_by("pk").first()
    if stream is None:
        return None
    at = (
        Event.objects.filter(stream=stream, seq__gt=stream.relayed).order_by("seq").values_list("at", flat=True).first()
    )
    late = at is not None and timezone.now() - max(at, _STARTED) > LATE
    return "outbox: events are not passed on" if late else None
