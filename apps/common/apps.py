from django.apps import AppConfig
from django.contrib.admin import autodiscover
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.utils.translation import gettext_lazy as _


class CommonConfig(AppConfig):
    name = "apps.common"
    label = "common"
    verbose_name = _("Common")

    def ready(self) -> None:
        """Make the catalogues readable before the first text is looked up."""
        from apps.common import messages

        messages.compile_catalogues()


class BackOfficeConfig(SimpleAdminConfig):
    """The admin site with our own policy for scripts, in place of Django's default one."""

    default_site = "apps.common.backoffice.BackOffice"

    def ready(self) -> None:
        super().ready()
        autodiscover()


class StaticFiles(StaticFilesConfig):
    """Leaves out what dependencies bring, and what only the stills' studio uses: packing it would take long."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "redoc",
        "rest_framework",
        "htmx-4*",
        "htmax*",
        "photograph.js",
        "*.md",
    ]
