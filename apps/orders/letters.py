"""What each message about an order says: one row a kind. Texts may use %(number)s, %(car)s, %(store)s, %(total)s, %(due)s,
%(amount)s, %(when)s, %(day)s and %(name)s; ``notices`` fills them in. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.messaging.kinds import Topic


@dataclass(frozen=True, slots=True)
class Text:
    """``sms`` is the short version, for what cannot wait for the next look into the mail. ``facts`` names what stands in
    the table below (see ``notices.FACTS``).
    """

    subject: Promise
    paragraphs: tuple[Promise, ...]
    action: Promise
    facts: tuple[str, ...] = ("order", "car")
    topic: Topic = Topic.ESSENTIAL
    sms: Promise | None = None


_SEE = _("See the order")
_PROGRESS, _REMINDERS = Topic.PROGRESS, Topic.REMINDERS

TEXTS: Mapping[str, Text] = {
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
        _SEE,
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
        _SEE,
        ("order", "paid"),
    ),
    "too_late": Text(
        _("Your payment came too late and is on its way back"),
        (
            _(
                "It arrived after the hold had run out, and the last one was sold meanwhile. We are sending the whole amount back to where it came from."
            ),
        ),
        _SEE,
    ),
    "payment_failed": Text(
        _("Your payment did not go through"),
        (_("Nothing was charged. You can try again on the order's page, the same way or another."),),
        _("Try again"),
        ("order", "car", "due"),
    ),
    "pay_again": Text(
        _("A payment is to be made once more"),
        (
            _(
                "A whole payment for this order has gone back to you, so it is due again. Pay on the order's page to keep everything as it is; if you would rather cancel, you can do that there too."
            ),
        ),
        _("Pay now"),
        ("order", "car", "due"),
    ),
    "loan_approved": Text(
        _("Your loan is approved"),
        (_("The bank pays its part straight to us. You need not do anything more for it."),),
        _SEE,
        ("order", "car", "due"),
    ),
    "loan_declined": Text(
        _("The bank does not give the loan"),
        (
            _(
                "Its part is now among your own payments. The reason stands on the order's page; if you would rather cancel, you can do that there too."
            ),
        ),
        _SEE,
        ("order", "car", "due"),
    ),
    "trade_in_offer": Text(
        _("Our offer for your old car"),
        (_("We give %(amount)s for it. The offer is firm for seven days: take it on the order's page."),),
        _("See the offer"),
        ("order", "amount"),
    ),
    "trade_in_short": Text(
        _("Your old car is worth less than we had offered"),
        (
            _(
                "On inspection %(amount)s are missing. You decide on the order's page whether you take the lower value or keep the car; if it is over five percent, you may also cancel the whole order free of charge."
            ),
        ),
        _("Decide"),
        ("order", "amount"),
    ),
    "payment_suspect": Text(
        _("We are checking your payment"),
        (
            _(
                "The amount that arrived is not the one that was asked for. Somebody is looking into it today; what was too much goes back to you."
            ),
        ),
        _SEE,
    ),
    "remind_to_sign": Text(
        _("Your contract is waiting for you"),
        (
            _(
                "It is ready to be signed on the order's page. The maker begins only then. If you have changed your mind, cancelling is still free; without a signature the order ends by itself 30 days after your payment, and everything goes back."
            ),
        ),
        _("Read and sign the contract"),
        topic=_REMINDERS,
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
        _SEE,
        ("order", "car", "total", "paid", "store", "checksum"),
    ),
    "changed": Text(
        _("Your order was changed"),
        (
            _(
                "The new build holds, and its price stands on the order's page. What you had before was given up only when the new one was certain."
            ),
        ),
        _SEE,
        ("order", "car", "total"),
    ),
    "scheduled": Text(
        _("Your car has its place on the line"),
        (_("The maker has accepted your build. We tell you when the car is built and checked."),),
        _SEE,
        ("order", "car", "expected"),
        _PROGRESS,
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
        _SEE,
        ("order", "car", "expected", "credit"),
    ),
    "vin_assigned": Text(
        _("Your car is built"),
        (_("It was checked against your order, piece by piece, and is about to leave for the store."),),
        _SEE,
        ("order", "car", "vin", "expected"),
        _PROGRESS,
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
        _SEE,
        ("order", "car", "vin", "store", "expected"),
        _PROGRESS,
    ),
    "changed_dearer": Text(
        _("Your order was changed"),
        (
            _("The new build holds: it costs %(total)s, and what you paid counts towards it."),
            _("You pay %(amount)s more before the hand-over."),
        ),
        _SEE,
        ("order", "car", "total", "paid", "due"),
    ),
    "changed_cheaper": Text(
        _("Your order was changed"),
        (
            _("The new build holds: it costs %(total)s, and what you paid counts towards it."),
            _("It costs %(amount)s less. That lowers what is still to be paid; what is over comes back to you."),
        ),
        _SEE,
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
        _SEE,
        ("order", "car", "vin", "store"),
    ),
    "returned": Text(
        _("The car is back with us"),
        (_("It was looked at, and what is due to you is on its way to where it came from."),),
        _SEE,
        ("order", "car", "amount"),
    ),
    "completed": Text(
        _("Your order is complete"),
        (_("Everything of this order is done. Thank you; if you like, tell others how it was."),),
        _SEE,
        topic=_PROGRESS,
    ),
    "cancelling": Text(
        _("Your order is being cancelled"),
        (
            _(
                "We are undoing it step by step. What is due to you is sent back to where it came from; a bank may take some days to show it."
            ),
        ),
        _SEE,
        ("order", "car", "amount", "fee"),
    ),
    "cancelled": Text(
        _("Your order is cancelled"),
        (_("It is undone and settled. What was to be refunded has been sent back to where it came from."),),
        _SEE,
        ("order", "fee"),
    ),
    "refund_sent": Text(
        _("Money is on its way to you"),
        (
            _(
                "We have sent %(amount)s back to where it came from. A bank may take some days to show it; we write again when it is there."
            ),
        ),
        _SEE,
        ("order", "amount"),
    ),
    "refund_arrived": Text(
        _("Your refund has arrived"),
        (_("The payment service has confirmed that %(amount)s is back with you."),),
        _SEE,
        ("order", "amount"),
    ),
    "credit": Text(
        _("A credit for you"),
        (
            _(
                "We have credited %(amount)s to your order. It lowers what is still to be paid, or is sent to you at the end."
            ),
        ),
        _SEE,
        ("order", "amount"),
    ),
    "credit_paid_out": Text(
        _("Your credit was transferred to you"),
        (
            _(
                "No payment of this order could take the rest of your credits, so we have transferred %(amount)s to your bank account. A bank may take some days to show it."
            ),
        ),
        _SEE,
        ("order", "amount", "transferred", "reference"),
    ),
    "shipped": Text(
        _("Your parcel is on its way"),
        (_("It has left the warehouse and should be with you in about three days."),),
        _SEE,
        ("order",),
        _PROGRESS,
    ),
    "install_survey": Text(
        _("We look at the place for your charger"),
        (
            _(
                "Somebody comes to your address, looks at the wiring and tells you what the installation costs beyond what is included. The visit is free."
            ),
        ),
        _("See or move the visit"),
        ("order", "visit", "address"),
        sms=_("the visit for your charger is on %(when)s."),
    ),
    "install_quoted": Text(
        _("The offer for your charger is there"),
        (
            _("The installation at your place costs %(amount)s beyond what is included. It begins only if you accept."),
            _(
                "That is paid to the store on the day. If you decline, what you paid for charger and installation goes back to you."
            ),
        ),
        _("See the offer"),
        ("order", "amount"),
    ),
    "install_booked": Text(
        _("Your charger is installed soon"),
        (_("Somebody comes to your address and installs it. Please see that the meter can be reached."),),
        _("See or move the visit"),
        ("order", "visit", "address"),
        sms=_("your charger is installed on %(when)s."),
    ),
    "install_done": Text(
        _("Your charger is installed"),
        (_("Please look at it and say on the order's page that all is well, or what is not."),),
        _("Accept the installation"),
        ("order", "address"),
    ),
    "install_infeasible": Text(
        _("Your charger cannot be installed"),
        (
            _(
                "The wiring at your address does not allow it. What you paid for charger and installation goes back to you by itself."
            ),
        ),
        _SEE,
        ("order", "amount"),
    ),
    "proof": Text(
        _("Your proof is there"),
        (
            _(
                "Please look at it on the order's page and approve it, or say what is to be changed. Nothing is made before."
            ),
        ),
        _("See the proof"),
        ("order",),
        sms=_("your proof is there. Nothing is made before you approve it."),
    ),
    "making": Text(
        _("It is being made for you"),
        (_("You have approved the proof, and the work has begun: from now on it cannot be given back for nothing."),),
        _SEE,
        ("order",),
        _PROGRESS,
    ),
    "find": Text(
        _("The link to your order"),
        (_("Here is the link to your order, as you asked for. If it was not you who asked, you need do nothing."),),
        _("Open the order"),
        ("order",),
    ),
}
# Whatever has no text of its own: better plain news than silence.
NEWS = Text(
    _("News about your order"),
    (_("Something has changed. How your order stands now can be seen on its page."),),
    _SEE,
    ("order", "car", "status"),
)
GREETING = pgettext_lazy("message", "Hello %(name)s,")


def text_of(kind: str) -> Text:
    return TEXTS.get(kind, NEWS)
