"""What has to be true before a car may change hands."""

from functools import partial

from django.conf import settings
from django.utils.translation import gettext_noop

from apps.orders import partners
from apps.orders.fulfilment.outcomes import Call
from apps.orders.models import FulfilmentStep, Order
from apps.orders.partners import StoreReport
from apps.orders.services import inspections, invoices, payments, transitions
from apps.orders.services.inspections import Signature


def question(order: Order, step: FulfilmentStep) -> Call:
    """A store that reports by itself is asked, unless somebody is signing already or the car has passed."""
    check = inspections.pdi_of(order)
    if check.passed or check.signing or not settings.STORES_REPORT:
        return nothing
    return partial(partners.store().inspect, key=step.key, facts={"order": order.number})


def nothing() -> None:
    """Nobody is asked."""


def inspected(order: Order, report: StoreReport | None) -> bool | None:
    """Whether the car has passed the check of two people; None while that is not known."""
    check = inspections.pdi_of(order)
    if check.passed:
        return True
    if check.signing or report is None:
        transitions.raise_work_item(order, "pdi", gettext_noop("Two people look at the car and sign for it."))
        return None
    first, second = (Signature(name) for name in report.people)
    if not order.insurance:
        inspections.note_insurance(order, report.policy, first)
    if report.passed:
        inspections.pass_pdi(order, first, second, found=report.found)
    else:
        inspections.record_pdi(order, first, passed=False, found=report.found, repair_days=report.repair_days)
    return report.passed


def missing(order: Order) -> list[str]:
    """What still lacks before the car is ready: ``pdi``, ``payment``, ``invoice``, ``insurance``."""
    facts = {
        "pdi": inspections.pdi_passed(order),
        "payment": payments.is_settled(order),
        "invoice": invoices.is_issued(order),
        "insurance": bool(order.insurance),
    }
    return [name for name, there in facts.items() if not there]
