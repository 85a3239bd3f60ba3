"""The mails an order owes its buyer, in the buyer's language."""

from datetime import timedelta

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.orders.models import Notice, Order
from apps.orders.services.transitions import raise_work_item

log = structlog.get_logger(__name__)
GIVE_UP_AFTER = 10
# No attempt takes longer; one that was lost with its worker is made again after this.
ATTEMPT = timedelta(minutes=2)


def send_due_notice() -> bool:
    """Send one mail that is due; returns whether there was one.

    Nothing is locked while the mail server takes its time: the claim moves the mail's next attempt, the note ends it. A
    worker killed in between sends the mail again: twice is better than never.
    """
    notice = _claim()
    if notice is None:
        return False
    try:
        message_for(notice.order, notice.kind).send()
    except Exception as error:  # whatever is wrong with one mail, the others have to leave
        log.warning("mail_failed", kind=notice.kind, error=type(error).__name__)
        _note_failure(notice)
    else:
        Notice.objects.filter(pk=notice.pk).update(sent_at=timezone.now())
    return True


@transaction.atomic
def _claim() -> Notice | None:
    """A mail that is due, its attempt counted and its next one put off until this one must be over."""
    now = timezone.now()
    due = Notice.objects.filter(sent_at=None, next_at__lte=now, attempts__lt=GIVE_UP_AFTER)
    free = due.select_for_update(skip_locked=True, of=("self",)).select_related("order")
    notice = free.order_by("next_at", "pk").first()
    if notice is not None:
        notice.attempts, notice.next_at = notice.attempts + 1, now + ATTEMPT
        notice.save(update_fields=["attempts", "next_at"])
    return notice


@transaction.atomic
def _note_failure(notice: Notice) -> None:
    later = timezone.now() + timedelta(seconds=30 * 2**notice.attempts)
    Notice.objects.filter(pk=notice.pk, sent_at=None).update(next_at=later)
    if notice.attempts >= GIVE_UP_AFTER:
        raise_work_item(notice.order, "mail", f"The mail “{notice.kind}” could not be sent.")


def message_for(order: Order, kind: str) -> EmailMessage:
    """The mail of one kind about one order."""
    with override(order.language):
        subject = f"{_subjects()[kind]} · {order.number}"
        body = render_to_string("orders/mail.txt", {"order": order, "kind": kind, "link": link_to(order)})
        return EmailMessage(subject, body, to=[order.email])


def link_to(order: Order) -> str:
    """The order's page, open to whoever has the mail."""
    with override(order.language):
        return f"{settings.PUBLIC_URL.rstrip('/')}{order.get_absolute_url()}?token={order.token}"


def _subjects() -> dict[str, str]:
    return {
        "placed": _("We have your order"),
        "reserved": _("Your place is safe"),
        "too_late": _("Your payment came too late and is on its way back"),
        "remind_to_sign": _("Your contract is waiting for you"),
        "signed": _("The contract is made"),
        "mismatch": _("About the car that was built for you"),
        "vin_assigned": _("Your car is built"),
        "at_store": _("Your car is at the store"),
        "ready": _("Your car is ready"),
        "delivered": _("Welcome on the road"),
        "completed": _("Your order is complete"),
        "cancelled": _("Your order is cancelled"),
        "find": _("The link to your order"),
    }
