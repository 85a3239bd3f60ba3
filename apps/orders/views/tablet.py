"""The hand-over on a tablet of the store: works without a connection, and as a plain form without JavaScript."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.requests import user_of, user_or_none
from apps.common.errors import DomainError
from apps.common.pages import redirect_page, render_page
from apps.orders.errors import BadEntry, HalfSent
from apps.orders.forms import CHECKS
from apps.orders.models import HandoverEntry, Order
from apps.orders.services.tablet import Sent, may_hand_over, take_entry
from apps.orders.terms import CHECKLIST
from apps.stores.models import Store

SHOWN = 60


def _order_of(request: HttpRequest, number: str) -> Order:
    """The order for people of its store; to all others it does not exist."""
    order = Order.objects.whole().filter(number=number).first()
    if order is None or not may_hand_over(user_of(request), order):
        raise Http404
    return order


@never_cache
@login_required
@require_safe
def deliveries(request: HttpRequest) -> HttpResponse:
    """The hand-overs to come at the clerk's stores; for everyone else there is no such page."""
    stores = Store.objects.for_staff(user_of(request))
    if not stores.exists():
        raise Http404
    ready = Order.objects.filter(status="ready", delivery_store__in=stores).select_related(
        "delivery_store", "appointment__store", "car_model__brand"
    )
    context = {"orders": ready.order_by("appointment__during", "pk")[:SHOWN], "today": timezone.now()}
    return render_page(request, "orders/tablet/list.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tablet(request: HttpRequest, number: str) -> HttpResponse:
    order = _order_of(request, number)
    if request.method != "POST":
        return _show(request, order, request.GET)
    data = _form_data(request)
    try:
        sent = Sent(_uuid(request.POST.get("nonce", "")), HandoverEntry.Kind.FINISH, data, timezone.now())
        entry = take_entry(order=order, sent=sent, user=user_of(request))
    except DomainError as error:
        return _show(request, order, request.POST, error=error, status=error.status)
    if entry.result["status"] == "refused":
        return _show(request, order, request.POST, refused=entry.result["detail"], status=409)
    return redirect_page(request, f"{reverse('orders:tablet', args=[order.number])}?done={entry.result['status']}")


@never_cache
@require_POST
def entries(request: HttpRequest, number: str) -> JsonResponse:
    """One entry of a tablet as JSON. 201 for a new one, 200 for one that came before; both with its result."""
    if user_or_none(request) is None:
        return JsonResponse({"code": "sign_in"}, status=401)
    order = _order_of(request, number)
    try:
        sent = _sent(request.body)
        known = HandoverEntry.objects.filter(nonce=sent.nonce).exists()
        entry = take_entry(order=order, sent=sent, user=user_of(request))
    except DomainError as error:
        return JsonResponse({"code": error.code, "detail": str(error), **error.extra}, status=error.status)
    return JsonResponse({"nonce": str(entry.nonce), **entry.result}, status=200 if known else 201)


@never_cache
@require_safe
def token(request: HttpRequest) -> JsonResponse:
    """Who is signed in, and a fresh token to send with: a page kept for days has neither."""
    user = user_or_none(request)
    if user is None:
        return JsonResponse({"code": "sign_in"}, status=401)
    return JsonResponse({"user": user.pk, "csrf": get_token(request)})


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at an address from which it sees the hand-over pages and nothing else."""
    response = render(request, "orders/tablet/worker.js", content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


def _show(
    request: HttpRequest, order: Order, given: Mapping[str, Any], *, status: int = 200, **more: Any
) -> HttpResponse:
    error = more.get("error")
    wrong = error.extra.get("missing", []) if isinstance(error, DomainError) else []
    live = getattr(order, "live", [])
    rows = [
        {
            "name": name,
            "label": CHECKS.get(name, name),
            "ok": given.get(f"ok_{name}", ""),
            "remark": given.get(f"remark_{name}", ""),
            "wrong": name in wrong,
        }
        for name in CHECKLIST
    ]
    context = {
        "order": order,
        "rows": rows,
        "nonce": given.get("nonce") or str(uuid4()),
        "vin": live[0].vehicle.vin if live else "",
        "given": given,
        "can_hand_over": order.status == "ready",
        "entries": order.handover_entries.defer("photo").select_related("user"),
        "clerk": user_of(request),
        **more,
    }
    return render_page(request, "orders/tablet/page.html", context, status=status)


def _form_data(request: HttpRequest) -> dict[str, Any]:
    given = request.POST
    items = {
        name: {"ok": given[f"ok_{name}"] == "yes", "remark": given.get(f"remark_{name}", "")[:300]}
        for name in CHECKLIST
        if given.get(f"ok_{name}") in ("yes", "no")
    }
    return {"vin": given.get("vin", ""), "signature": given.get("signature", ""), "path": "", "items": items}


def _sent(body: bytes) -> Sent:
    """A JSON body, typed.

    Raises:
        HalfSent: cut off on the way. BadEntry: not of this shape.
    """
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HalfSent from error
    try:
        data, kind, moment = given["data"], str(given["kind"]), parse_datetime(given["recorded_at"])
        nonce = UUID(given["nonce"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadEntry from error
    if not isinstance(data, dict) or moment is None or moment.tzinfo is None:
        raise BadEntry
    return Sent(nonce, kind, data, moment)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise BadEntry(field="nonce") from error
