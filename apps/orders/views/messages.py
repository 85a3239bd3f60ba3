"""What was written to the buyer about an order, and what the buyer wants to hear."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.common.pages import redirect_page, render_page
from apps.messaging import services as messaging
from apps.messaging.kinds import Channel, State
from apps.messaging.models import Message
from apps.messaging.wishes import wishes_of
from apps.orders.letters import text_of
from apps.orders.models import Order
from apps.orders.notices import COMPOSER, told
from apps.orders.views.tracking import for_buyer


@dataclass(frozen=True, slots=True)
class Row:
    """One message as its reader knows it."""

    title: str
    channel: str
    is_sms: bool
    to: str
    state: str
    at: datetime | None


@require_http_methods(["GET", "HEAD", "POST"])
@for_buyer
def order_messages(request: HttpRequest, order: Order) -> HttpResponse:
    owner = messaging.owner_of(user=order.user, reference=order.number)
    if request.method == "POST":
        messaging.set_wanted(owner=owner, wanted=request.POST.getlist("wanted"))
        return redirect_page(request, f"{request.path}?saved=1#wishes")
    context = {
        "order": order,
        "told": [_row(one) for one in told(order) if one.state != State.SKIPPED],
        "wishes": wishes_of(owner),
        "saved": "saved" in request.GET,
    }
    return render_page(request, "orders/messages.html", context, partial="told")


def _row(message: Message) -> Row:
    known = str(text_of(message.kind).subject) if message.composer == COMPOSER else _("Your appointment")
    return Row(
        title=message.subject or known,
        channel=str(Channel(message.channel).label),
        is_sms=message.channel == Channel.SMS,
        to=message.recipient,
        state=str(State(message.state).label),
        at=message.sent_at or (message.next_at if message.state == State.DUE else None),
    )
