"""Work that is due: steps, timers, and what needs a person."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.orders.models.orders import Order
from apps.orders.querysets import PartnerJobQuerySet


class FulfilmentStep(models.Model):
    """A unit of work. The row is the outbox: whoever claims it does its effect and inserts the next in one transaction.

    ``direction`` −1 undoes what the step of the same kind and round did; a round is one way through the work: building again
    or repairing begins the next one.
    """

    class Kind(models.TextChoices):
        SUBMIT_BUILD = "submit_build", pgettext_lazy("step", "Order the build from the maker")
        AWAIT_SLOT = "await_slot", pgettext_lazy("step", "Wait until the maker accepts")
        AWAIT_BUILD = "await_build", pgettext_lazy("step", "Wait until the car is built")
        SHIP = "ship", pgettext_lazy("step", "Give the car to the carrier")
        AWAIT_ARRIVAL = "await_arrival", pgettext_lazy("step", "Wait until the car is at the store")
        PREPARE = "prepare", pgettext_lazy("step", "Prepare the car")
        INSPECT = "inspect", pgettext_lazy("step", "Inspect before the hand-over")
        AWAIT_BALANCE = "await_balance", pgettext_lazy("step", "Wait for the balance")
        BOOK_HANDOVER = "book_handover", pgettext_lazy("step", "Book the hand-over")
        ACTIVATE = "activate", pgettext_lazy("step", "Begin plans and parts")
        SEND_GOODS = "send_goods", pgettext_lazy("step", "Send the goods")
        GOODS_ARRIVE = "goods_arrive", pgettext_lazy("step", "Wait until the goods arrive")

    class Status(models.TextChoices):
        READY = "ready", pgettext_lazy("step", "Ready")
        DONE = "done", _("Done")
        PARKED = "parked", _("Waiting for somebody")
        STOPPED = "stopped", _("Stopped")

    order = models.ForeignKey(Order, models.CASCADE, related_name="steps", verbose_name=_("order"))
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
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
        return str(self.get_kind_display())

    @property
    def cause(self) -> str:
        """Why it failed, in words."""
        from apps.orders import wording

        return wording.cause(self.error)

    @property
    def key(self) -> str:
        """What the other side deduplicates by; the first round's key has no number."""
        key = f"{self.order_id}:{self.kind}:{self.direction}"
        return f"{key}:{self.round}" if self.round else key


class Timer(models.Model):
    """A deadline: swept by beat, so a lost message only delays."""

    class Kind(models.TextChoices):
        HOLD = "hold", pgettext_lazy("timer", "The hold ends")
        RETURN_WINDOW = "return_window", pgettext_lazy("timer", "The time to give back ends")
        REMIND_TO_SIGN = "remind_to_sign", pgettext_lazy("timer", "Remind to sign")
        MISMATCH_CALL = "mismatch_call", pgettext_lazy("timer", "Call about a car that differs")
        REFUSED_CALL = "refused_call", pgettext_lazy("timer", "Call about a refused build")

    order = models.ForeignKey(Order, models.CASCADE, related_name="timers", verbose_name=_("order"))
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
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
        return f"{self.get_kind_display()} · {date_format(localtime(self.due_at), 'SHORT_DATETIME_FORMAT')}"


class WorkItem(models.Model):
    """Something that needs a person: a parked step, a payment of the wrong amount, a car that is not as ordered.

    One without an order is about the books as a whole.
    """

    class Kind(models.TextChoices):
        PAYMENT = "payment", pgettext_lazy("work", "Wrong payment")
        REFUND = "refund", pgettext_lazy("work", "Refund that fails")
        UNASKED_REFUND = "unasked_refund", pgettext_lazy("work", "Refund not asked for")
        CREDIT = "credit", pgettext_lazy("work", "Credit to pay out")
        PAYOUT = "payout", pgettext_lazy("work", "Transfer to confirm")
        DISPUTE = "dispute", pgettext_lazy("work", "Contested payment")
        WAIVER = "waiver", pgettext_lazy("work", "Letting off the fee")
        REFUND_BY_HAND = "refund_by_hand", pgettext_lazy("work", "Refund by hand")
        SETTLEMENT = "settlement", pgettext_lazy("work", "Settlement that differs")
        LEDGERS = "ledgers", pgettext_lazy("work", "Books that differ")
        LOAN = "loan", pgettext_lazy("work", "Bank loan")
        TRADE_IN = "trade_in", pgettext_lazy("work", "Old car to value")
        PDI = "pdi", pgettext_lazy("work", "Inspection before the hand-over")
        REPAIR = "repair", pgettext_lazy("work", "Repair")
        DAMAGE = "damage", pgettext_lazy("work", "Damage")
        INSURANCE = "insurance", pgettext_lazy("work", "Insurance to see")
        HANDOVER = "handover", pgettext_lazy("work", "No time for the hand-over")
        REJECTED = "rejected", pgettext_lazy("work", "Car not accepted")
        RETURN = "return", pgettext_lazy("work", "Return")
        CHARGER = "charger", pgettext_lazy("work", "Wall box to install")
        PROOF = "proof", pgettext_lazy("work", "Goods made to order")
        COMPLAINT = "complaint", pgettext_lazy("work", "Complaint about an installation")
        OPEN_LINE = "open_line", pgettext_lazy("work", "Line not finished")
        MISMATCH = "mismatch", pgettext_lazy("work", "Car that differs")
        CALL = "call", pgettext_lazy("work", "Buyer to call")
        RETURN_REFUSED = "return_refused", pgettext_lazy("work", "Return refused")
        ALLOCATION = "allocation", pgettext_lazy("work", "Refused build")
        WORKSHOP = "workshop", pgettext_lazy("work", "Work at the workshop")
        STEP = "step", pgettext_lazy("work", "Step that failed")
        MAIL = "mail", pgettext_lazy("work", "Mail that did not leave")

    order = models.ForeignKey(
        Order, models.CASCADE, null=True, blank=True, related_name="work_items", verbose_name=_("order")
    )
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    # Of these an order may have several.
    payout = models.ForeignKey(
        "orders.Payout",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="work_items",
        verbose_name=_("credit paid by transfer"),
    )
    text = models.CharField(_("text"), max_length=300, help_text=_("In English; it is shown in the reader's language."))
    said = models.JSONField(_("wording"), default=dict, blank=True, help_text=_("The text's source and its values."))
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
                fields=["order", "kind", "payout"],
                condition=Q(closed_at=None),
                nulls_distinct=False,
                name="work_item_open_once",
            ),
            # Whoever has a payout before them does one thing with it.
            models.UniqueConstraint(
                fields=["payout"],
                condition=Q(closed_at=None, payout__isnull=False),
                name="work_item_open_once_per_payout",
            ),
        ]

    def __str__(self) -> str:
        from apps.orders import wording

        return wording.of(self)


class PartnerJob(models.Model):
    """What the simulated maker and carrier have on their books. Their side of the wire, reached by their adapters alone."""

    partner = models.CharField(_("partner"), max_length=20)
    key = models.CharField(_("key"), max_length=100, help_text=_("What repeated requests are recognised by."))
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    started_at = models.DateTimeField(_("started"))
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    repeats = models.PositiveIntegerField(_("asked again"), default=0)

    objects = PartnerJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner's job")
        verbose_name_plural = _("partners' jobs")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["partner", "key"], name="partner_job_once")]

    def __str__(self) -> str:
        """What the partner does, by the step that its key was made for; a key of another shape stays."""
        steps = dict(FulfilmentStep.Kind.choices)
        _order, _colon, rest = self.key.partition(":")
        return str(steps.get(rest.partition(":")[0], self.key))
