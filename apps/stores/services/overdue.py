"""What time itself does: holds run out, requests that nobody answers are declined."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from apps.stores import notices
from apps.stores.lifecycle import Party, Status
from apps.stores.models import Appointment, AppointmentEvent
from apps.stores.querysets import AppointmentQuerySet

BATCH = 500


def expire_holds(*, now: datetime | None = None) -> int:
    """End every hold and request whose time is over; returns how many. Any number of workers may do it at once."""
    moment = now or timezone.now()
    total = 0
    while ended := _expire_batch(moment):
        total += ended
    return total


@transaction.atomic
def _expire_batch(moment: datetime) -> int:
    return _end(Appointment.objects.overdue(moment).order_by("pk"), moment, BATCH)


def free_bay(*, bay: int, begin: datetime, end: datetime, now: datetime) -> None:
    """End the overdue holds in the way of somebody who wants the bay now, without waiting for the next sweep."""
    _end(Appointment.objects.overdue(now).filter(bay=bay, during__overlap=(begin, end)), now, BATCH)


def _end(rows: AppointmentQuerySet, moment: datetime, limit: int) -> int:
    """Rows that somebody else has locked are being confirmed or ended at this moment: left to them."""
    due = list(rows.select_for_update(skip_locked=True, of=("self",))[:limit])
    if not due:
        return 0
    so_far = dict(
        AppointmentEvent.objects.filter(appointment__in=due)
        .order_by()
        .values_list("appointment")
        .annotate(last=Max("seq"))
    )
    events = []
    for mine in due:
        before = mine.status
        mine.status = Status.EXPIRED if before == Status.HELD else Status.DECLINED
        mine.changed_at = moment
        events.append(
            AppointmentEvent(
                appointment=mine,
                seq=so_far.get(mine.pk, 0) + 1,
                before=before,
                after=mine.status,
                party=Party.SYSTEM,
                reason="",
                at=moment,
            )
        )
    Appointment.objects.bulk_update(due, ["status", "changed_at"])
    AppointmentEvent.objects.bulk_create(events)
    for mine in due:
        if mine.status == Status.DECLINED:
            notices.forget(mine)
            notices.tell(mine, "declined", moment)
    return len(due)
