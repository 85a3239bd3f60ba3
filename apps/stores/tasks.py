"""What beat rings for."""

from celery import shared_task

from apps.stores import services


@shared_task(name="stores.expire_holds")
def expire_holds() -> None:
    """End holds that ran out and requests nobody answered."""
    services.expire_holds()
