from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.orders.api import BasketViewSet, MovesView, OrderViewSet, PurseView, WaitingViewSet

router = SimpleRouter(use_regex_path=True)
router.register("baskets", BasketViewSet, basename="basket")
router.register("orders", OrderViewSet, basename="order")
router.register("waiting", WaitingViewSet, basename="waiting")
urlpatterns = [
    path("coins/", PurseView.as_view(), name="coins"),
    path("coins/movements/", MovesView.as_view(), name="coin-movements"),
    *router.urls,
]
