"""Asking a gateway about what it has been silent about: payments, and refunds it has not confirmed."""

import structlog
from django.db.models import Q
from django.utils import timezone

from apps.orders.gateways import PaymentRef, gateway
from apps.orders.lifecycle import LegStatus
from apps.orders.models import BY_GATEWAY, PaymentAttempt, PaymentLeg, Refund
from apps.orders.services import payments
from apps.orders.services.events import apply_event

log = structlog.get_logger(__name__)
ASK_AT_ONCE = 100
# A gateway that does not answer shall not keep a sweep for longer than this many failures in a row.
GIVE_UP_AFTER = 3


def reconcile(leg: PaymentLeg) -> list[str]:
    """Ask the gateways what became of a payment, by every page it was asked for on, and of its refunds."""
    asked = dict(leg.refunds.filter(status=Refund.Status.SENT).values_list("pk", "transaction"))
    outcomes = []
    for name, payment in _known(leg):
        outcomes += [apply_event(event) for event in gateway(name).events_of(payment=payment, refunds=asked)]
    return outcomes


def _known(leg: PaymentLeg) -> list[tuple[str, PaymentRef]]:
    attempts = PaymentAttempt.objects.filter(leg=leg)
    known = [(one.gateway, PaymentRef(one.pk, one.amount, one.reference, one.transaction)) for one in attempts]
    return known or [(leg.gateway, PaymentRef(leg.pk, leg.amount))]


def silent_legs() -> list[PaymentLeg]:
    """Payments that somebody began and the gateway has not answered for, and refunds that it has not confirmed.

    A payment that failed or is no longer due, or a page that was left for another, may still be paid on the gateway's page, so
    it is asked about for days.
    """
    now = timezone.now()
    before, lately = now - payments.RECONCILE_AFTER, now - payments.ASK_FOR
    begun = Q(status__in=[LegStatus.REQUESTED, LegStatus.PROCESSING, LegStatus.AUTHORISED])
    given_up = Q(status__in=[LegStatus.FAILED, LegStatus.EXPIRED], captured=0, requested_at__gt=lately)
    left = PaymentAttempt.objects.filter(captured=False, closed_at__gt=lately).values("leg")
    rows = PaymentLeg.objects.filter(begun | given_up | Q(pk__in=left), changed_at__lt=before, purpose__in=BY_GATEWAY)
    rows = rows.exclude(gateway="")
    unconfirmed = Refund.objects.filter(status=Refund.Status.SENT, next_at__lte=now).values("leg")
    refunding = PaymentLeg.objects.filter(pk__in=unconfirmed, changed_at__lt=before)
    return [*rows.order_by("changed_at")[:ASK_AT_ONCE], *refunding.order_by("changed_at")[:ASK_AT_ONCE]]


def ask_about_silent_legs() -> None:
    """Ask the gateways; whom we have asked about comes last next time, so that nobody is forgotten."""
    failures: dict[str, int] = {}
    for leg in silent_legs():
        PaymentLeg.objects.filter(pk=leg.pk).update(changed_at=timezone.now())
        if failures.get(leg.gateway, 0) >= GIVE_UP_AFTER:
            continue
        try:
            reconcile(leg)
            failures[leg.gateway] = 0
        except Exception:
            failures[leg.gateway] = failures.get(leg.gateway, 0) + 1
            log.exception("reconcile_failed", leg=str(leg.pk))
