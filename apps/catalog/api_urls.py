from rest_framework.routers import SimpleRouter

from apps.catalog.api import BrandViewSet, CarModelViewSet

router = SimpleRouter()
router.register("brands", BrandViewSet, basename="brand")
router.register("models", CarModelViewSet, basename="car-model")
urlpatterns = router.urls
