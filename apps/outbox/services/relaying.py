"""From events to what is owed to whom."""

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from apps.outbox.models import KEEP_TRYING, Delivery, Stream, Subscription
from apps.outbox.services.subscribing import may_receive_every_event

AT_ONCE = 200
# A ping is for its own subscription; anything else for whoever asked for the topic or the kind and may know of it.
_OWE = """
INSERT INTO outbox_delivery
  (subscription_id, event_id, stream_id, seq, status, attempts, next_at, give_up_at, created_at, answer)
SELECT sub.id, event.id, stream.id, event.seq, 'pending', 0, now(), now() + make_interval(secs => %s), now(), ''
FROM outbox_stream stream
JOIN outbox_event event ON event.stream_id = stream.id AND event.seq > stream.relayed AND event.seq <= stream.last
JOIN outbox_subscription sub ON sub.deleted_at IS NULL AND sub.created_at <= event.at
WHERE stream.id = ANY(%s) AND CASE WHEN stream.topic = 'webhook' THEN sub.id::text = stream.subject
  ELSE (stream.topic = ANY(sub.topics) OR event.kind = ANY(sub.topics))
       AND (sub.user_id = event.owner_id OR sub.id = ANY(%s)) END
ORDER BY event.id
ON CONFLICT DO NOTHING
"""


@transaction.atomic
def relay() -> int:
    """Pass on what has happened since, in each subject's order; returns how many subjects that were.

    A subject is claimed by its row (``SKIP LOCKED``): several relays share the work, none overtakes another in one subject,
    and one that dies has passed on nothing.
    """
    waiting = Stream.objects.waiting().order_by("pk").select_for_update(skip_locked=True)
    streams = [stream.pk for stream in waiting[:AT_ONCE]]
    if not streams:
        return 0
    wide = Subscription.objects.active().filter(every_event=True).select_related("user")
    allowed = [one.pk for one in wide if may_receive_every_event(one.user)]
    with connection.cursor() as cursor:
        cursor.execute(_OWE, [KEEP_TRYING.total_seconds(), streams, allowed])
    Stream.objects.filter(pk__in=streams).update(relayed=F("last"))
    return len(streams)


def bury_old() -> int:
    """Give up what nobody took for three days, also where the subscriber is at rest; returns how many."""
    now = timezone.now()
    return Delivery.objects.filter(status=Delivery.Status.PENDING, give_up_at__lte=now).update(
        status=Delivery.Status.DEAD
    )
