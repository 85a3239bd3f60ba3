from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BundlesConfig(AppConfig):
    name = "apps.bundles"
    label = "bundles"
    verbose_name = _("Bundles")

    def ready(self) -> None:
        from apps.bundles.naming import name_stock
        from apps.capacity import kinds, naming

        naming.register(kinds.STOCK, name_stock)
