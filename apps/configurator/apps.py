from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConfiguratorConfig(AppConfig):
    name = "apps.configurator"
    label = "configurator"
    verbose_name = _("Configurator")

    def ready(self) -> None:
        """Celery finds tasks in ``tasks.py`` only; the nightly count lies with what it counts."""
        from apps.configurator.insight import tasks  # noqa: F401
