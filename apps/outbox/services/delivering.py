"""Sending what is owed. Nothing is locked while the other side takes its time.

A claim puts the delivery's next attempt off until this one must be over; the note ends it. A sender that dies in between
sends again: at least once, and the receiver knows a repeated one by its id.
"""

import json
import random
import time
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.common.errors import NotAllowed
from apps.outbox import sending, signing
from apps.outbox.errors import NotDead
from apps.outbox.models import KEEP_TRYING, Attempt, Delivery, Event, Subscription
from apps.outbox.sending import Answer
from apps.outbox.services.subscribing import secret_of

if TYPE_CHECKING:
    from django.contrib.auth.models import PermissionsMixin

log = structlog.get_logger(__name__)
LEASE = timedelta(seconds=30)
FIRST_WAIT_S, LONGEST_WAIT_S = 5.0, 3600.0
# After so many failures in a row the subscription as a whole rests, longer each time.
REST_AFTER = 3
REPLAY = "outbox.replay_delivery"


@transaction.atomic
def claim(busy: Collection[UUID] = ()) -> Delivery | None:
    """A delivery that is due, of a subscription that is not in ``busy``; its attempt is counted."""
    now = timezone.now()
    due = Delivery.objects.due(now).exclude(subscription__in=busy)
    free = due.select_related("subscription", "event__stream").select_for_update(skip_locked=True, of=("self",))
    delivery = free.order_by("next_at", "pk").first()
    if delivery is not None:
        delivery.attempts, delivery.next_at = delivery.attempts + 1, now + LEASE
        delivery.save(update_fields=["attempts", "next_at"])
    return delivery


def body_of(event: Event) -> bytes:
    """What is sent of an event."""
    facts = {
        "id": str(event.uid),
        "type": event.kind,
        "topic": event.stream.topic,
        "subject": event.stream.subject,
        "sequence": event.seq,
        "timestamp": event.at.isoformat(),
        "data": event.data,
    }
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()


def send(delivery: Delivery) -> Answer:
    """Over the wire; touches no table."""
    body = body_of(delivery.event)
    headers = {"Content-Type": "application/json", "User-Agent": "Kaiche-Webhooks/1"}
    headers |= signing.sign(secret_of(delivery.subscription), str(delivery.event.uid), int(time.time()), body)
    return sending.post(delivery.subscription.url, body, headers, loopback=settings.WEBHOOKS_TO_LOOPBACK)


@transaction.atomic
def note(delivery: Delivery, answer: Answer) -> None:
    """Write down what came of an attempt, and when to try again."""
    now = timezone.now()
    mine = Delivery.objects.select_for_update(no_key=True).get(pk=delivery.pk)
    Attempt.objects.create(delivery=mine, number=delivery.attempts, at=now, took_ms=answer.took_ms, answer=answer.text)
    if mine.status == Delivery.Status.DELIVERED:
        return
    mine.answer = answer.text
    if answer.taken:
        mine.status, mine.delivered_at = Delivery.Status.DELIVERED, now
    elif mine.status == Delivery.Status.PENDING:
        mine.next_at = now + wait_after(mine.attempts)
        if mine.next_at >= mine.give_up_at:
            mine.status = Delivery.Status.DEAD
    mine.save(update_fields=["status", "delivered_at", "next_at", "answer"])
    _note_health(mine.subscription_id, now, taken=answer.taken)


def _note_health(subscription_id: UUID, now: datetime, *, taken: bool) -> None:
    rows = Subscription.objects.filter(pk=subscription_id)
    if taken:
        rows.filter(failures__gt=0).update(failures=0, paused_until=None)
        return
    rows.update(failures=F("failures") + 1)
    failures = rows.values_list("failures", flat=True).get()
    if failures >= REST_AFTER:
        rows.update(paused_until=now + wait_after(failures - REST_AFTER + 1))


def wait_after(attempts: int) -> timedelta:
    """Twice as long each time, up to an hour, of which a random half: many that failed together come back apart."""
    longest = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(attempts - 1, 16))
    return timedelta(seconds=longest * random.uniform(0.5, 1))  # noqa: S311  not a secret


def deliver_one(busy: Collection[UUID] = ()) -> bool:
    """Claim, send and note one delivery; returns whether there was one."""
    delivery = claim(busy)
    if delivery is None:
        return False
    note(delivery, send(delivery))
    return True


@transaction.atomic
def replay(*, delivery: Delivery, user: "PermissionsMixin") -> Delivery:
    """Try a dead letter for another three days.

    Raises:
        NotAllowed; NotDead: it is not given up, or nobody is there to tell any more.
    """
    if not user.has_perm(REPLAY):
        raise NotAllowed
    now = timezone.now()
    dead = Delivery.objects.filter(pk=delivery.pk, status=Delivery.Status.DEAD, subscription__deleted_at=None)
    if not dead.update(status=Delivery.Status.PENDING, next_at=now, give_up_at=now + KEEP_TRYING):
        raise NotDead
    Subscription.objects.filter(pk=delivery.subscription_id).update(paused_until=None)
    delivery.refresh_from_db()
    return delivery
