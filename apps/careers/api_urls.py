from rest_framework.routers import SimpleRouter

from apps.careers import api

router = SimpleRouter()
router.register("jobs", api.JobViewSet, basename="job")
urlpatterns = router.urls
