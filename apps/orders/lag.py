"""How far the work is behind: for the dashboard, and for whoever asks whether this process is ready."""

from datetime import timedelta

from django.utils import timezone

from apps.common import health
from apps.orders.models import FulfilmentStep

LATE = timedelta(minutes=5)
_STARTED = timezone.now()


def queue_lag() -> timedelta:
    """How long the longest due step has been due; nothing when none is. A parked one waits for a person, not for a worker."""
    ready = FulfilmentStep.objects.filter(status=FulfilmentStep.Status.READY).order_by("next_at")
    first = ready.values_list("next_at", flat=True).first()
    return max(timedelta(), timezone.now() - first) if first else timedelta()


@health.register
def steps_are_done() -> str | None:
    """A step that has been due for five minutes, since this process runs, waits for a worker that is not there."""
    late = min(queue_lag(), timezone.now() - _STARTED) > LATE
    return "fulfilment: due steps are not done" if late else None
