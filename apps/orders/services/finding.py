"""A link to an order for somebody who lost it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from apps.common.doorbell import ring
from apps.orders.models import Notice, Order

# However often somebody asks: one mail in this time.
AGAIN_AFTER = timedelta(minutes=5)


@transaction.atomic
def send_link(*, number: str, email: str, now: datetime | None = None) -> None:
    """Owe the buyer a mail with the link, if number and address belong together. Whether they do is not told."""
    from apps.orders.tasks import drain

    moment = now or timezone.now()
    order = Order.objects.filter(number=number.strip().upper(), email__iexact=email.strip()).first()
    if order is None:
        return
    notice, made = Notice.objects.select_for_update().get_or_create(
        order=order, kind="link", defaults={"next_at": moment}
    )
    if not made and notice.sent_at is not None and notice.sent_at < moment - AGAIN_AFTER:
        notice.sent_at, notice.attempts, notice.next_at = None, 0, moment
        notice.save(update_fields=["sent_at", "attempts", "next_at"])
    ring(drain)
