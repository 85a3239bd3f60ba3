"""What staff may do to orders."""

from typing import TYPE_CHECKING

from apps.common.errors import NotAllowed

if TYPE_CHECKING:
    from apps.accounts.models import User

ADVANCE, CANCEL, REFUND = "orders.advance_order", "orders.cancel_any_order", "orders.refund_order"
SUPPLY = "orders.add_allotment"
CONTRACTS = "orders.view_contract"
INSPECT, TAKE_BACK = "orders.inspect_car", "orders.take_back_car"
WAIVE, CLEAR = "orders.approve_waiver", "orders.clear_dispute"
SETTLE, LOANS, TRADE_INS = "orders.import_settlement", "orders.decide_loan", "orders.value_tradein"


def require_permission(user: "User | None", permission: str) -> None:
    """Refuse whoever may not.

    Raises:
        NotAllowed
    """
    if user is None or not (user.is_staff and user.has_perm(permission)):
        raise NotAllowed
