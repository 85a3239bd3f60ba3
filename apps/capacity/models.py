"""What there is only so much of: one model for build slots, stock, installer hours and vouchers."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.capacity.querysets import HoldQuerySet, PoolQuerySet


class Pool(models.Model):
    """So many units of one resource. Written by ``services`` alone, always together with a movement.

    ``total`` were opened so far; of these ``held`` are promised for a while, ``taken`` are somebody's, ``used`` are gone.
    """

    resource = models.CharField(_("resource"), max_length=160, unique=True)
    total = models.PositiveIntegerField(pgettext_lazy("stock", "opened"), default=0)
    held = models.PositiveIntegerField(pgettext_lazy("capacity", "held"), default=0)
    taken = models.PositiveIntegerField(pgettext_lazy("capacity", "taken"), default=0)
    used = models.PositiveIntegerField(pgettext_lazy("capacity", "used"), default=0)
    closed = models.BooleanField(
        pgettext_lazy("capacity", "closed"),
        default=False,
        help_text=_("Once it is closed, nothing more is given out of it."),
    )

    objects = PoolQuerySet.as_manager()
    # What people call it, where ``naming`` was asked.
    name = ""

    class Meta:
        verbose_name = _("capacity pool")
        verbose_name_plural = _("capacity pools")
        ordering = ["resource"]
        constraints = [
            models.CheckConstraint(
                condition=Q(resource__regex=r"^(build|stock|install|voucher):[^:]+(:[^:]+)*$"),
                name="pool_resource_shape",
            ),
            models.CheckConstraint(
                condition=Q(total__gte=0, held__gte=0, taken__gte=0, used__gte=0), name="pool_never_negative"
            ),
            # The last word against selling what is not there: free ≥ 0.
            models.CheckConstraint(
                condition=Q(total__gte=F("held") + F("taken") + F("used")), name="pool_never_oversold"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.resource

    @property
    def kind(self) -> str:
        return self.resource.split(":", 1)[0]

    @property
    def free(self) -> int:
        """What anybody may still hold."""
        return 0 if self.closed else self.total - self.held - self.taken - self.used

    @property
    def on_hand(self) -> int:
        """What is there, promised or not: of a stock, what lies on the shelf."""
        return self.total - self.used

    @property
    def reserved(self) -> int:
        """What is there and promised."""
        return self.held + self.taken


class Hold(models.Model):
    """Units of a pool that are one owner's (an order's number, an offer). Ended holds stay as history."""

    class State(models.TextChoices):
        HELD = "held", pgettext_lazy("capacity", "held")
        TAKEN = "taken", pgettext_lazy("capacity", "taken")
        USED = "used", pgettext_lazy("capacity", "used")
        RELEASED = "released", pgettext_lazy("capacity", "released")
        EXPIRED = "expired", pgettext_lazy("capacity", "expired")

    pool = models.ForeignKey(Pool, models.PROTECT, related_name="holds", verbose_name=_("capacity pool"))
    owner = models.CharField(pgettext_lazy("hold", "owner"), max_length=80)
    quantity = models.PositiveIntegerField(_("quantity"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.HELD)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    changed_at = models.DateTimeField(_("changed"))

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("capacity", "hold")
        verbose_name_plural = _("holds")
        ordering = ["-pk"]
        constraints = [
            # An owner holds a resource once: repeating a call changes nothing.
            models.UniqueConstraint(
                fields=["owner", "pool"], condition=Q(state__in=["held", "taken"]), name="hold_once_an_owner"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="hold_of_something"),
            models.CheckConstraint(
                condition=Q(state__in=["held", "taken", "used", "released", "expired"]), name="hold_state_known"
            ),
        ]
        indexes = [
            models.Index(fields=["until"], condition=Q(state="held"), name="hold_due"),
            models.Index(fields=["owner"], name="hold_of_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.owner} {self.quantity}"

    @property
    def live(self) -> bool:
        return self.state in (self.State.HELD, self.State.TAKEN)


class Movement(models.Model):
    """One change of a pool; rows are only ever added (a trigger refuses anything else).

    The sums of the four changes over a pool's movements are its ``total``, ``held``, ``taken`` and ``used``.
    """

    class Kind(models.TextChoices):
        OPEN = "open", pgettext_lazy("capacity", "opened")
        ADJUST = "adjust", pgettext_lazy("capacity", "adjusted")
        HOLD = "hold", pgettext_lazy("capacity", "held")
        TAKE = "take", pgettext_lazy("capacity", "taken")
        USE = "use", pgettext_lazy("capacity", "used")
        RELEASE = "release", pgettext_lazy("capacity", "released")
        EXPIRE = "expire", pgettext_lazy("capacity", "expired")

    pool = models.ForeignKey(Pool, models.PROTECT, related_name="movements", verbose_name=_("capacity pool"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    owner = models.CharField(pgettext_lazy("hold", "owner"), max_length=80, blank=True)
    total_change = models.IntegerField(_("change of what was opened"), default=0)
    held_change = models.IntegerField(_("change of held"), default=0)
    taken_change = models.IntegerField(_("change of taken"), default=0)
    used_change = models.IntegerField(_("change of used"), default=0)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = pgettext_lazy("capacity", "movement")
        verbose_name_plural = _("movements")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(total_change=0, held_change=0, taken_change=0, used_change=0),
                name="capacity_movement_moves",
            ),
            # A person who changes what there is says why.
            models.CheckConstraint(condition=~Q(kind="adjust", reason=""), name="capacity_adjustment_has_reason"),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class Proof(models.Model):
    """One nightly comparison of all balances with their movements; ``differences`` is empty when everything is right."""

    at = models.DateTimeField(_("when"), auto_now_add=True)
    pools = models.PositiveIntegerField(_("capacity pools"))
    differences = models.JSONField(_("differences"), default=list)

    class Meta:
        verbose_name = pgettext_lazy("capacity", "proof")
        verbose_name_plural = _("proofs")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {len(self.differences)}"
