"""Orders. What a clerk does to an order is a service: with a permission, a confirmation and a reason."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from apps.accounts.requests import user_of
from apps.common.errors import DomainError
from apps.common.money import yuan
from apps.common.worded import language_name
from apps.orders import services, wording
from apps.orders.admin import words
from apps.orders.admin.base import (
    FORM_KEY,
    TOTAL,
    LookOnlyInline,
    LookOnlyPage,
    TriedAgain,
    act_once,
    amount_column,
    form_key,
    offers,
    posted,
)
from apps.orders.admin.facts import ReadableFacts
from apps.orders.admin.payouts import link_to_payout
from apps.orders.admin.tasks import TASK_NAMES, TaskActions
from apps.orders.differences import between
from apps.orders.lifecycle import Actor
from apps.orders.models import (
    Allocation,
    Contract,
    Credit,
    FulfilmentStep,
    Inspection,
    Order,
    OrderChange,
    OrderLine,
    PaymentLeg,
    Payout,
    Return,
    Timer,
    Transition,
    Waiver,
    WorkItem,
)


class ReasonForm(forms.Form):
    """Why somebody of the company does this; kept with the order."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=UnfoldAdminTextareaWidget({"rows": 3}))


class RefundForm(ReasonForm):
    leg = forms.ModelChoiceField(
        PaymentLeg.objects.none(), label=_("Payment"), empty_label=None, widget=UnfoldAdminSelectWidget
    )
    amount = forms.DecimalField(
        label=_("Amount in yuan"),
        min_value=0,
        decimal_places=2,
        max_digits=12,
        widget=UnfoldAdminTextInputWidget({"inputmode": "decimal"}),
    )
    field_order = ("leg", "amount", "reason")

    def __init__(self, data: Any, *, order: Order) -> None:
        super().__init__(data)
        self.fields["leg"].queryset = order.legs.filter(captured__gt=0)  # type: ignore[attr-defined]
        self.fields["leg"].label_from_instance = _leg_label  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        if not self.data.get(FORM_KEY):  # by it a refund is known that was asked for before
            raise forms.ValidationError(_("Please open this form again."))
        return super().clean() or {}


def _leg_label(leg: PaymentLeg) -> str:
    return f"{leg.get_purpose_display()} {yuan(leg.captured - leg.refunded)}"


class LineInline(LookOnlyInline):
    model = OrderLine
    fields = ("kind", "name", "quantity", "total_yuan", "status")
    readonly_fields = fields
    total_yuan = amount_column("total", TOTAL)


class LegInline(LookOnlyInline):
    model = PaymentLeg
    fields = ("purpose", "status", "amount_yuan", "captured_yuan", "refunded_yuan", "captured_at")
    readonly_fields = fields
    show_change_link = True
    amount_yuan = amount_column("amount", PaymentLeg._meta.get_field("amount").verbose_name)
    captured_yuan = amount_column("captured", PaymentLeg._meta.get_field("captured").verbose_name)
    refunded_yuan = amount_column("refunded", PaymentLeg._meta.get_field("refunded").verbose_name)


class CreditInline(LookOnlyInline):
    model = Credit
    fields = ("created_at", "kind", "amount_yuan", "used_yuan", "transfer")
    readonly_fields = fields
    amount_yuan = amount_column("amount", Credit._meta.get_field("amount").verbose_name)
    used_yuan = amount_column("used", Credit._meta.get_field("used").verbose_name)

    @admin.display(description=Payout._meta.verbose_name)
    def transfer(self, credit: Credit) -> SafeString | str:
        return link_to_payout(credit.payout) if credit.payout else "–"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("payouts")


class TransitionInline(LookOnlyInline):
    model = Transition
    fields = ("seq", "source", "target", "actor", "user", "reason", "at")
    readonly_fields = fields
    worded = {"actor": words.actor, "reason": words.reason}

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("user")


class StepInline(TriedAgain, LookOnlyInline):
    model = FulfilmentStep
    fields = ("kind", "direction", "status", "attempts", "upcoming", "done_at", "error")
    readonly_fields = fields


class TimerInline(LookOnlyInline):
    model = Timer
    fields = ("kind", "due_at", "done_at")
    readonly_fields = fields


class AllocationInline(LookOnlyInline):
    model = Allocation
    fields = ("vehicle", "since", "ended_at")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("vehicle")


class InspectionInline(LookOnlyInline):
    model = Inspection
    fields = ("kind", "text", "found", "passed", "first_name", "second_name", "repair_days", "opened_at", "closed_at")
    readonly_fields = fields


class ReturnInline(LookOnlyInline):
    model = Return
    fields = ("cause", "reason", "km_told", "km_found", "found", "outcome", "asked_at", "closed_at")
    readonly_fields = fields


class WaiverInline(LookOnlyInline):
    model = Waiver
    fields = ("reason", "asked_by", "asked_at", "approved", "decided_by", "decided_at")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("asked_by", "decided_by")


class ChangeInline(LookOnlyInline):
    model = OrderChange
    fields = ("at", "difference_yuan", "signed", "what", "user")
    readonly_fields = fields
    difference_yuan = amount_column("difference", OrderChange._meta.get_field("difference").verbose_name)

    @display(description=_("what"))  # type: ignore[untyped-decorator]
    def what(self, row: OrderChange) -> SafeString:
        """What differs, a row each."""
        rows = ((one.what, one.before or "–", one.after or "–") for one in between(row.before, row.after))
        return format_html_join(mark_safe("<br>"), "{}: {} → {}", rows)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("user")


class ContractInline(LookOnlyInline):
    model = Contract
    fields = ("seq", "signature", "signed_at", "language", "sha256", "file")
    readonly_fields = fields
    worded = {"language": language_name}

    @display(description="PDF")  # type: ignore[untyped-decorator]
    def file(self, row: Contract) -> SafeString:
        return format_html('<a href="{}">PDF</a>', reverse("orders:contract-clerk", args=[row.pk]))

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("data", "pdf")


class WorkInline(LookOnlyInline):
    model = WorkItem
    fields = ("told", "kind", "owner", "created_at", "closed_at")
    readonly_fields = fields

    @admin.display(description=_("text"))
    def told(self, item: WorkItem) -> str:
        return wording.of(item)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("owner")


@admin.register(Order)
class OrderPage(TaskActions, ReadableFacts, LookOnlyPage):
    list_display = ("number", "state", "name", "car_model", "delivery_store", "total_yuan", "placed_at")
    list_filter = ("status", "payment_plan", "invoice_kind", "car_model__brand", "disputed", "frozen")
    list_select_related = ("car_model__brand", "delivery_store")
    search_fields = ("number", "name", "email", "phone", "allocations__vehicle__vin")
    search_help_text = _("Number, name, e-mail, phone or VIN")
    date_hierarchy = "placed_at"
    ordering = ("-placed_at", "-pk")
    view_on_site = False  # the page is the buyer's alone
    inlines = (LineInline, LegInline, CreditInline, TransitionInline, ChangeInline, ContractInline, StepInline, TimerInline, AllocationInline, WorkInline,
        InspectionInline, ReturnInline, WaiverInline,
    )  # fmt: skip
    actions_detail = ("advance", "cancel", "refund", {"title": _("More"), "items": ["retry", *TASK_NAMES]})
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("number", "status"),
                    ("car_model", "flags_text"),
                    ("total_yuan", "monthly_yuan"),
                    ("payment_plan", "placed_at"),
                )
            },
        ),
        (_("Buyer"), {"fields": (("name", "user"), ("phone", "email"), ("city", "language_word"))}),
        (_("Invoice"), {"fields": (("invoice_kind", "invoice_title"), "tax_number")}),
        (_("Delivery"), {"fields": (("delivery_store", "appointment"), ("insurance_text", "handover_text"))}),
        (
            _("Contract"),
            {"fields": (("signature", "signed_at"), ("fees_text", "fee_text"), ("terms_text", "hash_text"))},
        ),
    )
    readonly_fields = ("total_yuan", "monthly_yuan", "flags_text", "insurance_text", "handover_text", "hash_text",
        "fees_text", "fee_text", "terms_text",
    )  # fmt: skip
    worded = {"language": language_name}
    total_yuan = amount_column("total", TOTAL)
    monthly_yuan = amount_column("monthly", _("a month"))

    @display(  # type: ignore[untyped-decorator]
        description=Order._meta.get_field("status").verbose_name, ordering="status", label=words.TONES
    )
    def state(self, order: Order) -> tuple[str, str]:
        return order.status, order.get_status_display()

    def _offered(self, request: HttpRequest, object_id: Any, permission: str, fits: Callable[[Order], bool]) -> bool:
        """An order's page offers what its state allows."""
        if not request.user.has_perm(permission):
            return False
        order = Order.objects.filter(pk=object_id).first() if object_id and offers(request) else None
        return order is None or fits(order)

    def has_advance_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        waiting = FulfilmentStep.objects.filter(status=FulfilmentStep.Status.READY)
        return self._offered(
            request, object_id, "orders.advance_order", lambda order: waiting.filter(order=order).exists()
        )

    def has_retry_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        parked = FulfilmentStep.objects.filter(status=FulfilmentStep.Status.PARKED)
        return self._offered(
            request, object_id, "orders.advance_order", lambda order: parked.filter(order=order).exists()
        )

    def has_cancel_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._offered(
            request,
            object_id,
            "orders.cancel_any_order",
            lambda order: services.cancellation(order, Actor.STAFF).possible,
        )

    def has_refund_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._offered(
            request,
            object_id,
            "orders.refund_order",
            lambda order: order.legs.filter(captured__gt=F("refunded")).exists(),
        )

    @action(description=_("Do the next step now"), url_path="advance", permissions=["advance"], icon="arrow_forward")  # type: ignore[untyped-decorator]
    def advance(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What waits for a partner or a time is done at once."""
        order = get_object_or_404(Order, pk=object_id)
        form = ReasonForm(posted(request))

        def do() -> None:
            services.advance(order=order, user=user_of(request), reason=form.cleaned_data["reason"])

        waiting = order.steps.filter(status=FulfilmentStep.Status.READY).first()
        note: Any = waiting.get_kind_display() if waiting else _("No step is waiting.")
        return self._confirmed(request, order, form, do, _("Do the next step now"), note)

    @action(description=_("Cancel"), url_path="cancel", permissions=["cancel"], icon="cancel")  # type: ignore[untyped-decorator]
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """For the buyer, at the buyer's price: a signed contract's fee is charged."""
        order = get_object_or_404(Order, pk=object_id)
        form = ReasonForm(posted(request))

        def do() -> None:
            services.cancel(
                order=order,
                actor=Actor.STAFF,
                user=user_of(request),
                reason=form.cleaned_data["reason"],
                accept_fee=True,
            )

        terms = services.cancellation(order, Actor.STAFF)
        note: Any = _("This order can no longer be cancelled.")
        if terms.possible:
            note = _("Fee %(fee)s, refund %(refund)s.") % {"fee": yuan(terms.fee), "refund": yuan(terms.refund)}
        return self._confirmed(request, order, form, do, _("Cancel the order"), note)

    @action(description=_("Refund"), url_path="refund", permissions=["refund"], icon="undo")  # type: ignore[untyped-decorator]
    def refund(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send a part of a payment back, the order staying as it is."""
        order = get_object_or_404(Order, pk=object_id)
        form = RefundForm(posted(request), order=order)

        def do() -> None:
            services.refund(
                leg=form.cleaned_data["leg"],
                amount=int(form.cleaned_data["amount"] * 100),
                user=user_of(request),
                reason=form.cleaned_data["reason"],
                key=request.POST[FORM_KEY],
            )

        key = services.refund_key(order, user_of(request))
        return self._confirmed(request, order, form, do, _("Send money back"), "", key)

    @action(description=_("Try the parked step again"), url_path="retry", permissions=["retry"], icon="refresh")  # type: ignore[untyped-decorator]
    def retry(self, request: HttpRequest, object_id: str) -> HttpResponse:
        order = get_object_or_404(Order, pk=object_id)
        parked = order.steps.filter(status=FulfilmentStep.Status.PARKED).first()

        def do() -> None:
            if parked is not None:
                services.retry_step(step=parked, user=user_of(request))

        note = f"{parked.get_kind_display()}: {parked.cause}" if parked else _("No step is parked.")
        return self._confirmed(request, order, forms.Form(posted(request)), do, _("Try again"), note)

    def _confirmed(
        self, request: HttpRequest, order: Order, form: forms.Form, do: Callable[[], None], title: Any, note: Any,
        key: str = "",
    ) -> HttpResponse:  # fmt: skip
        """Ask first; then do it once, or say why not. With ``key`` the service itself knows the form by it."""
        if not self.has_view_permission(request, order):
            raise PermissionDenied
        back = reverse("admin:orders_order_change", args=[order.pk])
        if request.method == "POST" and form.is_valid():
            try:
                if key:
                    do()
                    messages.success(request, _("Done."))
                else:
                    act_once(request, do)
            except DomainError as error:
                messages.error(request, str(error))
            return redirect(back)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "title": title,
            "order": order,
            "form": form,
            "note": note,
            "back": back,
            "form_key": form_key(request, key),
        }
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "orders/admin/confirm.html", context, status=status)
