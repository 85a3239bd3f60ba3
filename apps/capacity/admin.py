"""The back office of capacity: what there is, who holds what until when, and everything that ever moved."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from apps.capacity import kinds, naming, services
from apps.capacity.models import Hold, Movement, Pool, Proof
from apps.common.errors import DomainError
from apps.common.looking import LookOnlyPage

KINDS = [
    (kinds.BUILD, _("build slots")),
    (kinds.STOCK, _("stock")),
    (kinds.INSTALL, _("installer minutes")),
    (kinds.VOUCHER, _("vouchers")),
]


class AdjustForm(forms.Form):
    """A change of what there is, with its reason."""

    change = forms.IntegerField(
        label=_("Units more or fewer"),
        help_text=_("50 for a new allotment, -3 for units that will not come."),
        min_value=-services.MOST,
        max_value=services.MOST,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=UnfoldAdminTextInputWidget)


class KindFilter(admin.SimpleListFilter):
    title, parameter_name, prefix = _("kind"), "kind", "resource"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return KINDS

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        return queryset.filter(**{f"{self.prefix}__startswith": f"{chosen}:"}) if chosen else queryset


class KindOfPoolFilter(KindFilter):
    prefix = "pool__resource"


class NamedPage(LookOnlyPage):
    """A page whose rows are pools or belong to one, which is shown under the name that people give it."""

    def pool_of(self, row: Any) -> Pool:
        pool: Pool = row.pool
        return pool

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changes = super().get_changelist_instance(request)
        naming.name_pools(self.pool_of(row) for row in changes.result_list)
        return changes

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            naming.name_pools([self.pool_of(row)])
        return row


class PoolPage(NamedPage):
    """A page of pools, by whichever of their names."""

    def pool_of(self, row: Any) -> Pool:
        pool: Pool = row
        return pool

    @admin.display(description=_("resource"), ordering="resource")
    def called(self, pool: Pool) -> str:
        return str(pool)


def may_change(request: HttpRequest) -> bool:
    return request.user.has_perm("capacity.change_pool")


@admin.register(Pool)
class PoolAdmin(PoolPage):
    list_display = ("called", "total", "held", "taken", "used", "left", "closed", "links")
    list_filter = (KindFilter, "closed")
    search_fields = ("resource",)
    actions = ("close_pools", "reopen_pools")

    def has_adjust_permission(self, request: HttpRequest) -> bool:
        return may_change(request)

    @admin.display(description=pgettext_lazy("capacity", "free"))
    def left(self, pool: Pool) -> int:
        return pool.free

    @admin.display(description=_("look"))
    def links(self, pool: Pool) -> SafeString:
        holds = f"{reverse('admin:capacity_hold_changelist')}?pool__id__exact={pool.pk}"
        moves = f"{reverse('admin:capacity_movement_changelist')}?pool__id__exact={pool.pk}"
        adjust = reverse("admin:capacity_adjust", args=[pool.pk])
        shape = '<a class="underline" href="{}">{}</a> · <a class="underline" href="{}">{}</a>'
        return format_html(
            shape + ' · <a class="underline" href="{}">{}</a>',
            *(holds, _("Who holds"), moves, _("Movements"), adjust, _("Open or withdraw")),
        )

    @admin.action(description=_("Close: give nothing more out"), permissions=["adjust"])
    def close_pools(self, request: HttpRequest, pools: QuerySet[Pool]) -> None:
        for pool in pools:
            services.close(resource=pool.resource)

    @admin.action(description=_("Open again"), permissions=["adjust"])
    def reopen_pools(self, request: HttpRequest, pools: QuerySet[Pool]) -> None:
        for pool in pools:
            services.close(resource=pool.resource, closed=False)

    def get_urls(self) -> list[URLPattern]:
        own = [path("<int:pk>/adjust/", self.admin_site.admin_view(self.adjust), name="capacity_adjust")]
        urls: list[URLPattern] = super().get_urls()
        return own + urls

    def adjust(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Open more units or withdraw some, with the reason."""
        if not may_change(request):
            raise PermissionDenied
        pool = get_object_or_404(Pool, pk=pk)
        naming.name_pools([pool])
        form = AdjustForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            user: Any = request.user
            try:
                changed = services.adjust(resource=pool.resource, user=user, **form.cleaned_data)
            except DomainError as error:
                form.add_error(error.field, str(error))
            else:
                text = _("%(resource)s: %(free)s free now.") % {"resource": pool, "free": changed.free}
                self.message_user(request, text, messages.SUCCESS)
                return redirect("admin:capacity_pool_changelist")
        context = self.admin_site.each_context(request) | {"form": form, "pool": pool, "title": str(pool)}
        return TemplateResponse(request, "capacity/admin/adjust.html", context, status=422 if form.errors else 200)


@admin.register(Hold)
class HoldAdmin(NamedPage):
    list_display = ("created_at", "pool", "owner", "quantity", "state", "until", "changed_at")
    list_filter = ("state", KindOfPoolFilter)
    list_select_related = ("pool",)
    search_fields = ("owner", "pool__resource")


@admin.register(Movement)
class MovementAdmin(NamedPage):
    list_display = ("at", "pool", "kind", "owner", "total_change", "held_change", "taken_change", "used_change",
                    "reason", "user")  # fmt: skip
    list_filter = ("kind", KindOfPoolFilter, "at")
    worded = {"reason": gettext}
    list_select_related = ("pool", "user")
    search_fields = ("owner", "pool__resource", "reason")
    date_hierarchy = "at"


@admin.register(Proof)
class ProofAdmin(LookOnlyPage):
    list_display = ("at", "pools", "right")

    @admin.display(description=_("all balances right"), boolean=True)
    def right(self, proof: Proof) -> bool:
        return not proof.differences
