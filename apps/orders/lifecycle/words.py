"""What a state means to the buyer, and the line along which orders are shown."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.orders.lifecycle.states import Status

# The order in which a car order's steps are shown: what is behind, where it stands, what is still to come.
MAIN_LINE = (
    Status.PLACED,
    Status.RESERVED,
    Status.SIGNED,
    Status.SCHEDULED,
    Status.VIN_ASSIGNED,
    Status.IN_TRANSIT,
    Status.AT_STORE,
    Status.READY,
    Status.DELIVERED,
    Status.COMPLETED,
)
WHAT_IT_MEANS: Mapping[str, Promise] = {
    Status.PLACED: _("We hold everything for you for 15 minutes, until the payment arrives."),
    Status.EXPIRED: _("The payment did not arrive in time, and what we held is free again."),
    Status.RESERVED: _("Your place is safe. You may cancel free of charge until you sign."),
    Status.SIGNED: _("The contract is made, and the maker has your order."),
    Status.ALLOC_FAILED: _("The maker cannot build your car as agreed. You decide: another slot, another car, or all your money back."),
    Status.SCHEDULED: _("Your car has its place on the line."),
    Status.VIN_ASSIGNED: _("Your car is built and checked against your order."),
    Status.MISMATCH: _("The car is not as it was promised. You decide what happens."),
    Status.IN_TRANSIT: _("The carrier is bringing your car to the store."),
    Status.AT_STORE: _("Your car is at the store, where it is prepared and fitted."),
    Status.READY: _("Your car is ready. Come and see it, then accept it."),
    Status.REJECTED: _("You did not accept the car. The store puts right what you named, or you cancel free of charge."),
    Status.DELIVERED: _("The car is yours. Drive well."),
    Status.RETURNING: _("You are giving the car back. The store looks at it, then your money is sent."),
    Status.RETURNED: _("The car is back, and your money is on its way or has arrived."),
    Status.COMPLETED: _("Everything of this order is done."),
    Status.CANCELLING: _("We are undoing the order and sending your money back."),
    Status.CANCELLED: _("The order is cancelled and settled."),
}  # fmt: skip
