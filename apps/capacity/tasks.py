"""What beat rings for."""

import structlog
from celery import shared_task

from apps.capacity import services
from apps.capacity.models import Pool, Proof

log = structlog.get_logger(__name__)


@shared_task(name="capacity.expire_holds")
def expire_holds() -> None:
    """End holds that are over, in batches, until there is none."""
    while services.expire():
        pass


@shared_task(name="capacity.prove")
def prove() -> None:
    """Compare every balance with its movements and write down what was found."""
    found = services.prove()
    Proof.objects.create(pools=Pool.objects.count(), differences=found)
    if found:
        log.error("capacity_differs", pools=[one["resource"] for one in found])
