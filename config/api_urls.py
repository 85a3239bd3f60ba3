"""The API's table of contents, version 1."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from apps.common.api.docs import docs

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", docs, name="api-docs"),
    path("", include("apps.catalog.api_urls")),
    path("", include("apps.configurator.api_urls")),
    path("", include("apps.bundles.api_urls")),
    path("", include("apps.stores.api_urls")),
    path("", include("apps.careers.api_urls")),
    path("", include("apps.promotions.api_urls")),
    path("", include("apps.orders.api_urls")),
    path("", include("apps.outbox.api_urls")),
]
