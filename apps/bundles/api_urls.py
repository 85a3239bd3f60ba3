from rest_framework.routers import SimpleRouter

from apps.bundles import api

router = SimpleRouter()
router.register("covers", api.CoverViewSet, basename="cover")
router.register("maintenance-plans", api.MaintenancePlanViewSet, basename="maintenance-plan")
router.register("accessories", api.AccessoryViewSet, basename="accessory")
router.register("chargers", api.ChargerViewSet, basename="charger")
urlpatterns = router.urls
