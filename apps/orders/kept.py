"""What the database keeps, in words: for the rare case that only it still sees that something cannot be."""

from collections.abc import Mapping

from django.db import IntegrityError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from psycopg import Error

from apps.common.errors import DomainError
from apps.orders.errors import Overtaken

# What each constraint and trigger keeps.
KEPT: Mapping[str, Promise] = {
    "orders_order_status_follows": _("The order has moved on meanwhile. Please look at it as it is now."),
    "orders_paymentleg_status_follows": _("The payment has moved on meanwhile. Please look at it as it is now."),
    "orders_order_flag_stops": _("The order is stopped: a payment is contested, or damage is being looked at."),
    "orders_orderline_status_follows": _("The line has moved on meanwhile. Please look at it as it is now."),
    "orders_transition_append_only": _("An order's history is not rewritten."),
    "transition_number": _("The order has moved on meanwhile. Please look at it as it is now."),
    "transition_key": _("This step was taken already."),
    "allocation_one_per_vehicle": _("This car belongs to another order."),
    "allocation_one_per_order": _("This order has its car already."),
    "step_one_open_per_order": _("Another step of this order is still open."),
    "order_legs_cover_total": _("The payments do not add up to the order's total."),
    "ledger_wallet_not_negative": _("There are not enough coins for this."),
    "leg_captured_is_the_amount": _("This is not the amount that was asked for."),
    "leg_refunded_within_captured": _("No more can go back than was paid."),
    "inspection_passed_by_two": _("Two people have to sign for the car."),
    "inspection_two_different_people": _("The second signature has to be somebody else's."),
    "return_one_open": _("Something of this order is being returned already."),
    "waiver_four_eyes": _("Whoever asks for a waiver does not decide it."),
    "orders_payout_status_follows": _("The transfer has moved on meanwhile. Please look at it as it is now."),
    "orders_payout_is_final": _("What was transferred and confirmed is not rewritten."),
    "payout_reference_once": _("A transfer with this reference was noted before, for something else."),
    "payout_two_people": _("Whoever noted the transfer does not confirm it."),
    "orders_contract_is_final": _("A signed contract is not rewritten."),
    "orders_orderchange_append_only": _("An order's history is not rewritten."),
    "order_signed_has_contract": _("Without the buyer's signature the order does not go on."),
}


def refusal_of(error: IntegrityError) -> DomainError | None:
    """What a violated constraint means to a person, or None for one that nobody should ever meet."""
    cause = error.__cause__
    name = (cause.diag.constraint_name or "") if isinstance(cause, Error) else ""
    return Overtaken(KEPT[name], extra={"constraint": name}) if name in KEPT else None
