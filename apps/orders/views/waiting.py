"""The waiting list: joining, one's place in it, and the offer."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.requests import user_or_none
from apps.catalog.models import CarModel
from apps.common.errors import DomainError
from apps.common.pages import redirect_page, render_page
from apps.orders.errors import WaitingNotFound
from apps.orders.forms import JoinForm
from apps.orders.models import Waiting
from apps.orders.services import waiting as queue
from apps.orders.services.replacing import take_offer
from apps.orders.views.access import need_basket, remember_count


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, code: str) -> HttpResponse:
    """For a build that is sold out."""
    user = user_or_none(request)
    form = JoinForm(request.POST or None, initial={"email": user.email if user else ""})
    refused, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                entry = queue.join_once(
                    build=code, email=form.cleaned_data["email"], language=get_language() or "en", user=user
                )
                return redirect_page(request, entry.get_absolute_url())
            except DomainError as error:
                refused, status = str(error), error.status
    car = CarModel.objects.select_related("brand").filter(builds__code=code).first()
    context = {"form": form, "code": code, "refused": refused, "car_model": car}
    return render_page(request, "orders/waiting_join.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD"])
def place(request: HttpRequest, token: Any) -> HttpResponse:
    return _show(request, _found(token))


@never_cache
@require_POST
def answer_offer(request: HttpRequest, token: Any) -> HttpResponse:
    """Leave the list, or take the offer to the checkout."""
    entry = _found(token)
    if "leave" in request.POST:
        queue.leave(entry)
        return redirect_page(request, entry.get_absolute_url())
    try:
        queue.require_offer(entry)
        basket = need_basket(request)
        take_offer(entry=entry, basket=basket)
    except DomainError as error:
        return _show(request, entry, status=error.status, refused=str(error))
    remember_count(request, basket.lines.count())
    return redirect_page(request, reverse("orders:checkout"))


def _found(token: Any) -> Waiting:
    try:
        return queue.found(token)
    except WaitingNotFound as error:
        raise Http404 from error


def _show(request: HttpRequest, entry: Waiting, *, status: int = 200, refused: str = "") -> HttpResponse:
    car = CarModel.objects.select_related("brand").filter(slug=entry.model).first()
    context = {"entry": entry, "car_model": car, "position": queue.place_of(entry), "refused": refused}
    return render_page(request, "orders/waiting.html", context, status=status)
