"""What the codes of payments, partners and moves are called in the back office."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from apps.common.worded import words
from apps.orders import gateways
from apps.orders.errors import BadSignature
from apps.orders.lifecycle import Actor, Status
from apps.orders.models import PartnerBehaviour

ACTORS: Mapping[str, Promise] = {
    Actor.BUYER: pgettext_lazy("actor", "buyer"),
    Actor.STAFF: pgettext_lazy("actor", "staff"),
    Actor.SYSTEM: pgettext_lazy("actor", "by itself"),
}
EVENTS: Mapping[str, Promise] = {
    "payment.captured": _("Payment received"),
    "payment.failed": _("Payment failed"),
    "payment.processing": _("Payment under way"),
    "payment.closed": _("Payment closed"),
    "refund.done": _("Refund made"),
    "refund.failed": _("Refund failed"),
    "dispute.opened": _("Payment contested"),
    "dispute.won": _("Dispute won"),
    "dispute.lost": _("Dispute lost"),
}
OUTCOMES: Mapping[str, Promise] = {
    "captured": _("noted as paid"),
    "reserved": _("order reserved"),
    "reserved late": _("order reserved, late"),
    "refunded": _("noted as refunded"),
    "refunding": _("is sent back"),
    "refund failed": _("refund failed"),
    "already captured": _("paid before"),
    "already refunded": _("refunded before"),
    "paid twice": _("paid twice"),
    "duplicate": _("told before"),
    "ignored": _("nothing to do"),
    "suspect": _("does not match, for a person"),
    "asking": _("the gateway is asked"),
    "not asked for": _("nobody asked for it"),
    "unknown payment": _("unknown payment"),
    "unknown refund": _("unknown refund"),
    "disputed": _("payment contested"),
    "dispute won": _("dispute won"),
    "dispute lost": _("dispute lost"),
}
SANDBOX: Mapping[str, Promise] = {
    "open": pgettext_lazy("sandbox payment", "open"),
    "paid": pgettext_lazy("sandbox payment", "paid"),
    "failed": pgettext_lazy("sandbox payment", "failed"),
    "closed": pgettext_lazy("sandbox payment", "closed"),
}
# The colour of an order's state: what waits for somebody, what is well; the others are plain.
TONES: Mapping[str, str] = {
    **dict.fromkeys(Status, ""),
    **dict.fromkeys((Status.ALLOC_FAILED, Status.MISMATCH, Status.REJECTED), "danger"),
    **dict.fromkeys((Status.PLACED, Status.CANCELLING, Status.RETURNING), "warning"),
    **dict.fromkeys((Status.READY, Status.DELIVERED, Status.COMPLETED), "success"),
}
# What the services note as a reason; what people wrote stays as it is.
_REASONS = (
    gettext_noop("Order cancelled"),
    gettext_noop("Given back"),
    gettext_noop("Paid twice"),
    gettext_noop("The order costs less now"),
    gettext_noop("Accepted with a credit"),
    gettext_noop("Build again"),
    gettext_noop("Another slot"),
    gettext_noop("Paid late; the place was still free"),
    gettext_noop("Paid after the hold had expired; nothing was left"),
    gettext_noop("Paid after the order was cancelled"),
    gettext_noop("Paid after another payment had taken its place"),
    gettext_noop("Paid for a loan that was not approved or no longer wanted"),
)
actor, event, outcome, sandbox = words(ACTORS), words(EVENTS), words(OUTCOMES), words(SANDBOX)
partner = words(dict(PartnerBehaviour.Partner.choices))
_directions = words({"1": pgettext_lazy("step", "Do it"), "-1": pgettext_lazy("step", "Take it back")})


def direction(number: object) -> str:
    return _directions(str(number))


def gateway(name: str) -> str:
    """Rows of a gateway that is gone keep its name."""
    try:
        return str(gateways.gateway(name).label)
    except BadSignature:
        return name


def reason(text: str) -> str:
    return gettext(text) if text in _REASONS else text
