"""What a worker does for this app."""

from celery import shared_task


@shared_task(name="careers.send_confirmations")
def send_confirmations() -> None:
    """Mail the confirmations that are due."""
    from apps.careers import services

    services.send_confirmations()
