"""Whose basket, whose order: a person's by signing in, a guest's by what the session remembers."""

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse

from apps.accounts.requests import user_or_none
from apps.orders import services
from apps.orders.errors import BasketNotFound
from apps.orders.models import Basket, Order

BASKET, COUNT, TOKENS, PLACED = "basket", "basket_count", "order_tokens", "placed_orders"
# A guest rarely follows more orders than this; the oldest are forgotten first.
REMEMBERED = 20


class SignInNeeded(Exception):
    """The order belongs to an account: whoever has its link signs in first."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response
        super().__init__()


def find_basket(request: HttpRequest) -> Basket | None:
    """The basket being filled, or None; what a guest collected joins the person's own after signing in."""
    user = user_or_none(request)
    guest = _guest_basket(request)
    if user is None:
        return guest
    if guest is not None:
        forget_basket(request)
        return services.merge_baskets(guest=guest, user=user)
    return Basket.objects.open().for_user(user).first()


def need_basket(request: HttpRequest) -> Basket:
    """The basket being filled; made when there is none."""
    basket = find_basket(request)
    if basket is None:
        user = user_or_none(request)
        basket = services.create_basket(user=user)
        if user is None:
            request.session[BASKET] = str(basket.pk)
    return basket


def forget_basket(request: HttpRequest) -> None:
    request.session.pop(BASKET, None)
    request.session.pop(COUNT, None)


def remember_count(request: HttpRequest, count: int) -> None:
    """What the header shows beside the bag."""
    if request.session.get(COUNT, 0) != count:
        request.session[COUNT] = count


def _guest_basket(request: HttpRequest) -> Basket | None:
    known = request.session.get(BASKET)
    if not known:
        return None
    try:
        basket = services.open_basket(basket_id=known)
    except BasketNotFound:
        basket = None
    if basket is None or basket.ordered_at is not None or basket.user_id is not None:
        forget_basket(request)
        return None
    return basket


def remember_order(request: HttpRequest, order: Order, key: str = "") -> None:
    """Let this guest's browser back in; and let a second click on "order" find what the first one made."""
    tokens = {**request.session.get(TOKENS, {}), order.number: order.token}
    request.session[TOKENS] = dict(list(tokens.items())[-REMEMBERED:])
    if key:
        placed = {**request.session.get(PLACED, {}), key: order.number}
        request.session[PLACED] = dict(list(placed.items())[-REMEMBERED:])


def order_of(request: HttpRequest, number: str) -> Order:
    """The order with everything its page shows, for its owner or a guest with its token.

    Raises:
        Http404: no such order, or not theirs: which of both is not told.
        SignInNeeded: the token is right, but the order belongs to an account.
    """
    order = Order.objects.whole().filter(number=number).first()
    if order is None:
        raise Http404
    user = user_or_none(request)
    if order.user_id is not None:
        if user is not None and order.user_id == user.pk:
            return order
        if user is None and _has_token(request, order):
            raise SignInNeeded(redirect_to_login(request.get_full_path()))
        raise Http404
    if not _has_token(request, order):
        raise Http404
    return order


def _has_token(request: HttpRequest, order: Order) -> bool:
    known = request.session.get(TOKENS, {}).get(order.number, "")
    return order.opens_with(request.GET.get("token", "")) or order.opens_with(known)
