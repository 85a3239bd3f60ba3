"""Published versions and saved builds: frozen, to be looked at."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from apps.common.looking import LookOnlyPage
from apps.common.money import yuan
from apps.configurator.models import Build, ConfiguratorVersion
from apps.configurator.pricing import QuoteLine
from apps.configurator.screen import market_name


@admin.register(ConfiguratorVersion)
class ConfiguratorVersionAdmin(LookOnlyPage):
    list_display = ("configurator", "number", "short_hash", "published_at", "published_by")
    list_filter = ("configurator",)
    list_select_related = ("configurator__car_model__brand", "published_by")
    search_fields = ("sha256", "configurator__car_model__slug")
    date_hierarchy = "published_at"
    actions_detail = ("compare",)
    # What is in it is shown, in words, where it is compared.
    fields = ("configurator", "number", "sha256", "published_at", "published_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ConfiguratorVersion]:
        found: QuerySet[ConfiguratorVersion] = super().get_queryset(request)
        return (
            found
            if request.resolver_match and "object_id" in request.resolver_match.kwargs
            else found.defer("document")
        )

    @display(description=_("SHA-256"))  # type: ignore[untyped-decorator]
    def short_hash(self, version: ConfiguratorVersion) -> str:
        return version.sha256[:12]

    @action(description=_("Compare and go back"))  # type: ignore[untyped-decorator]
    def compare(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = get_object_or_404(ConfiguratorVersion.objects.defer("document"), pk=object_id)
        address = reverse("admin:configurator_editor_version", args=[version.configurator_id, version.number])
        return HttpResponseRedirect(address)


@admin.register(Build)
class BuildAdmin(LookOnlyPage):
    list_display = ("code", "car_model", "version", "market", "price", "user", "created_at")
    # Not the name: it is the owner's own.
    fields = ("code", "car_model", "version", "market", "parts", "price", "rent", "user", "created_at")
    worded = {"market": market_name}
    list_filter = ("market", "car_model__brand")
    list_select_related = ("car_model__brand", "version__configurator__car_model__brand", "user")
    search_fields = ("code", "user__email", "car_model__slug")
    date_hierarchy = "created_at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Build]:
        found: QuerySet[Build] = super().get_queryset(request)
        return found.defer("version__document")

    @display(description=_("total"), ordering="total")  # type: ignore[untyped-decorator]
    def price(self, build: Build) -> str:
        return yuan(build.total)

    @display(description=_("monthly"))  # type: ignore[untyped-decorator]
    def rent(self, build: Build) -> str:
        return yuan(build.monthly) if build.monthly else "–"

    @display(description=_("choices"))  # type: ignore[untyped-decorator]
    def parts(self, build: Build) -> SafeString:
        lines = [QuoteLine(**line) for line in build.lines]
        return format_html_join("", "<p>{}: {} · {}</p>", ((line.group, line.name, yuan(line.price)) for line in lines))
