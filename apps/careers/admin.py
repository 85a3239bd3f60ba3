"""The back office of careers."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from unfold.admin import ModelAdmin, TabularInline

from apps.accounts.requests import user_of
from apps.careers import services
from apps.careers.models import Application, Posting, StatusChange
from apps.common.errors import DomainError

CONTENT_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@admin.register(Posting)
class PostingAdmin(ModelAdmin):  # type: ignore[misc]  # it has no types
    list_display = (
        "title_en",
        "title_zh",
        "department",
        "place",
        "kind",
        "pay",
        "published_at",
        "closes_at",
        "applicants",
    )
    list_filter = ("department", "kind", "city", "education")
    search_fields = ("slug", "title_en", "title_zh", "city_name_en", "city_name_zh")
    prepopulated_fields = {"slug": ("title_en",)}
    date_hierarchy = "published_at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Posting]:
        rows: QuerySet[Posting] = super().get_queryset(request)
        return rows.annotate(applicant_count=Count("applications"))

    @admin.display(description=_("city"), ordering="city")
    def place(self, posting: Posting) -> str:
        return posting.city_name

    @admin.display(description=_("pay"), ordering="yearly_max")
    def pay(self, posting: Posting) -> str:
        return posting.monthly_pay

    @admin.display(description=_("applications"), ordering="applicant_count")
    def applicants(self, posting: Posting) -> int:
        count: int = getattr(posting, "applicant_count", 0)
        return count


class StatusChangeInline(TabularInline):  # type: ignore[misc]  # it has no types
    model = StatusChange
    fields = readonly_fields = ("at", "old", "new", "actor")
    extra = 0
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[StatusChange]:
        rows: QuerySet[StatusChange] = super().get_queryset(request)
        return rows.select_related("actor")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Application)
class ApplicationAdmin(ModelAdmin):  # type: ignore[misc]  # it has no types
    """Applications come from the site alone; here they are read, noted on and moved along."""

    list_display = ("name", "posting", "status", "email", "phone", "created_at", "resume_link")
    list_filter = ("status", "posting__department", "posting__city", "created_at")
    list_select_related = ("posting",)
    search_fields = ("name", "email", "phone", "posting__title_en", "posting__title_zh")
    date_hierarchy = "created_at"
    actions = ("to_review", "to_interview", "to_offer", "to_hired", "to_rejected", "to_withdrawn")
    inlines = (StatusChangeInline,)
    fields = (
        "posting",
        "status",
        ("name", "email", "phone"),
        "letter",
        "resume_link",
        "notes",
        ("language", "created_at", "consented_at", "mailed_at"),
    )
    readonly_fields = (
        "posting",
        "status",
        "name",
        "email",
        "phone",
        "letter",
        "resume_link",
        "language",
        "created_at",
        "consented_at",
        "mailed_at",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        download = self.admin_site.admin_view(self.download)
        own = [path("<uuid:pk>/resume/", download, name="careers_application_resume")]
        urls: list[URLPattern] = super().get_urls()
        return own + urls

    def download(self, request: HttpRequest, pk: Any) -> FileResponse:
        """The résumé as a file to keep: never shown inside our own pages."""
        if not user_of(request).has_perm("careers.download_resume"):
            raise PermissionDenied
        application = get_object_or_404(Application, pk=pk)
        name = slugify(application.name, allow_unicode=True) or "resume"
        response = FileResponse(
            application.resume.open("rb"),
            as_attachment=True,
            filename=f"{name}.{application.resume_kind}",
            content_type=CONTENT_TYPES[application.resume_kind],
        )
        response["Cache-Control"] = "private, no-store"
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response

    def delete_model(self, request: HttpRequest, obj: Application) -> None:
        services.forget(application_id=obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Application]) -> None:
        for application_id in queryset.values_list("pk", flat=True):
            services.forget(application_id=application_id)

    @admin.display(description=_("résumé"))
    def resume_link(self, application: Application) -> SafeString:
        url = reverse("admin:careers_application_resume", args=[application.pk])
        return format_html('<a href="{}">{}</a>', url, application.get_resume_kind_display())

    def _move(self, request: HttpRequest, applications: QuerySet[Application], status: str) -> None:
        moved = 0
        for application_id in applications.values_list("pk", flat=True):
            try:
                services.change_status(application_id=application_id, status=status, actor=user_of(request))
            except DomainError as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                moved += 1
        if moved:
            text = ngettext("%(number)s application moved.", "%(number)s applications moved.", moved)
            self.message_user(request, text % {"number": moved}, messages.SUCCESS)

    @admin.action(description=_("Take into review"), permissions=["change"])
    def to_review(self, request: HttpRequest, applications: QuerySet[Application]) -> None:
        self._move(request, applications, Application.Status.REVIEW)

    @admin.action(description=_("Invite to an interview"), permissions=["change"])
    def to_interview(self, request: HttpRequest, applications: QuerySet[Application]) -> None:
        self._move(request, applications, Application.Status.INTERVIEW)

    @admin.action(description=pgettext_lazy("job", "Make an offer"), permissions=["change"])
    def to_offer(self, request: HttpRequest, applications: QuerySet[Application]) -> None:
        self._move(request, applications, Application.Status.OFFER)

    @admin.action(description=_("Hired"), permissions=["change"])
    def to_hired(self, request: HttpRequest, applications: QuerySet[Application]) -> None:
        self._move(request, applications, Application.Status.HIRED)

    @admin.action(description=_("Reject"), permissions=["change"])
    def to_rejected(self, request: HttpRequest, applications: QuerySet[Application]) -> None:
        self._move(request, applications, Application.Status.REJECTED)

    @admin.action(description=_("Withdrawn by the applicant"), permissions=["change"])
    def to_withdrawn(self, request: HttpRequest, applications: QuerySet[Application]) -> None:
        self._move(request, applications, Application.Status.WITHDRAWN)


@admin.register(StatusChange)
class StatusChangeAdmin(ModelAdmin):  # type: ignore[misc]  # it has no types
    list_display = ("at", "application", "old", "new", "actor")
    list_filter = ("new",)
    list_select_related = ("application", "actor")
    search_fields = ("application__name", "application__email")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
