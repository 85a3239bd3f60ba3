"""Under /api/v1/."""

from rest_framework.routers import SimpleRouter

from apps.outbox.api import WebhookViewSet

router = SimpleRouter(use_regex_path=False)
router.register("webhooks", WebhookViewSet, basename="webhook")
urlpatterns = router.urls
