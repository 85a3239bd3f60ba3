"""Payments, loans, old cars, refunds and credits."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from apps.orders.letters.text import SEE, Text

MONEY: Mapping[str, Text] = {
    "too_late": Text(
        _("Your payment came too late and is on its way back"),
        (
            _(
                "It arrived after the hold had run out, and the last one was sold meanwhile. We are sending the whole amount back to where it came from."
            ),
        ),
        SEE,
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
        SEE,
        ("order", "car", "due"),
    ),
    "loan_declined": Text(
        _("The bank does not give the loan"),
        (
            _(
                "Its part is now among your own payments. The reason stands on the order's page; if you would rather cancel, you can do that there too."
            ),
        ),
        SEE,
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
        SEE,
    ),
    "refund_sent": Text(
        _("Money is on its way to you"),
        (
            _(
                "We have sent %(amount)s back to where it came from. A bank may take some days to show it; we write again when it is there."
            ),
        ),
        SEE,
        ("order", "amount"),
    ),
    "refund_arrived": Text(
        _("Your refund has arrived"),
        (_("The payment service has confirmed that %(amount)s is back with you."),),
        SEE,
        ("order", "amount"),
    ),
    "credit": Text(
        _("A credit for you"),
        (
            _(
                "We have credited %(amount)s to your order. It lowers what is still to be paid, or is sent to you at the end."
            ),
        ),
        SEE,
        ("order", "amount"),
    ),
    "credit_paid_out": Text(
        _("Your credit was transferred to you"),
        (
            _(
                "No payment of this order could take the rest of your credits, so we have transferred %(amount)s to your bank account. A bank may take some days to show it."
            ),
        ),
        SEE,
        ("order", "amount", "transferred", "reference"),
    ),
}
