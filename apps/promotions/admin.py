"""The back office of campaigns: write, check, see what they would take off a sample basket."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import UnfoldAdminSingleDateWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from apps.capacity.errors import BelowPromised
from apps.capacity.kinds import voucher
from apps.capacity.models import Pool
from apps.common.money import yuan
from apps.common.yuan_forms import InYuan
from apps.promotions import services
from apps.promotions.engine import Buyer, Item
from apps.promotions.errors import WHY
from apps.promotions.models import Campaign, Code, Member, StackingGroup

SAMPLE = "car ut-super 109800 red,large\ncover CV-PPF-190 6980\nmaintenance_plan MP-BEV-3 1280"


class PreviewForm(forms.Form):
    """A basket that never was: a line of kind, number, price in yuan and, of a car, its options."""

    basket = forms.CharField(label=_("Basket"), initial=SAMPLE, widget=UnfoldAdminTextareaWidget)
    day = forms.DateField(label=_("Day"), initial=timezone.localdate, widget=UnfoldAdminSingleDateWidget)
    city = forms.CharField(label=_("City"), required=False, widget=UnfoldAdminTextInputWidget)
    codes = forms.CharField(label=_("Codes"), required=False, widget=UnfoldAdminTextInputWidget)
    segments = forms.CharField(label=_("Groups of customers"), required=False, widget=UnfoldAdminTextInputWidget)
    first_order = forms.BooleanField(label=_("First order"), required=False, initial=True)

    def clean_basket(self) -> list[Item]:
        return [_item(line) for line in self.cleaned_data["basket"].splitlines() if line.strip()]

    def buyer(self, items: list[Item]) -> Buyer:
        data = self.cleaned_data
        day: date = data["day"]
        return Buyer(
            day=day,
            city=data["city"].strip(),
            segments=frozenset(data["segments"].split()),
            first_order=data["first_order"],
            codes=frozenset(data["codes"].upper().split()),
            car_model=next((item.code for item in items if item.kind == "car"), ""),
        )


def _item(line: str) -> Item:
    parts = line.split()
    try:
        kind, code, price = parts[:3]
        options = frozenset(parts[3].split(",")) if len(parts) > 3 else frozenset[str]()
        return Item(code, kind, code, round(float(price.replace(",", "")) * 100), 1, options, code, code)
    except ValueError:
        raise ValidationError(_("“%(line)s” is not kind, number and price.") % {"line": line[:60]}) from None


class CodeInline(TabularInline):  # type: ignore[misc]  # it has no types
    model = Code
    fields = ("code", "limit", "limit_each", "used")
    readonly_fields = ("used",)
    extra = 0

    @admin.display(description=_("used"))
    def used(self, code: Code) -> str:
        pool = Pool.objects.filter(resource=voucher(code.code)).first()
        return "–" if pool is None else f"{pool.reserved + pool.used} / {pool.total}"


@admin.register(Campaign)
class CampaignAdmin(InYuan, ModelAdmin):  # type: ignore[misc]  # it has no types
    yuan_help = {"amount": _("In yuan: what is taken off, or the price together.")}
    list_display = (
        "name",
        "group",
        "kind",
        "takes_off",
        "starts_on",
        "ends_on",
        "needs_code",
        "is_active",
        "preview_link",
    )
    list_filter = ("is_active", "group", "kind", "needs_code")
    list_select_related = ("group",)
    search_fields = ("slug", "name_en", "name_zh", "codes__code")
    prepopulated_fields = {"slug": ("name_en",)}
    inlines = (CodeInline,)

    @admin.display(description=_("takes off"))
    def takes_off(self, campaign: Campaign) -> str:
        return f"{campaign.percent.normalize():f} %" if campaign.kind == "percent" else yuan(campaign.amount)

    @admin.display(description=_("preview"))
    def preview_link(self, campaign: Campaign) -> SafeString:
        return format_html('<a class="underline" href="{}">{}</a>', reverse("admin:promotions_preview"), _("Try it"))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """A code's limit is the size of its pool; how often it was used already is not taken back."""
        for code in formset.save(commit=False):
            try:
                services.save_code(code, user=request.user)  # type: ignore[arg-type]
            except BelowPromised as error:
                self.message_user(request, f"{code.code}: {error}", messages.ERROR)
        for code in formset.deleted_objects:
            code.delete()
        formset.save_m2m()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        for finding in services.lint(form.instance):
            self.message_user(request, str(finding.text), messages.ERROR if finding.serious else messages.WARNING)

    def get_urls(self) -> list[URLPattern]:
        own = [path("preview/", self.admin_site.admin_view(self.preview), name="promotions_preview")]
        urls: list[URLPattern] = super().get_urls()
        return own + urls

    def preview(self, request: HttpRequest) -> HttpResponse:
        """What today's campaigns would do to a sample basket, and why the others do nothing."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = PreviewForm(request.POST or None)
        result = None
        if request.method == "POST" and form.is_valid():
            items = form.cleaned_data["basket"]
            result = services.sample(items, form.buyer(items))
        names = {campaign.slug: campaign.name for campaign in Campaign.objects.all()} if result else {}
        refused = [(names.get(slug, slug), WHY[why]) for slug, why in result.refused.items()] if result else []
        context = self.admin_site.each_context(request) | {
            "form": form,
            "result": result,
            "refused": refused,
            "title": _("Try the campaigns"),
        }
        return TemplateResponse(request, "promotions/admin/preview.html", context, status=422 if form.errors else 200)


@admin.register(StackingGroup)
class StackingGroupAdmin(ModelAdmin):  # type: ignore[misc]  # it has no types
    list_display = ("position", "name", "code")
    list_display_links = ("name",)


@admin.register(Member)
class MemberAdmin(ModelAdmin):  # type: ignore[misc]  # it has no types
    list_display = ("user", "segment", "starts_on", "ends_on")
    list_filter = ("segment",)
    list_select_related = ("user",)
    autocomplete_fields = ("user",)
    search_fields = ("user__email", "segment")
