"""Work that is due: steps, timers, and what needs a person."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.orders.models.orders import Order


class FulfilmentStep(models.Model):
    """A unit of work. The row is the outbox: whoever claims it does its effect and inserts the next in one transaction.

    ``direction`` −1 undoes what the step of the same kind and round did; a round is one way through the work: building again
    or repairing begins the next one.
    """

    class Status(models.TextChoices):
        READY = "ready", _("Ready")
        DONE = "done", _("Done")
        PARKED = "parked", _("Waiting for somebody")
        STOPPED = "stopped", _("Stopped")

    order = models.ForeignKey(Order, models.CASCADE, related_name="steps", verbose_name=_("order"))
    kind = models.CharField(_("kind"), max_length=30)
    direction = models.SmallIntegerField(_("direction"), default=1)
    round = models.PositiveSmallIntegerField(_("round"), default=0)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.READY)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"))
    calling_until = models.DateTimeField(_("asking until"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)
    result = models.JSONField(_("result"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("fulfilment step")
        verbose_name_plural = _("fulfilment steps")
        ordering = ["order_id", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "kind", "direction", "round"], name="step_once"),
            # One piece of work at a time for an order: nothing can overtake.
            models.UniqueConstraint(
                fields=["order"], condition=Q(status__in=["ready", "parked"]), name="step_one_open_per_order"
            ),
            models.CheckConstraint(condition=Q(direction__in=[1, -1]), name="step_direction"),
        ]
        indexes = [models.Index(fields=["next_at"], condition=Q(status="ready"), name="step_due")]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """What the other side deduplicates by; the first round's key has no number."""
        key = f"{self.order_id}:{self.kind}:{self.direction}"
        return f"{key}:{self.round}" if self.round else key


class Timer(models.Model):
    """A deadline: swept by beat, so a lost message only delays."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="timers", verbose_name=_("order"))
    kind = models.CharField(_("kind"), max_length=30)
    due_at = models.DateTimeField(_("due"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("timer")
        verbose_name_plural = _("timers")
        ordering = ["due_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "kind"], condition=Q(done_at=None), name="timer_one_open_per_kind"
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at=None), name="timer_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_at:%Y-%m-%d %H:%M}"


class WorkItem(models.Model):
    """Something that needs a person: a parked step, a payment of the wrong amount, a car that is not as ordered.

    One without an order is about the books as a whole.
    """

    order = models.ForeignKey(
        Order, models.CASCADE, null=True, blank=True, related_name="work_items", verbose_name=_("order")
    )
    kind = models.CharField(_("kind"), max_length=30)
    text = models.CharField(_("text"), max_length=300)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="work_items",
        verbose_name=_("owner"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("work item")
        verbose_name_plural = _("work items")
        ordering = ["closed_at", "-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "kind"], condition=Q(closed_at=None), nulls_distinct=False, name="work_item_open_once"
            ),
        ]

    def __str__(self) -> str:
        return self.text


class PartnerJob(models.Model):
    """What the simulated maker and carrier have on their books. Their side of the wire, reached by their adapters alone."""

    partner = models.CharField(_("partner"), max_length=20)
    key = models.CharField(_("key"), max_length=100, help_text=_("What repeated requests are recognised by."))
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    started_at = models.DateTimeField(_("started"))
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    repeats = models.PositiveIntegerField(_("asked again"), default=0)

    class Meta:
        verbose_name = _("partner's job")
        verbose_name_plural = _("partners' jobs")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["partner", "key"], name="partner_job_once")]

    def __str__(self) -> str:
        return f"{self.partner} {self.key}"
