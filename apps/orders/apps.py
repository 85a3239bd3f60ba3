from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "apps.orders"
    label = "orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        from apps.orders import checks, lag  # noqa: F401  they register themselves
        from apps.orders.lifecycle import Status
        from apps.outbox import topics

        topics.register("order", [f"order.{status}" for status in Status.values])
