"""Getting back to an order: one's own list, a mail with the link, taking a guest's orders into an account."""

import hashlib
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.requests import user_of
from apps.accounts.services import has_verified_email
from apps.common.pages import UNPROCESSABLE, redirect_page, render_page
from apps.common.requests import is_htmx
from apps.orders import services
from apps.orders.forms import FindForm
from apps.orders.models import Order
from apps.orders.screens import list_rows
from apps.orders.services.claiming import ask_for_link

PER_PAGE = 20
LATEST = 3
AGAIN_AFTER_S = 300


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """The answer is the same whether there is such an order or not."""
    form = FindForm(request.POST) if request.method == "POST" else FindForm()
    if form.is_bound and not form.is_valid():
        return render_page(request, "orders/find.html", {"form": form}, partial="found", status=UNPROCESSABLE)
    if form.is_bound and _first_time_lately(form):
        ask_for_link(**form.cleaned_data)
    return render_page(request, "orders/find.html", {"form": form, "sent": form.is_bound}, partial="found")


def _first_time_lately(form: FindForm) -> bool:
    """However often somebody asks: one mail in five minutes."""
    asked = f"{form.cleaned_data['number']}:{form.cleaned_data['email']}".lower()
    return cache.add(f"orders.find:{hashlib.sha256(asked.encode()).hexdigest()}", 1, AGAIN_AFTER_S)


@never_cache
@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    found = Order.objects.for_user(user).for_list()
    if is_htmx(request) and "latest" in request.GET:
        rows = list_rows(found[:LATEST])
        return render_page(request, "orders/mine.html", {"rows": rows}, partial="rows")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    verified = has_verified_email(user=user)
    context: dict[str, Any] = {
        "page": page,
        "rows": list_rows(page.object_list),
        "email_verified": verified,
        "unclaimed": Order.objects.claimable(email=user.email).count() if verified else 0,
    }
    return render_page(request, "orders/mine.html", context, partial="rows")


@never_cache
@login_required
@require_POST
def claim(request: HttpRequest) -> HttpResponse:
    """Bring the orders that were placed with this (confirmed) address into the account."""
    count = services.claim_orders(user=user_of(request))
    text = ngettext("%(count)s order is now in your account.", "%(count)s orders are now in your account.", count)
    messages.success(request, text % {"count": count})
    return redirect_page(request, reverse("orders:mine"))
