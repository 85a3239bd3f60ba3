"""Buying with HTTP alone."""

from apps.orders.api.baskets import BasketViewSet
from apps.orders.api.coins import MovesView, PurseView
from apps.orders.api.orders import OrderViewSet
from apps.orders.api.waiting import WaitingViewSet

__all__ = ["BasketViewSet", "MovesView", "OrderViewSet", "PurseView", "WaitingViewSet"]
