from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    name = "apps.outbox"
    label = "outbox"
    verbose_name = _("Outbox")

    def ready(self) -> None:
        from apps.outbox import checks  # noqa: F401  registers itself
