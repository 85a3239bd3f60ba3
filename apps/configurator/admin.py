"""The product manager's back office: drafts are edited, published versions and saved builds are read."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.decorators import action, display

from apps.common.money import yuan
from apps.configurator.errors import CannotPublish, DraftChanged
from apps.configurator.models import (
    Build,
    Configurator,
    ConfiguratorVersion,
    Option,
    OptionGroup,
    PriceRule,
    RentalTerms,
    Rule,
)
from apps.configurator.rules import Groups, InvalidParameters, check_rule, check_when, read_rule
from apps.configurator.services import make_current, publish


def _groups_of(configurator: Configurator) -> Groups:
    return {
        group.code: (group.pick, frozenset(option.code for option in group.options.all()))
        for group in configurator.groups.prefetch_related("options")
    }


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """Puts what is wrong with the parameters beside the parameters."""

    class Meta:
        model = Rule
        fields = (
            "configurator",
            "code",
            "kind",
            "parameters",
            "reason_en",
            "reason_zh",
            "owner",
            "valid_from",
            "valid_until",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        configurator, kind = cleaned.get("configurator"), cleaned.get("kind")
        if configurator and kind and "parameters" in cleaned:
            try:
                check_rule(read_rule(cleaned.get("code", ""), kind, cleaned["parameters"]), _groups_of(configurator))
            except InvalidParameters as error:
                self.add_error("parameters", str(error))
        return cleaned


class PriceRuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """Puts what is wrong with the condition beside the condition."""

    class Meta:
        model = PriceRule
        fields = ("configurator", "code", "when", "amount", "label_en", "label_zh", "valid_from", "valid_until")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        configurator = cleaned.get("configurator")
        if configurator and "when" in cleaned:
            try:
                check_when(cleaned["when"], _groups_of(configurator))
            except InvalidParameters as error:
                self.add_error("when", error.message)
        return cleaned


class OptionForm(forms.ModelForm):  # type: ignore[type-arg]
    """An option and its group belong to one car."""

    class Meta:
        model = Option
        fields = (
            "configurator",
            "group",
            "code",
            "name_en",
            "name_zh",
            "description_en",
            "description_zh",
            "price",
            "standard",
            "colour",
            "picture",
            "position",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        group, configurator = cleaned.get("group"), cleaned.get("configurator")
        if group and configurator and group.configurator_id != configurator.pk:
            self.add_error("group", _("This group belongs to another car."))
        return cleaned


class RentalTermsForm(forms.ModelForm):  # type: ignore[type-arg]
    """Both options belong to one car, and are two."""

    class Meta:
        model = RentalTerms
        fields = (
            "option",
            "instead_of",
            "monthly_price",
            "mileage_cap",
            "overage_price",
            "minimum_term",
            "buyout_price",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        option, instead = cleaned.get("option"), cleaned.get("instead_of")
        if option and instead and (option == instead or option.configurator_id != instead.configurator_id):
            self.add_error("instead_of", _("Choose another option of the same car."))
        return cleaned


class GroupInline(TabularInline):  # type: ignore[misc]  # it has no types
    model = OptionGroup
    extra = 0
    fields = ("position", "code", "name_en", "name_zh", "pick")
    show_change_link = True


class RentalInline(StackedInline):  # type: ignore[misc]  # it has no types
    model = RentalTerms
    form = RentalTermsForm
    fk_name = "option"
    extra = 0
    autocomplete_fields = ("instead_of",)


@admin.register(Configurator)
class ConfiguratorAdmin(ModelAdmin):  # type: ignore[misc]  # it has no types
    list_display = ("car_model", "price", "number_of_options", "number_of_rules", "current")
    list_select_related = ("car_model__brand", "current__configurator__car_model")
    search_fields = ("car_model__slug", "car_model__name_en", "car_model__name_zh")
    autocomplete_fields = ("car_model",)
    readonly_fields = ("current",)
    inlines = (GroupInline,)
    actions_detail = ("publish_draft",)
    actions = ("publish_drafts",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Configurator]:
        counted: QuerySet[Configurator] = super().get_queryset(request)
        return counted.annotate(
            option_count=Count("options", distinct=True), rule_count=Count("rules", distinct=True)
        ).defer("current__document")

    @display(description=_("base price"))  # type: ignore[untyped-decorator]
    def price(self, configurator: Configurator) -> str:
        return yuan(configurator.base_price)

    @display(description=_("options"))  # type: ignore[untyped-decorator]
    def number_of_options(self, configurator: Any) -> int:
        return int(configurator.option_count)

    @display(description=_("rules"))  # type: ignore[untyped-decorator]
    def number_of_rules(self, configurator: Any) -> int:
        return int(configurator.rule_count)

    @action(description=_("Publish the draft"), permissions=["publish"])  # type: ignore[untyped-decorator]
    def publish_draft(self, request: HttpRequest, object_id: str) -> HttpResponse:
        self._publish(request, Configurator.objects.get(pk=object_id))
        return HttpResponseRedirect(reverse("admin:configurator_configurator_change", args=[object_id]))

    @admin.action(description=_("Publish the drafts"), permissions=["publish"])
    def publish_drafts(self, request: HttpRequest, queryset: QuerySet[Configurator]) -> None:
        for configurator in queryset:
            self._publish(request, configurator)

    def has_publish_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("configurator.add_configuratorversion")

    def _publish(self, request: HttpRequest, configurator: Configurator) -> None:
        if not self.has_publish_permission(request):
            raise PermissionDenied
        before = configurator.current_id
        try:
            version = publish(configurator=configurator, by=request.user)  # type: ignore[arg-type]
        except CannotPublish as error:
            for problem in error.problems:
                messages.error(request, f"{configurator.car_model}: {problem}")
        except DraftChanged as error:
            messages.error(request, str(error))
        else:
            text = gettext("%(version)s is what the draft says already.")
            if version.pk != before:
                text = gettext("%(version)s is on sale: %(options)s options, %(rules)s rules, from %(cheapest)s.")
            values = {**version.report, "version": version, "cheapest": yuan(version.report.get("cheapest", 0))}
            messages.success(request, text % values)


@admin.register(OptionGroup)
class OptionGroupAdmin(ModelAdmin):  # type: ignore[misc]  # it has no types
    list_display = ("code", "configurator", "name_en", "name_zh", "pick", "position")
    list_filter = ("configurator", "pick")
    list_select_related = ("configurator__car_model",)
    search_fields = ("code", "name_en", "name_zh")
    autocomplete_fields = ("configurator",)


@admin.register(Option)
class OptionAdmin(ModelAdmin):  # type: ignore[misc]  # it has no types
    form = OptionForm
    list_display = ("code", "configurator", "group", "name_en", "name_zh", "amount", "standard")
    list_filter = ("configurator", "standard")
    list_select_related = ("configurator__car_model", "group__configurator__car_model")
    search_fields = ("code", "name_en", "name_zh")
    autocomplete_fields = ("configurator", "group")
    inlines = (RentalInline,)

    @display(description=_("price"), ordering="price")  # type: ignore[untyped-decorator]
    def amount(self, option: Option) -> str:
        return yuan(option.price)


@admin.register(RentalTerms)
class RentalTermsAdmin(ModelAdmin):  # type: ignore[misc]  # it has no types
    form = RentalTermsForm
    list_display = ("option", "monthly_price", "mileage_cap", "overage_price", "minimum_term", "buyout_price")
    list_select_related = ("option",)
    search_fields = ("option__code", "option__name_en", "option__name_zh")
    autocomplete_fields = ("option", "instead_of")


@admin.register(Rule)
class RuleAdmin(ModelAdmin):  # type: ignore[misc]  # it has no types
    form = RuleForm
    list_display = ("code", "configurator", "kind", "reason_en", "reason_zh", "owner", "valid_from", "valid_until")
    list_filter = ("configurator", "kind", "owner")
    list_select_related = ("configurator__car_model",)
    search_fields = ("code", "reason_en", "reason_zh", "owner", "parameters")
    autocomplete_fields = ("configurator",)


@admin.register(PriceRule)
class PriceRuleAdmin(ModelAdmin):  # type: ignore[misc]  # it has no types
    form = PriceRuleForm
    list_display = ("code", "configurator", "label_en", "label_zh", "price", "valid_from", "valid_until")
    list_filter = ("configurator",)
    list_select_related = ("configurator__car_model",)
    search_fields = ("code", "label_en", "label_zh", "when")
    autocomplete_fields = ("configurator",)

    @display(description=_("amount"), ordering="amount")  # type: ignore[untyped-decorator]
    def price(self, rule: PriceRule) -> str:
        return yuan(rule.amount)


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]  # it has no types
    """What is frozen can be looked at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ConfiguratorVersion)
class ConfiguratorVersionAdmin(ReadOnlyAdmin):
    list_display = ("configurator", "number", "short_hash", "published_at", "published_by")
    list_filter = ("configurator",)
    list_select_related = ("configurator__car_model", "published_by")
    search_fields = ("sha256", "configurator__car_model__slug")
    date_hierarchy = "published_at"
    actions_detail = ("go_back",)

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

    @action(description=_("Put this version on sale"), permissions=["publish"])  # type: ignore[untyped-decorator]
    def go_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = ConfiguratorVersion.objects.get(pk=object_id)
        make_current(version=version)
        messages.success(request, gettext("%(version)s is on sale.") % {"version": version})
        return HttpResponseRedirect(reverse("admin:configurator_configuratorversion_change", args=[object_id]))

    def has_publish_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("configurator.add_configuratorversion")


@admin.register(Build)
class BuildAdmin(ReadOnlyAdmin):
    list_display = ("code", "car_model", "version", "market", "price", "user", "created_at")
    list_filter = ("market", "car_model")
    list_select_related = ("car_model__brand", "version__configurator__car_model", "user")
    search_fields = ("code", "user__email", "car_model__slug")
    date_hierarchy = "created_at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Build]:
        found: QuerySet[Build] = super().get_queryset(request)
        return found.defer("version__document")

    @display(description=_("total"), ordering="total")  # type: ignore[untyped-decorator]
    def price(self, build: Build) -> str:
        return yuan(build.total)
