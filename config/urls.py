"""Every page and where it lives. English at the root, Simplified Chinese under /zh-hans/."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path

from apps.catalog.views import home
from apps.common import views
from config.sitemaps import SITEMAPS

urlpatterns = [
    path("healthz/live", views.live, name="live"),
    path("healthz/ready", views.ready, name="ready"),
    path("robots.txt", views.robots, name="robots"),
    path("theme/", views.theme, name="theme"),
    path("sitemap.xml", sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("api/v1/", include("config.api_urls")),
    path("payments/", include("apps.orders.payment_urls")),
    path("partners/", include("apps.orders.partner_urls")),
    *i18n_patterns(
        path("", home, name="home"),
        path("styleguide/", views.styleguide, name="styleguide"),
        path("cars/", include("apps.catalog.urls")),
        path("", include("apps.configurator.urls")),
        path("bundles/", include("apps.bundles.urls")),
        path("stores/", include("apps.stores.urls")),
        path("careers/", include("apps.careers.urls")),
        path("", include("apps.orders.urls")),
        path("account/", include("apps.accounts.urls")),
        path("account/", include("allauth.urls")),
        path("admin/", admin.site.urls),
        prefix_default_language=False,
    ),
]
handler404 = "apps.common.views.not_found"
handler403 = "apps.common.views.forbidden"
handler400 = "apps.common.views.bad_request"
handler500 = "apps.common.views.server_error"
if settings.DEBUG:
    from django.conf.urls.static import static

    urlpatterns += static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT)
