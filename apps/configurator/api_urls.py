"""The configurator's part of the API."""

from rest_framework.routers import SimpleRouter

from apps.configurator.api import ConfiguratorViewSet
from apps.configurator.builds_api import BuildViewSet

router = SimpleRouter()
router.register("models", ConfiguratorViewSet, basename="configurator")
router.register("builds", BuildViewSet, basename="build")
urlpatterns = router.urls
