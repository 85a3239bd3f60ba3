"""The log of everything that was ever written to a person, and what people do not want to be sent."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.messaging.kinds import Channel, State, Topic, Why
from apps.messaging.querysets import MessageQuerySet


class Message(models.Model):
    """One thing to be said to one person by one way; the row is the order to send it, and afterwards the log.

    ``key`` names the event: one message an event and channel, whoever repeats it. ``composer`` names the module that
    writes the text (settings.MESSAGE_COMPOSERS) from ``reference``, ``kind`` and ``data`` when it is first sent; the text
    stays as it was then. ``reference`` is an order's number or an appointment's id.
    """

    key = models.CharField(_("event"), max_length=120)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    composer = models.CharField(_("written by"), max_length=20)
    reference = models.CharField(_("reference"), max_length=64)
    kind = models.CharField(_("kind"), max_length=30)
    topic = models.CharField(_("topic"), max_length=10, choices=Topic, default=Topic.ESSENTIAL)
    data = models.JSONField(_("facts"), default=dict, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("user")
    )
    recipient = models.CharField(_("to"), max_length=254)
    language = models.CharField(_("language"), max_length=10, default="en")
    zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DUE)
    why = models.CharField(_("why not"), max_length=10, choices=Why, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("error"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("owed since"), auto_now_add=True)
    next_at = models.DateTimeField(_("next attempt"))
    expires_at = models.DateTimeField(_("worthless after"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    provider_id = models.CharField(_("the gateway's id"), max_length=100, blank=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("HTML"), blank=True)
    files = models.JSONField(_("files"), default=list, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-pk"]
        permissions = [("read_message_text", _("Can read what was written to people"))]
        constraints = [
            # However often an event is told: one message by each way.
            models.UniqueConstraint(fields=["key", "channel"], name="message_once"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="message_state_known"),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at=None)),
                name="message_sent_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state="skipped") & ~Q(why="") | ~Q(state="skipped") & Q(why=""),
                name="message_skipped_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="due"), name="message_due"),
            models.Index(fields=["reference", "-id"], name="message_about"),
        ]

    def __str__(self) -> str:
        from apps.messaging.composers import title

        return f"{title(self.kind)} · {self.reference.partition('-')[0]}"


class Silence(models.Model):
    """What somebody does not want. ``owner`` is ``user:<id>``, or for a guest what the messages are about."""

    owner = models.CharField(_("whose"), max_length=80, unique=True)
    unwanted = ArrayField(models.CharField(max_length=24), verbose_name=_("unwanted"), default=list, blank=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("wish about messages")
        verbose_name_plural = _("wishes about messages")

    def __str__(self) -> str:
        return self.owner
