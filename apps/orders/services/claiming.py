"""A guest's orders become those of the account with the same, verified address."""

from typing import TYPE_CHECKING
from uuid import uuid4

from allauth.account.models import EmailAddress
from django.db import transaction

from apps.messaging.kinds import State
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
        if order is not None and not order.notices.filter(kind="find", state=State.DUE, attempts=0).exists():
            transitions.notify(order, "find", again=uuid4().hex)  # each wish is a mail of its own
