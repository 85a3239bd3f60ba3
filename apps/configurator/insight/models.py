"""Two tables: the events of the last days, and what they add up to a day."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class InsightEvent(models.Model):
    """One thing somebody did. Nothing here says who, from where or at what time of the day."""

    class Kind(models.TextChoices):
        CHOSEN = "chosen", pgettext_lazy("insight", "chosen")
        REFUSED = "refused", pgettext_lazy("insight", "refused")
        CLEARED = "cleared", pgettext_lazy("insight", "taken back")
        ASKED = "asked", pgettext_lazy("insight", "asked why not")
        REPAIRED = "repaired", pgettext_lazy("insight", "made possible")
        BUDGET = "budget", pgettext_lazy("insight", "set a budget")
        STEP = "step", pgettext_lazy("insight", "went to a group")
        FINISHED = "finished", pgettext_lazy("insight", "decided everything")
        SAVED = "saved", pgettext_lazy("insight", "saved")

    configurator = models.ForeignKey(
        "configurator.Configurator", on_delete=models.CASCADE, related_name="+", verbose_name=_("configurator")
    )
    version_number = models.PositiveIntegerField(_("version"))
    day = models.DateField(_("day"))
    visit = models.UUIDField(
        _("visit"), null=True, blank=True, help_text=_("random, for one stay on the page; empty without JavaScript")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    code = models.CharField(_("code"), max_length=40, blank=True, help_text=_("of an option or a group"))
    codes = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("codes"),
        default=list,
        blank=True,
        help_text=_("the rules that blocked what was asked for, the options of a saved car"),
    )
    amount = models.BigIntegerField(_("amount"), null=True, blank=True, help_text=_("yuan, rounded down to 10,000"))

    class Meta:
        verbose_name = _("insight event")
        verbose_name_plural = _("insight events")
        ordering = ["pk"]
        indexes = [models.Index(fields=["day", "visit"], name="insightevent_day_visit")]
        constraints = [
            # An exact budget could tell people apart.
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="insightevent_amount_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"


class InsightCount(models.Model):
    """How many stays of a day did one thing; ``key`` is what the measure counts by."""

    class Measure(models.TextChoices):
        VISITS = "visits", pgettext_lazy("insight", "configurations begun")
        FINISHED = "finished", pgettext_lazy("insight", "configurations finished")
        SAVED = "saved", pgettext_lazy("insight", "cars saved")
        CHOSEN = "chosen", pgettext_lazy("insight", "option chosen")
        TAKEN = "taken", pgettext_lazy("insight", "option in a saved car")
        CLEARED = "cleared", pgettext_lazy("insight", "option taken back or refused")
        BLOCKED = "blocked", pgettext_lazy("insight", "blocked option asked for")
        RULE = "rule", pgettext_lazy("insight", "blocked option and rule")
        REPAIRED = "repaired", pgettext_lazy("insight", "blocked option made possible")
        STOPPED = "stopped", pgettext_lazy("insight", "group where somebody stopped")
        BUDGET = "budget", pgettext_lazy("insight", "budget")

    configurator = models.ForeignKey(
        "configurator.Configurator", on_delete=models.CASCADE, related_name="+", verbose_name=_("configurator")
    )
    day = models.DateField(_("day"))
    measure = models.CharField(_("measure"), max_length=8, choices=Measure)
    key = models.CharField(_("key"), max_length=81, blank=True)
    number = models.PositiveIntegerField(pgettext_lazy("count", "number"))

    class Meta:
        verbose_name = _("configurator insight")
        verbose_name_plural = _("configurator insight")
        ordering = ["configurator", "day", "measure", "key"]
        constraints = [
            # Counting a day again replaces it, never doubles it.
            models.UniqueConstraint(fields=["configurator", "day", "measure", "key"], name="insightcount_once"),
            models.CheckConstraint(condition=Q(number__gt=0), name="insightcount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.measure} {self.key}: {self.number}"
