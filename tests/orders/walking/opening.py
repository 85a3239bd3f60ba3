"""The shop as it opens: its cars, its people, and the names of what anybody may do."""

from apps.ledger.services import post, wallet
from tests.factories.accounts import make_staff, make_user
from tests.factories.bundles import make_accessory
from tests.factories.configurator import make_build, make_configurator
from tests.factories.orders import make_delivery_store, make_slots
from tests.orders.walking.lines import Lines
from tests.orders.walking.means import Means
from tests.orders.walking.shop import World, acts_of
from tests.orders.walking.wild import Wild

ACTS = acts_of(World, Wild, Means)
SLOTS, PARTS, PURSE = 2, 2, 50_000
RIGHTS = (
    "advance_order",
    "refund_order",
    "inspect_car",
    "take_back_car",
    "clear_dispute",
    "cancel_any_order",
    "approve_waiver",
    "decide_loan",
    "value_tradein",
)
CHOICES = (("buy", "red", "large"), ("buy", "blue", "large"), ("rent", "blue", "small"))


def open_shop(slots: int = SLOTS) -> Lines:
    """With two clerks, of whom either may do everything, and a buyer with coins."""
    configurator = make_configurator()
    make_slots(configurator, slots)
    rights = tuple(f"orders.{right}" for right in RIGHTS)
    clerk = make_staff(permissions=rights)
    shop = Lines(make_build(configurator), make_delivery_store(), make_accessory(stock=PARTS).sku, clerk, slots)
    shop.others = [make_build(configurator, *one).code for one in CHOICES]
    shop.colleague, shop.buyer = make_staff(permissions=rights), make_user()
    movement = [(wallet(shop.buyer.pk), PURSE), ("coins:issued", -PURSE)]
    post(key=f"give:{shop.buyer.pk}", kind="grant", postings=movement, currency="COIN")
    return shop
