from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "apps.orders"
    label = "orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        from apps.capacity import kinds, naming
        from apps.orders import checks, lag  # noqa: F401  they register themselves
        from apps.orders.lifecycle import Status
        from apps.orders.naming import name_builds, name_installers
        from apps.outbox import topics

        topics.register("order", {f"order.{status}": status.label for status in Status}, _("order"))
        naming.register(kinds.BUILD, name_builds)
        naming.register(kinds.INSTALL, name_installers)
