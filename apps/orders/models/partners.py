"""How the simulated partners behave, for demonstrations: a row here wins over the environment."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.orders.partners.simulation import Faults

PERCENT = ("refuse", "wrong_vin", "wrong_build", "damage", "repair", "find", "error", "lost", "silent")


class PartnerBehaviour(models.Model):
    """Percent of a partner's jobs, or of the calls to it, that go wrong in each way."""

    class Partner(models.TextChoices):
        MAKER = "maker", _("The maker")
        CARRIER = "carrier", _("The carrier")
        WORKSHOP = "workshop", _("The workshop")
        STORE = "store", _("The store")

    partner = models.CharField(_("partner"), max_length=10, choices=Partner, unique=True)
    refuse = models.PositiveSmallIntegerField(_("maker refuses the build, %"), default=0)
    wrong_vin = models.PositiveSmallIntegerField(_("maker sends a wrong VIN, %"), default=0)
    wrong_build = models.PositiveSmallIntegerField(_("maker builds something else, %"), default=0)
    damage = models.PositiveSmallIntegerField(_("carrier damages the car, %"), default=0)
    repair = models.PositiveSmallIntegerField(_("workshop finds a fault, %"), default=0)
    find = models.PositiveSmallIntegerField(_("store does not pass the car, %"), default=0)
    error = models.PositiveSmallIntegerField(_("calls that fail, %"), default=0)
    lost = models.PositiveSmallIntegerField(_("answers that are lost, %"), default=0)
    silent = models.PositiveSmallIntegerField(_("calls that are never answered, %"), default=0)
    delay_ms = models.PositiveIntegerField(_("delay in milliseconds"), default=0)

    class Meta:
        verbose_name = _("simulated partner")
        verbose_name_plural = _("simulated partners")
        constraints = [
            models.CheckConstraint(
                condition=Q(*((f"{name}__lte", 100) for name in PERCENT)), name="partner_behaviour_percent"
            ),
            models.CheckConstraint(condition=Q(delay_ms__lte=30_000), name="partner_behaviour_delay"),
        ]

    def __str__(self) -> str:
        return str(self.get_partner_display())

    def faults(self) -> Faults:
        return Faults(delay_ms=self.delay_ms, **{name: getattr(self, name) for name in PERCENT})
