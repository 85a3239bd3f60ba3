"""The configurator's part of the API."""

from rest_framework.routers import SimpleRouter

from apps.configurator.api import BuildViewSet, ConfiguratorViewSet

router = SimpleRouter()
router.register("models", ConfiguratorViewSet, basename="configurator")
router.register("builds", BuildViewSet, basename="build")
urlpatterns = router.urls
