"""The catalogue in the back office. Spec sheets are published through the service, never edited."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from apps.catalog import rendering
from apps.catalog.errors import NoLook
from apps.catalog.forms import CarModelForm, SpecSheetForm, TrimForm, initial_of, spec_fieldsets
from apps.catalog.models import Brand, CarModel, RenderJob, SpecSheet, SpecValue, Trim
from apps.catalog.services import index_car_models, publish_sheet
from apps.catalog.templatetags.catalog import measure
from apps.common.looking import LookOnlyInline, LookOnlyPage
from apps.common.money import yuan
from apps.common.worded import words
from apps.common.yuan_forms import InYuan


@admin.register(Brand)
class BrandAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ["name", "slug", "relation", "cars", "position"]
    list_filter = ["relation"]
    search_fields = ["slug", "name_en", "name_zh", "aliases"]
    prepopulated_fields = {"slug": ["name_en"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Brand]:
        return Brand.objects.with_car_count()

    @admin.display(description=_("cars on sale"))
    def cars(self, brand: Any) -> int:
        return int(brand.car_count)

    def save_model(self, request: HttpRequest, obj: Brand, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        index_car_models(CarModel.objects.filter(brand=obj))


class TrimInline(InYuan, TabularInline):  # type: ignore[misc]
    model = Trim
    form = TrimForm
    extra = 0
    fields = ["code", "name_en", "name_zh", "energy", "price", "rent_price", "position", "on_sale"]
    show_change_link = True


@admin.register(CarModel)
class CarModelAdmin(ModelAdmin):  # type: ignore[misc]
    form = CarModelForm
    list_display = [
        "called",
        "body",
        "energy",
        "seats",
        "price",
        "on_sale",
        "exclusive",
        "highlighted",
        "configurable",
    ]
    list_filter = ["on_sale", "exclusive", "highlighted", "body", "energy", "brand"]
    search_fields = ["slug", "name_en", "name_zh", "aliases", "brand__name_en", "brand__name_zh"]
    readonly_fields = ["configurable"]
    autocomplete_fields = ["brand"]
    inlines = [TrimInline]
    actions = ["render_pictures"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CarModel]:
        return CarModel.objects.with_from_price().select_related("brand")

    @admin.display(description=_("car model"), ordering="slug")
    def called(self, car_model: CarModel) -> str:
        return car_model.full_name

    @admin.display(description=_("Lowest price"), ordering="from_price")
    def price(self, car_model: Any) -> str:
        return "–" if car_model.from_price is None else yuan(car_model.from_price)

    def save_model(self, request: HttpRequest, obj: CarModel, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        index_car_models(CarModel.objects.filter(pk=obj.pk))

    @admin.action(description=_("Render the pictures anew"), permissions=["change"])
    def render_pictures(self, request: HttpRequest, chosen: QuerySet[CarModel]) -> None:
        try:
            jobs = rendering.ask(car_models=chosen, by=request.user.pk)
        except NoLook as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        number = len(jobs)
        text = ngettext(
            "%(number)d car is being photographed: see “Picture jobs”.",
            "%(number)d cars are being photographed: see “Picture jobs”.",
            number,
        )
        known = gettext("Their pictures are being taken already.")
        self.message_user(request, text % {"number": number} if number else known, messages.INFO)


@admin.register(RenderJob)
class RenderJobPage(LookOnlyPage):
    """How far pictures are that somebody wants; asked for in the list of car models."""

    list_display = ["car_model", "state", "progress", "problem", "asked_by", "asked_at", "ended_at"]
    list_filter = ["state"]
    worded = {"problem": words(rendering.PROBLEMS)}
    search_fields = ["car_model__slug", "car_model__name_en", "car_model__name_zh"]
    list_select_related = ["car_model__brand", "asked_by"]
    empty_text = _("Which pictures were rendered anew, and by whom, is listed here.")
    list_before_template = "catalog/admin/jobs.html"
    actions = ["cancel"]

    def get_urls(self) -> list[URLPattern]:
        mine = path("progress/", self.admin_site.admin_view(self.progress_view), name="catalog_renderjob_progress")
        urls: list[URLPattern] = super().get_urls()
        return [mine, *urls]

    def progress_view(self, request: HttpRequest) -> HttpResponse:
        """What is under way, as the list asks for it every other second."""
        if not self.has_view_permission(request):
            return HttpResponse(status=403)
        return render(request, "catalog/admin/progress.html", {"jobs": rendering.open_jobs()})

    @admin.display(description=_("pictures"))
    def progress(self, job: RenderJob) -> str:
        return f"{job.done} / {len(job.views)}"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return self.in_words(self.list_display)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return self.get_fields(request, obj)

    def has_stop_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("catalog.change_renderjob")

    @admin.action(description=_("Cancel"), permissions=["stop"])
    def cancel(self, request: HttpRequest, chosen: QuerySet[RenderJob]) -> None:
        number = rendering.cancel(jobs=chosen)
        text = ngettext("%(number)d job is cancelled.", "%(number)d jobs are cancelled.", number)
        self.message_user(request, text % {"number": number}, messages.INFO)


@admin.register(Trim)
class TrimAdmin(InYuan, ModelAdmin):  # type: ignore[misc]
    form = TrimForm
    list_display = [
        "code",
        "name",
        "car_model",
        "energy",
        "list_price",
        "range_km",
        "range_cycle",
        "on_sale",
        "new_sheet",
    ]
    list_filter = ["on_sale", "energy", "car_model__brand"]
    search_fields = ["code", "name_en", "name_zh", "car_model__name_en", "car_model__name_zh"]
    list_select_related = ["car_model__brand"]
    autocomplete_fields = ["car_model"]
    readonly_fields = ["range_km", "range_cycle"]

    @admin.display(description=_("price with battery"), ordering="price")
    def list_price(self, trim: Trim) -> str:
        return yuan(trim.price)

    @admin.display(description=_("specs"))
    def new_sheet(self, trim: Trim) -> SafeString:
        url = f"{reverse('admin:catalog_specsheet_add')}?trim={trim.pk}"
        return format_html('<a href="{}">{}</a>', url, _("New version"))


class SpecValueInline(LookOnlyInline):
    model = SpecValue
    fields = ("called", "shown", "cycle")
    readonly_fields = fields
    tab = False

    @admin.display(description=_("spec value"))
    def called(self, row: SpecValue) -> str:
        return str(row.definition.label)

    @admin.display(description=pgettext_lazy("spec sheet", "value"))
    def shown(self, row: SpecValue) -> str:
        return row.text if row.number is None else f"{measure(row.number)} {row.unit}".strip()


@admin.register(SpecSheet)
class SpecSheetAdmin(ModelAdmin):  # type: ignore[misc]
    """Adding publishes a new version, filled in with the one in force; what was published can only be read."""

    form = SpecSheetForm
    list_display = ["called", "version", "current", "note", "created_at"]
    list_filter = ["current", "trim__car_model__brand"]
    search_fields = ["trim__code", "trim__name_en", "trim__name_zh", "note"]
    list_select_related = ["trim__car_model__brand"]
    autocomplete_fields = ["trim"]
    date_hierarchy = "created_at"

    @admin.display(description=_("trim"), ordering="trim")
    def called(self, sheet: SpecSheet) -> str:
        return f"{sheet.trim.car_model.full_name} {sheet.trim.name}"

    def get_fieldsets(self, request: HttpRequest, obj: SpecSheet | None = None) -> Any:
        if obj is None:
            return spec_fieldsets()
        return [(None, {"fields": ["trim", "version", "current", "note", "created_at"]})]

    def get_inlines(self, request: HttpRequest, obj: SpecSheet | None) -> list[Any]:
        return [] if obj is None else [SpecValueInline]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        trim = initial.get("trim", "")
        if str(trim).isdigit():
            initial |= initial_of(list(SpecValue.objects.filter(sheet__trim=int(trim), sheet__current=True)))
        return initial

    def save_model(self, request: HttpRequest, obj: SpecSheet, form: Any, change: bool) -> None:
        sheet = publish_sheet(trim=obj.trim, entries=form.entries(), note=obj.note)
        obj.pk, obj.version = sheet.pk, sheet.version

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
