"""Build slots for every car that can be configured, and past orders in every state."""

from apps.accounts.models import User
from apps.common.demo import DemoOptions, Report
from apps.orders.demo.past import load_past
from apps.orders.demo.supply import open_supply
from apps.orders.models import Order
from apps.stores.models import StoreStaff


def load(options: DemoOptions, report: Report) -> None:
    """Open the supply and tell the past, where they are not there yet. Run again, it changes nothing."""
    open_supply(report)
    load_past(options, report)
    post_clerk()


def post_clerk() -> None:
    """The store's person of the cast works where cars wait for their hand-over, so that there is something to hand over."""
    clerk = User.objects.filter(email="store@kaiche.example").first()
    if clerk is None or clerk.store_posts.exists():
        return
    stores = Order.objects.filter(status="ready").exclude(delivery_store=None).values_list("delivery_store", flat=True)
    StoreStaff.objects.bulk_create(
        (StoreStaff(store_id=store, user=clerk) for store in list(dict.fromkeys(stores))[:5] if store),
        ignore_conflicts=True,
    )
