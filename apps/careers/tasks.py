"""What a worker does for this app."""

from celery import shared_task


@shared_task(name="careers.send_confirmations")
def send_confirmations() -> None:
    """Mail the confirmations that are due."""
    from apps.careers import services

    services.send_confirmations()


@shared_task(name="careers.forget_decided")
def forget_decided() -> None:
    """Delete what is no longer to be kept."""
    from apps.careers import services

    services.forget_decided()
    services.sweep_resumes()
