"""Choosing the time of the hand-over."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.requests import user_or_none
from apps.common.errors import DomainError
from apps.common.pages import UNPROCESSABLE, redirect_page, render_page
from apps.orders import services
from apps.orders.errors import NotReadyYet
from apps.orders.fulfilment.handover import SERVICE
from apps.orders.models import Order
from apps.orders.nextsteps import has_live_handover
from apps.orders.screens import can_choose_time
from apps.orders.views.tracking import for_buyer
from apps.stores.errors import SlotTaken
from apps.stores.forms import MoveForm
from apps.stores.kinds import SERVICES
from apps.stores.views.booking import picker


@require_http_methods(["GET", "HEAD", "POST"])
@for_buyer
def handover(request: HttpRequest, order: Order) -> HttpResponse:
    """The store's free times; one of them taken comes back to the order."""
    if request.method != "POST":
        return _show(request, order)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _show(request, order, status=UNPROCESSABLE, missing=True)
    try:
        services.choose_handover(order=order, starts_at=form.cleaned_data["starts_at"], user=user_or_none(request))
    except DomainError as error:
        found = error.slots if isinstance(error, SlotTaken) else []
        order = Order.objects.whole().get(pk=order.pk)
        return _show(request, order, status=error.status, error=error, next_free=found)
    return redirect_page(request, order.get_absolute_url())


def _show(request: HttpRequest, order: Order, *, status: int = 200, **more: Any) -> HttpResponse:
    store, given, now = order.delivery_store, request.GET, timezone.now()
    booked = order.appointment if has_live_handover(order) else None
    context: dict[str, Any] = {
        "order": order,
        "store": store,
        "appointment": booked,
        "heading": _("Choose the time of the hand-over"),
        "minutes": SERVICES[SERVICE].minutes,
        "picker": None,
    }
    if store is not None and can_choose_time(order):
        context["picker"] = picker(
            store,
            SERVICE,
            given.get("day", ""),
            now,
            start=given.get("from", ""),
            ignoring=booked.pk if booked else None,
        )
    else:
        more.setdefault("error", NotReadyYet())
        status = max(status, NotReadyYet.status)
    return render_page(request, "orders/handover.html", context | more, partial="picker", status=status)
