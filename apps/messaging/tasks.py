"""What beat and the doorbell ring for."""

from celery import shared_task

from apps.common.doorbell import ring


@shared_task(name="messaging.send")
def send() -> None:
    """Send what is owed; ring again when the slice was too short."""
    from apps.messaging.sending import send_due

    if send_due():
        ring(send)
