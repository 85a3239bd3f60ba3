"""Which forms of the back office have done what they were sent for."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class FormSent(models.Model):
    """A form that a clerk has sent and that was acted upon: written in the act's own transaction, so that the same form sent again
    is recognised, and what went wrong can be sent again."""

    key = models.CharField(
        _("key"), max_length=64, unique=True, help_text=_("Made when the form was shown; of one clerk.")
    )
    content = models.CharField(_("content"), max_length=64, help_text="SHA-256")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user"))
    at = models.DateTimeField(pgettext_lazy("form", "sent"), auto_now_add=True)

    class Meta:
        verbose_name = _("form sent")
        verbose_name_plural = _("forms sent")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.key
