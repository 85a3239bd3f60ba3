"""Which acts lead an order along a rule of the table: the rules walked least come first."""

from collections.abc import Mapping
from random import Random

from apps.orders.lifecycle import TRANSITIONS, Rule
from apps.orders.models import Order
from tests.orders.walking.crashing import Record
from tests.orders.walking.shop import MOST_ORDERS

# By a rule's act: what is done for it, one after the other.
LEADS: Mapping[str, tuple[str, ...]] = {
    "place": ("order",),
    "expire": ("ask", "sweep"),
    "reserve": ("ask", "pay_what_was_asked"),
    "change": ("take_time", "change", "hurry"),
    "cancel": ("cancel",),
    "sign": ("sign",),
    "send": ("step", "step", "step"),
    "schedule": ("step", "step"),
    "refuse_build": ("maker_refuses",),
    "other_slot": ("open_more", "other_slot"),
    "assign_vin": ("step", "step"),
    "find_mismatch": ("build_wrongly", "step", "step"),
    "accept_mismatch": ("take_it_so",),
    "rebuild": ("open_more", "rebuild"),
    "ship": ("step",),
    "arrive": ("step", "step"),
    "find_damage": ("damage", "inspect"),
    "make_ready": ("ask", "pay_what_was_asked", "step", "step", "step", "step"),
    "accept_delivery": ("accept",),
    "reject_delivery": ("reject",),
    "fix": ("fix",),
    "ask_to_return": ("give_back",),
    "keep": ("keep",),
    "take_back": ("take_back",),
    "complete": ("step", "step", "sweep"),
    "settle": ("step", "step", "step", "confirm_refund", "confirm_refund", "confirm_refund"),
}
# Chains that no rule of the header speaks of.
BESIDES = (
    ("ask_for_loan", "hand_in_papers", "hand_in_papers", "submit_loan", "bank_lends", "bank_pays"),
    ("ask_for_loan", "hand_in_papers", "hand_in_papers", "submit_loan", "bank_declines"),
    ("ask_for_loan", "withdraw_loan"),
    ("spend_coins", "sign", "cancel"),
    ("bring_old_car", "value_old_car", "value_old_car", "count_old_car_in", "look_at_old_car", "take_less_for_old_car"),
    ("bring_old_car", "value_old_car", "count_old_car_in", "keep_old_car"),
    ("ask_for_leniency", "decide_on_leniency", "cancel"),
    ("contest", "bank_decides", "finance_clears"),
    ("ask", "pay_wrongly", "send_all_back", "confirm_refund"),
    ("ask", "begin_paying", "fail"),
    ("be_generous", "confirm_refund"),
    ("be_very_generous", "be_very_generous", "transfer_credit", "confirm_transfer"),
    ("be_very_generous", "transfer_credit", "miss_transfer"),
    ("leave_out",),
    ("damage", "inspect"),
    ("repeat",),
    ("work", "work"),
)


def next_acts(record: Record, chance: Random) -> tuple[tuple[str, ...], Order | None]:
    """Acts, and the order to do them to."""
    orders = list(Order.objects.order_by("pk"))
    if (len(orders) < MOST_ORDERS and chance.random() < 0.3) or not orders:
        return (("order_goods",) if chance.random() < 0.2 else ("order",)), None
    order = chance.choice(orders)
    if chance.random() < 0.35:
        return chance.choice(BESIDES), order
    rules: list[Rule] = [rule for rule in TRANSITIONS if rule.source == order.status]
    if not rules:
        return chance.choice(BESIDES), order
    rarest = min(record.ways[rule.pair] + record.tried[rule.pair] for rule in rules)
    rule = chance.choice([one for one in rules if record.ways[one.pair] + record.tried[one.pair] == rarest])
    record.tried[rule.pair] += 1
    return LEADS[rule.act], order
