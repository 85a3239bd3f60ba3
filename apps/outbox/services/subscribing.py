"""Wishes to be told, and their end."""

import base64
from collections.abc import Sequence

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from apps.common.errors import NotAllowed
from apps.outbox import addresses, topics
from apps.outbox.errors import TooManySubscriptions, UnknownTopic
from apps.outbox.models import Delivery, Subscription
from apps.outbox.services.emitting import emit
from apps.outbox.signing import MARK

MOST = 20
EVERY_EVENT = "outbox.receive_every_event"


def secret_of(subscription: Subscription) -> str:
    """What its webhooks are signed with: derived, so that the table alone signs nothing."""
    key = salted_hmac("apps.outbox.secret", subscription.nonce.hex, algorithm="sha256").digest()
    return MARK + base64.b64encode(key).decode()


def may_receive_every_event(user: AbstractBaseUser) -> bool:
    return isinstance(user, PermissionsMixin) and user.has_perm(EVERY_EVENT)


@transaction.atomic
def subscribe(*, user: AbstractBaseUser, url: str, names: Sequence[str], every_event: bool = False) -> Subscription:
    """Tell this address of what happens from now on: of the user's own, or of everybody's where that is allowed.

    Raises:
        AddressRefused, UnknownTopic: of the input. NotAllowed: everybody's events are not theirs to know.
        TooManySubscriptions: 20 are enough.
    """
    addresses.read(url, loopback=settings.WEBHOOKS_TO_LOOPBACK)
    for name in names:
        if not topics.is_known(name):
            raise UnknownTopic(field="topics", extra={"topic": name})
    if not names:
        raise UnknownTopic(field="topics", extra={"topic": ""})
    if every_event and not may_receive_every_event(user):
        raise NotAllowed(field="every_event")
    type(user)._default_manager.select_for_update(no_key=True).get(pk=user.pk)  # counted one after the other
    if Subscription.objects.for_user(user.pk).count() >= MOST:
        raise TooManySubscriptions(extra={"limit": MOST})
    return Subscription.objects.create(user_id=user.pk, url=url, topics=sorted(set(names)), every_event=every_event)


@transaction.atomic
def unsubscribe(subscription: Subscription) -> None:
    """Tell this address nothing more. What was still owed is given up; the log stays."""
    now = timezone.now()
    Subscription.objects.filter(pk=subscription.pk, deleted_at=None).update(deleted_at=now)
    owed = Delivery.objects.filter(subscription=subscription, status=Delivery.Status.PENDING)
    owed.update(status=Delivery.Status.DEAD, answer="unsubscribed")


@transaction.atomic
def ping(subscription: Subscription) -> int:
    """Send this one address an event for trying out; returns its number."""
    Subscription.objects.filter(pk=subscription.pk).update(paused_until=None)
    subject = str(subscription.pk)
    return emit(
        topic="webhook", subject=subject, kind=topics.PING, data={"webhook": subject}, owner=subscription.user_id
    )
