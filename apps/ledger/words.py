"""What movements and accounts are called in the back office. The apps above post them by code; a code without a name stays."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

KINDS: Mapping[str, Promise] = {
    "capture": _("Payment received"),
    "sale": pgettext_lazy("movement", "Sale"),
    "fee": _("Cancellation fee"),
    "refund_due": _("Refund owed"),
    "refund": _("Refund made"),
    "unasked_refund": _("Refund nobody asked for"),
    "credit": _("Credit granted"),
    "credit_lapsed": _("Credit lapsed"),
    "credit_payout": _("Credit paid out"),
    "dispute": _("Payment contested"),
    "dispute_won": _("Dispute won"),
    "dispute_lost": _("Dispute lost"),
    "payout": _("Paid out by the payment service"),
    "gateway_fees": _("Fees of the payment service"),
    "coins_earned": _("Coins earned"),
    "coins_released": _("Coins released"),
    "coins_held": _("Coins held for an order"),
    "coins_spent": _("Coins spent"),
    "coins_voided": _("Coins let go again"),
    "coins_back": _("Coins given back"),
    "coins_clawed": _("Coins taken back"),
}
ACCOUNTS: Mapping[str, Promise] = {
    "customers": _("Customers' payments"),
    "sales": pgettext_lazy("account", "Sales"),
    "refunds_due": _("Refunds owed"),
    "income:cancellation": _("Cancellation fees"),
    "credits": _("Credits of customers"),
    "bank": pgettext_lazy("account", "Bank"),
    "gateway": _("At the payment service"),
    "lender": _("At the lender"),
    "wallet": _("Coins of a customer"),
    "expense:credits": _("Credits granted"),
    "expense:coins": _("Coins redeemed"),
    "expense:gateway_fees": _("Fees of the payment service"),
    "coins:held": _("Coins held for orders"),
    "coins:spent": _("Spent coins"),
    "coins:issued": _("Issued coins"),
    "coins:pending": _("Coins not yet released"),
    "disputed": _("Contested payments"),
    "suspense": _("Received, not yet assigned"),
    "trade_ins": _("Cars taken in part exchange"),
}


def account(code: str) -> str:
    """A code may have a detail behind its name, which stays: ``gateway:sandbox``."""
    if code in ACCOUNTS:
        return str(ACCOUNTS[code])
    name, colon, detail = code.partition(":")
    return f"{ACCOUNTS[name]} ({detail})" if colon and name in ACCOUNTS else code
