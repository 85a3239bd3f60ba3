"""A guest's orders become those of the account with the same, verified address."""

from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q

from apps.orders.models import Order
from apps.orders.services import transitions

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def claim_orders(*, user: "User") -> int:
    """Take over what was ordered as a guest; returns how many orders. An unverified address claims nothing."""
    verified = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return sum(Order.objects.claimable(email=email).update(user=user) for email in verified)


def ask_for_link(*, number: str, email: str) -> None:
    """Owe the buyer a mail with the order's link, if number and address belong together; nobody learns whether they do."""
    with transaction.atomic():
        order = Order.objects.filter(number=number.strip().upper(), email__iexact=email.strip()).first()
        if order is not None:
            # Each wish is a mail of its own; the old one was sent, or given up.
            done = Q(sent_at__isnull=False) | Q(attempts__gt=0)
            order.notices.filter(done, kind="find").delete()
            transitions.notify(order, "find")
            _ring()


def _ring() -> None:
    from apps.common.doorbell import ring
    from apps.orders.tasks import drain

    ring(drain)
