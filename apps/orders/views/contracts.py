"""A signed contract, for the buyer whose it is, and for whoever of the back office may see contracts."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.accounts.requests import user_or_none
from apps.orders.contract_file import send_contract
from apps.orders.models import Contract, Order
from apps.orders.services.permissions import CONTRACTS
from apps.orders.views.access import SignInNeeded, order_of


@never_cache
@require_safe
def contract(request: HttpRequest, number: str, seq: int) -> HttpResponse:
    """For the order's owner, or a guest with its token; to others it does not exist."""
    try:
        order: Order = order_of(request, number)
    except SignInNeeded as error:
        return error.response
    found = Contract.objects.select_related("order").filter(order=order, seq=seq).first()
    if found is None:
        raise Http404
    return send_contract(found)


@never_cache
@require_safe
def contract_for_clerk(request: HttpRequest, pk: int) -> HttpResponse:
    """To whoever may not see contracts it does not exist."""
    user = user_or_none(request)
    found = Contract.objects.select_related("order").filter(pk=pk).first()
    if found is None or user is None or not (user.is_staff and user.has_perm(CONTRACTS)):
        raise Http404
    return send_contract(found)
