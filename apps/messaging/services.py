"""Owing somebody a message, and sending what is owed.

``owe`` writes rows in the caller's transaction: a message belongs to the event or does not exist. A worker claims one by
moving its next attempt into the future, sends it while nothing is locked, and notes the result. A worker that is killed in
between makes the message leave again later under the same key: an SMS gateway recognises it (Idempotency-Key), and an
e-mail carries the same Message-ID, by which mail programs do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from apps.common.doorbell import ring
from apps.messaging.kinds import OPTIONAL, Channel, State, Topic, Why
from apps.messaging.models import Message, Silence

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody to write to; ``zone`` and ``language`` as they are at this time. No phone means no SMS."""

    email: str = ""
    phone: str = ""
    user_id: int | None = None
    language: str = "en"
    zone: str = "Asia/Shanghai"


@transaction.atomic(savepoint=False)
def owe(
    *,
    key: str,
    composer: str,
    reference: str,
    kind: str,
    to: Reader,
    topic: Topic = Topic.ESSENTIAL,
    channels: Sequence[Channel] = (Channel.EMAIL,),
    data: Mapping[str, Any] | None = None,
    at: datetime | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Owe a reader one message by each of ``channels`` that can reach them; the same ``key`` again owes nothing more."""
    addresses = {Channel.EMAIL: to.email, Channel.SMS: to.phone}
    rows = [
        Message(
            key=key[:120],
            channel=channel,
            composer=composer,
            reference=reference,
            kind=kind,
            topic=topic,
            data=dict(data or {}),
            user_id=to.user_id,
            recipient=addresses[channel],
            language=to.language,
            zone=to.zone,
            next_at=at or timezone.now(),
            expires_at=expires_at,
        )
        for channel in channels
        if addresses[channel]
    ]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    from apps.messaging.tasks import send

    ring(send)


def take_back(*, reference: str, kinds: Iterable[str]) -> int:
    """What has not been sent yet and is no longer true: a reminder of something that was moved. Returns how many."""
    rows = Message.objects.about(reference).filter(state=State.DUE, kind__in=list(kinds))
    return rows.update(state=State.SKIPPED, why=Why.UNTRUE)


def owner_of(*, user: "AbstractBaseUser | None", reference: str) -> str:
    """Whose wishes count: a person's for all their messages, a guest's for what this is about."""
    return f"user:{user.pk}" if user is not None else f"about:{reference}"


def unwanted(owner: str) -> frozenset[str]:
    """``channel:topic`` of everything that is not wanted."""
    row = Silence.objects.filter(owner=owner).first()
    return frozenset(row.unwanted) if row else frozenset()


@transaction.atomic
def set_wanted(*, owner: str, wanted: Iterable[str]) -> None:
    """Keep what somebody wants, as ``channel:topic``; what is not optional is sent all the same."""
    chosen = set(wanted)
    names = [f"{channel.value}:{topic.value}" for channel, topic in OPTIONAL]
    missing = [name for name in names if name not in chosen]
    Silence.objects.update_or_create(owner=owner, defaults={"unwanted": missing})


def is_wanted(message: Message) -> bool:
    """Whether the reader, as a person or for this matter, has not asked to be spared it."""
    name = f"{message.channel}:{message.topic}"
    owners = [f"about:{message.reference}", f"user:{message.user_id}"]
    optional = {f"{channel.value}:{topic.value}" for channel, topic in OPTIONAL}
    return name not in optional or not Silence.objects.filter(owner__in=owners, unwanted__contains=[name]).exists()
