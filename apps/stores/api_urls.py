"""Under /api/v1/."""

from rest_framework.routers import SimpleRouter

from apps.stores.api import AppointmentViewSet, StoreViewSet

router = SimpleRouter(use_regex_path=False)
router.register("stores", StoreViewSet, basename="store")
router.register("appointments", AppointmentViewSet, basename="appointment")
urlpatterns = router.urls
