from rest_framework.routers import SimpleRouter

from apps.orders.api import BasketViewSet, OrderViewSet

router = SimpleRouter(use_regex_path=True)
router.register("baskets", BasketViewSet, basename="basket")
router.register("orders", OrderViewSet, basename="order")
urlpatterns = router.urls
