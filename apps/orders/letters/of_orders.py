"""An order's way from placing it to its end."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from apps.messaging.kinds import Topic
from apps.orders.letters.text import SEE, Text

ORDERS: Mapping[str, Text] = {
    "placed": Text(
        _("We have your order"),
        (
            _(
                "Thank you for your order over %(total)s. We hold everything for you for 15 minutes: pay on the order's page to keep it."
            ),
            _("If no payment arrives by then, the car and the parts go back on sale, and you owe nothing."),
        ),
        _("Pay now"),
        ("order", "car", "total", "store"),
    ),
    "expired": Text(
        _("Your order has run out"),
        (
            _(
                "No payment arrived in time, so what we held for you is free again. You owe nothing. If a payment is still on its way, we either find you a place again or send all of it back."
            ),
        ),
        SEE,
    ),
    "reserved": Text(
        _("Your place is safe"),
        (
            _("Your payment has arrived. You may still cancel free of charge until you sign the contract."),
            _(
                "The next step is yours: read the contract and sign it. The maker begins only then. Without a signature nothing happens for 30 days; then we cancel the order and send everything back."
            ),
        ),
        _("Read and sign the contract"),
        ("order", "car", "paid", "store"),
    ),
    "goods_reserved": Text(
        _("Your payment has arrived"),
        (_("We are packing your order now and tell you when it is on its way."),),
        SEE,
        ("order", "paid"),
    ),
    "remind_to_sign": Text(
        _("Your contract is waiting for you"),
        (
            _(
                "It is ready to be signed on the order's page. The maker begins only then. If you have changed your mind, cancelling is still free; without a signature the order ends by itself 30 days after your payment, and everything goes back."
            ),
        ),
        _("Read and sign the contract"),
        topic=Topic.REMINDERS,
        sms=_("your contract waits to be signed. Cancelling is still free."),
    ),
    "signed": Text(
        _("The contract is made"),
        (
            _(
                "You have signed, and the maker has your order. The contract, as you signed it, can be read on the order's page; the checksum below proves it unchanged."
            ),
            _("Cancelling is still possible, at the fee of the table you signed."),
        ),
        SEE,
        ("order", "car", "total", "paid", "store", "checksum"),
    ),
    "changed": Text(
        _("Your order was changed"),
        (
            _(
                "The new build holds, and its price stands on the order's page. What you had before was given up only when the new one was certain."
            ),
        ),
        SEE,
        ("order", "car", "total"),
    ),
    "scheduled": Text(
        _("Your car has its place on the line"),
        (_("The maker has accepted your build. We tell you when the car is built and checked."),),
        SEE,
        ("order", "car", "expected"),
        Topic.PROGRESS,
    ),
    "alloc_failed": Text(
        _("The maker cannot build your car as planned"),
        (
            _(
                "The maker has withdrawn the place. It is your choice what happens now: another date, another build, or your money back in full, with a credit for the trouble."
            ),
            _("Nothing is decided without you. If we do not hear from you, somebody of ours calls you."),
        ),
        _("Choose what happens"),
        sms=_("the maker cannot build your car as planned. Please choose what happens."),
    ),
    "delayed": Text(
        _("Your car is late"),
        (
            _(
                "We promised it for an earlier day. Each day it is late is credited to you; the new date stands on the order's page."
            ),
        ),
        SEE,
        ("order", "car", "expected", "credit"),
    ),
    "vin_assigned": Text(
        _("Your car is built"),
        (_("It was checked against your order, piece by piece, and is about to leave for the store."),),
        SEE,
        ("order", "car", "vin", "expected"),
        Topic.PROGRESS,
    ),
    "mismatch": Text(
        _("Your car was not built as you ordered it"),
        (
            _(
                "We compared it with your order before it left, and something differs. It is your choice: take it with a credit, have it built again, or get everything back."
            ),
            _(
                "Nothing is decided without you. If we do not hear from you within seven days, somebody of ours calls you."
            ),
        ),
        _("See what differs and choose"),
        sms=_("your car was not built as ordered. Please choose what happens."),
    ),
    "in_transit": Text(
        _("Your car is on its way"),
        (_("The carrier has it and brings it to the store."),),
        SEE,
        ("order", "car", "vin", "store", "expected"),
        Topic.PROGRESS,
    ),
    "changed_dearer": Text(
        _("Your order was changed"),
        (
            _("The new build holds: it costs %(total)s, and what you paid counts towards it."),
            _("You pay %(amount)s more before the hand-over."),
        ),
        SEE,
        ("order", "car", "total", "paid", "due"),
    ),
    "changed_cheaper": Text(
        _("Your order was changed"),
        (
            _("The new build holds: it costs %(total)s, and what you paid counts towards it."),
            _("It costs %(amount)s less. That lowers what is still to be paid; what is over comes back to you."),
        ),
        SEE,
        ("order", "car", "total", "paid", "due"),
    ),
    "at_store": Text(
        _("Your car is at the store"),
        (_("It is prepared and fitted now. What is still to be paid has to be there before the hand-over."),),
        _("See the order and pay what is open"),
        ("order", "car", "due", "store"),
        sms=_("your car is at the store. What is open has to be paid before the hand-over."),
    ),
    "ready": Text(
        _("Your car is ready"),
        (
            _(
                "We have taken a time for the hand-over; another one can be chosen on the order's page. The attached file puts it into your calendar."
            ),
            _("Bring your ID. Walk round the car with us: only your signature makes it yours."),
        ),
        _("See or move the hand-over"),
        ("order", "car", "vin", "handover", "store"),
        sms=_("your car is ready. Hand-over: %(when)s, %(store)s."),
    ),
    "handover_moved": Text(
        _("The hand-over has another time"),
        (_("The old time is free again. The attached file puts the new one into your calendar."),),
        _("See or move the hand-over"),
        ("order", "car", "handover", "store"),
        sms=_("the hand-over was moved to %(when)s, %(store)s."),
    ),
    "rejected": Text(
        _("We put right what you did not accept"),
        (
            _(
                "You refused the car as it stood. The store mends what you named and then offers you a new time; or you cancel and get your money back."
            ),
        ),
        _("See what happens next"),
    ),
    "delivered": Text(
        _("Welcome on the road"),
        (
            _("The car is yours. The warranty starts today, and so do your plans."),
            _(
                "If something is not right, you can give the car back on the terms of your contract; the order's page says until when."
            ),
        ),
        _("See the order"),
        ("order", "car", "vin"),
    ),
    "returning": Text(
        _("We have noted that you give the car back"),
        (_("Bring it to the store. Once it has been looked at, everything that is due to you is sent back."),),
        SEE,
        ("order", "car", "vin", "store"),
    ),
    "returned": Text(
        _("The car is back with us"),
        (_("It was looked at, and what is due to you is on its way to where it came from."),),
        SEE,
        ("order", "car", "amount"),
    ),
    "completed": Text(
        _("Your order is complete"),
        (_("Everything of this order is done. Thank you; if you like, tell others how it was."),),
        SEE,
        topic=Topic.PROGRESS,
    ),
    "cancelling": Text(
        _("Your order is being cancelled"),
        (
            _(
                "We are undoing it step by step. What is due to you is sent back to where it came from; a bank may take some days to show it."
            ),
        ),
        SEE,
        ("order", "car", "amount", "fee"),
    ),
    "cancelled": Text(
        _("Your order is cancelled"),
        (_("It is undone and settled. What was to be refunded has been sent back to where it came from."),),
        SEE,
        ("order", "fee"),
    ),
    "find": Text(
        _("The link to your order"),
        (_("Here is the link to your order, as you asked for. If it was not you who asked, you need do nothing."),),
        _("Open the order"),
        ("order",),
    ),
}
