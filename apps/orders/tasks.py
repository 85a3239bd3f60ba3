"""Celery tasks. A message only says that there is work: what the work is stands in the database."""

from celery import shared_task

from apps.common.doorbell import ring
from apps.orders.fulfilment import drain as draining
from apps.orders.gateways import sandbox_server
from apps.orders.services import audit, contracts, matching, once, promises, protection, settlement, timers, waiting


@shared_task(name="orders.drain")
def drain() -> None:
    """Do what is due of fulfilment and refunds; ring again when the slice was too short."""
    if draining.drain():
        ring(drain)


@shared_task(name="contracts.render")
def render_contracts() -> None:
    """Make the PDFs of contracts that were signed lately."""
    contracts.render_due()


@shared_task(name="orders.sweep_timers")
def sweep_timers() -> None:
    """Act on deadlines that have come."""
    timers.sweep()


@shared_task(name="allocation.match_vins")
def match_vins() -> None:
    """Take the maker's feed and match what stands free with who waits."""
    matching.take_feed()
    matching.match_all()


@shared_task(name="promises.accrue_daily")
def accrue_daily() -> None:
    """Credit the days by which cars are late."""
    promises.accrue_daily()


@shared_task(name="orders.deliver_events")
def deliver_events() -> None:
    """Let the sandbox gateway send its webhooks."""
    sandbox_server.deliver_due()


@shared_task(name="payments.settlement_import")
def settlement_import() -> None:
    """Fetch the files of the gateways that hand them out; the others' are uploaded or given to the command."""
    settlement.fetch_due()


@shared_task(name="audit.prove_ledgers")
def prove_ledgers() -> None:
    """Count everything again."""
    audit.prove_ledgers()


@shared_task(name="orders.serve_waiting")
def serve_waiting() -> None:
    """End offers of the waiting list that nobody took, and offer what is free."""
    waiting.sweep()


@shared_task(name="orders.protect_prices")
def protect_prices() -> None:
    """Credit the buyers of cars that have become cheaper."""
    protection.protect_daily()


@shared_task(name="orders.forget_forms")
def forget_forms() -> None:
    """Forget which forms of the back office were sent, once nobody can send them again."""
    once.forget_old()
