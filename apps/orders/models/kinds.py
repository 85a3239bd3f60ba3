"""What a line can be."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LineKind(models.TextChoices):
    CAR = "car", _("Car")
    COVER = "cover", _("Car cover")
    PLAN = "maintenance_plan", _("Maintenance plan")
    ACCESSORY = "accessory", _("Accessory")
    CHARGER = "charger", _("Charging pile")
    MADE = "made_to_order", _("Made to order")
    LEASE = "battery_lease", _("Battery lease")
    WARRANTY = "warranty", _("Warranty")
    TRADE_IN = "trade_in", _("Trade-in credit")


# What a visitor puts into a basket; the others come with an order.
BUYABLE = (LineKind.CAR, LineKind.COVER, LineKind.PLAN, LineKind.ACCESSORY, LineKind.CHARGER)
BUYABLE_CHOICES = [(kind.value, kind.label) for kind in BUYABLE]
