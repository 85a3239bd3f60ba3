"""Events that other programs want to know of, and the deliveries that are owed to those who asked."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.outbox import topics
from apps.outbox.querysets import DeliveryQuerySet, StreamQuerySet, SubscriptionQuerySet

# So long a delivery is tried; then it is a dead letter.
KEEP_TRYING = timedelta(days=3)


class Stream(models.Model):
    """The events of one subject, in order. ``last`` counts them; ``relayed`` says up to where they were passed on."""

    topic = models.CharField(pgettext_lazy("event", "topic"), max_length=40)
    subject = models.CharField(_("subject"), max_length=100)
    last = models.PositiveBigIntegerField(_("events"), default=0)
    relayed = models.PositiveBigIntegerField(_("passed on"), default=0)

    objects = StreamQuerySet.as_manager()

    class Meta:
        verbose_name = _("stream of events")
        verbose_name_plural = _("streams of events")
        constraints = [
            models.UniqueConstraint(fields=["topic", "subject"], name="outbox_stream_once"),
            models.CheckConstraint(condition=Q(relayed__lte=F("last")), name="outbox_relayed_within_last"),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(relayed__lt=F("last")), name="outbox_stream_waiting")]

    def __str__(self) -> str:
        return f"{self.topic} {self.subject}"


class Event(models.Model):
    """Something that happened. Written in the transaction in which it happened; a trigger numbers it (``seq``, from 1,
    without gaps within its stream) and lets nobody change it afterwards.

    ``owner`` is the user whose event it is, if there is one: nobody else hears of it but who may receive every event.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    stream = models.ForeignKey(Stream, models.PROTECT, related_name="events", verbose_name=_("stream of events"))
    seq = models.PositiveBigIntegerField(pgettext_lazy("sequence", "number"))
    kind = models.CharField(_("kind"), max_length=60)
    data = models.JSONField(_("data"), default=dict, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="outbox_event_number")]

    def __str__(self) -> str:
        return f"{topics.word(self.kind)} {self.seq}"


class Subscription(models.Model):
    """An API client's wish to be told. ``topics`` holds topics (``order``) and kinds (``order.signed``).

    The secret is not stored: it is derived from ``nonce``, so the table alone signs nothing. After failures in a row the
    whole subscription rests until ``paused_until``: a dead subscriber is tried now and then, not for every event.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="webhooks", verbose_name=_("user"))
    url = models.URLField(_("address"), max_length=500)
    topics = ArrayField(models.CharField(max_length=60), verbose_name=_("topics"))
    every_event = models.BooleanField(_("everybody's events"), default=False)
    nonce = models.UUIDField(default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    paused_until = models.DateTimeField(_("rests until"), null=True, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook subscription")
        verbose_name_plural = _("webhook subscriptions")
        ordering = ["-created_at"]
        permissions = [
            ("receive_every_event", _("Can be told of everybody's events")),
            ("replay_delivery", _("Can send dead letters again")),
        ]
        indexes = [models.Index(fields=["user"], condition=Q(deleted_at=None), name="outbox_subscription_of_user")]

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """One event that is owed to one subscription. ``stream`` and ``seq`` are the event's: within a stream the next is not
    sent before the one in front of it has arrived or is given up."""

    class Status(models.TextChoices):
        PENDING = "pending", pgettext_lazy("delivery", "Waiting")
        DELIVERED = "delivered", pgettext_lazy("delivery", "Delivered")
        DEAD = "dead", pgettext_lazy("delivery", "Given up")

    subscription = models.ForeignKey(
        Subscription, models.CASCADE, related_name="deliveries", verbose_name=_("webhook subscription")
    )
    event = models.ForeignKey(Event, models.PROTECT, related_name="deliveries", verbose_name=_("event"))
    stream = models.ForeignKey(Stream, models.PROTECT, related_name="+", verbose_name=_("stream of events"))
    seq = models.PositiveBigIntegerField(pgettext_lazy("sequence", "number"))
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.PENDING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"))
    give_up_at = models.DateTimeField(_("given up at"))
    created_at = models.DateTimeField(_("created"), db_default=Now())
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    answer = models.CharField(_("last answer"), max_length=200, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-pk"]
        constraints = [
            # A relay that dies and comes again owes nothing twice.
            models.UniqueConstraint(fields=["subscription", "event"], name="outbox_delivery_once"),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "dead"], delivered_at=None)
                | Q(status="delivered", delivered_at__isnull=False),
                name="outbox_delivered_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(status="pending"), name="outbox_delivery_due"),
            models.Index(
                fields=["subscription", "stream", "seq"], condition=Q(status="pending"), name="outbox_delivery_queue"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} → {self.subscription}"


class Attempt(models.Model):
    """One try at a delivery: what the other side answered, and how long it took."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="log", verbose_name=_("delivery"))
    number = models.PositiveIntegerField(pgettext_lazy("sequence", "number"))
    at = models.DateTimeField(_("at"))
    took_ms = models.PositiveIntegerField(_("milliseconds"))
    answer = models.CharField(pgettext_lazy("webhook", "answer"), max_length=200)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.number}: {self.answer}"
