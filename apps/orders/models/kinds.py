"""What a line can be."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LineKind(models.TextChoices):
    CAR = "car", _("Car")
    COVER = "cover", _("Car cover")
    PLAN = "maintenance_plan", _("Maintenance plan")
    ACCESSORY = "accessory", _("Accessory")
    CHARGER = "charger", _("Charging pile")
