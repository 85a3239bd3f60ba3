"""One's own coins."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.accounts.requests import user_of
from apps.common.pages import render_page
from apps.common.requests import is_htmx
from apps.orders.purse import history, move_of, purse_of

PER_PAGE = 20


@never_cache
@login_required
@require_safe
def purse(request: HttpRequest) -> HttpResponse:
    """What is in it, what waits, and every movement; the account's overview asks for the sum alone."""
    pk = user_of(request).pk
    context: dict[str, object] = {"purse": purse_of(pk)}
    if is_htmx(request) and "sum" in request.GET:
        return render_page(request, "orders/purse.html", context, partial="sum")
    page = Paginator(history(pk), PER_PAGE).get_page(request.GET.get("page"))
    context |= {"page": page, "moves": [move_of(one) for one in page.object_list]}
    return render_page(request, "orders/purse.html", context, partial="moves")
