"""Loans, old cars, settlement and invoices in the back office. What a clerk does is a service with a permission of its own."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from apps.accounts.requests import user_of
from apps.common.errors import DomainError
from apps.common.money import yuan
from apps.common.translated import content_language
from apps.orders.admin import words
from apps.orders.admin.base import (
    AMOUNT,
    ActingPage,
    LookOnlyInline,
    LookOnlyPage,
    OfAPayment,
    amount_column,
    may_follow,
    order_column,
    posted,
)
from apps.orders.gateways import OFFERABLE, gateway
from apps.orders.models import (
    LOAN_PAIRS,
    TRADE_IN_PAIRS,
    Credit,
    Invoice,
    LegalSeller,
    LoanDocument,
    LoanReferral,
    PaymentAttempt,
    SettlementFile,
    SettlementLine,
    TradeIn,
)
from apps.orders.money_forms import StatementForm
from apps.orders.services import loans, settlement, trade_ins
from apps.orders.services.permissions import LOANS, SETTLE, TRADE_INS


class NoteForm(forms.Form):
    """A few words, and what a bank calls its case."""

    reference = forms.CharField(
        label=_("bank's reference"), max_length=100, required=False, widget=UnfoldAdminTextInputWidget
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=300, required=False, widget=UnfoldAdminTextareaWidget({"rows": 3})
    )


class AmountForm(forms.Form):
    """A sum in yuan, and why."""

    amount = forms.DecimalField(
        label=_("Amount in yuan"),
        min_value=0,
        decimal_places=2,
        max_digits=12,
        widget=UnfoldAdminTextInputWidget({"inputmode": "decimal"}),
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=300, required=False, widget=UnfoldAdminTextareaWidget({"rows": 3})
    )

    def fen(self) -> int:
        amount: Decimal = self.cleaned_data["amount"]
        return int(amount * 100)


class TransferForm(AmountForm):
    """A bank's transfer."""

    reference = forms.CharField(label=_("bank's reference"), max_length=100, widget=UnfoldAdminTextInputWidget)
    reason = None  # type: ignore[assignment]  # the base's field is left out


@admin.register(PaymentAttempt)
class AttemptPage(OfAPayment, LookOnlyPage):
    ordering = ("-created_at", "-pk")
    list_display = (
        "created_at",
        "number",
        "leg",
        "gateway",
        "amount_yuan",
        "reference",
        "transaction",
        "captured",
        "closed_at",
    )
    list_filter = ("gateway", "captured")
    list_select_related = ("leg__order",)
    worded = {"gateway": words.gateway}
    search_fields = ("=id", "=reference", "=transaction", "leg__order__number")
    amount_yuan = amount_column("amount", AMOUNT)


@admin.register(Credit)
class CreditPage(LookOnlyPage):
    list_display = ("created_at", "order_number", "kind", "amount_yuan", "used_yuan", "key")
    order_number = order_column
    list_filter = ("kind",)
    list_select_related = ("order",)
    search_fields = ("order__number", "=key")
    amount_yuan = amount_column("amount", AMOUNT)
    used_yuan = amount_column("used", Credit._meta.get_field("used").verbose_name)


class DocumentInline(LookOnlyInline):
    model = LoanDocument
    fields = ("kind", "file_kind", "size", "user", "uploaded_at", "open_file")
    readonly_fields = fields

    @admin.display(description=_("file"))
    def open_file(self, row: LoanDocument) -> SafeString:
        address = reverse("orders:loan-document-clerk", args=[row.pk])
        return format_html('<a class="underline" href="{}">{}</a>', address, row.file_kind.upper())


@admin.register(LoanReferral)
class LoanPage(OfAPayment, ActingPage):
    list_display = ("created_at", "number", "lender", "months", "amount_yuan", "status", "reference")
    list_filter = ("status", "lender")
    worded = {"lender": gettext}
    list_select_related = ("leg__order",)
    search_fields = ("leg__order__number", "=reference")
    inlines = (DocumentInline,)
    actions_detail = ("approve", "decline", "disburse")

    @admin.display(description=AMOUNT, ordering="leg__amount")
    def amount_yuan(self, referral: LoanReferral) -> str:
        return yuan(referral.leg.amount)

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._offered(request, object_id, LoanReferral.Status.APPROVED)

    def has_disburse_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._offered(request, object_id, LoanReferral.Status.DISBURSED)

    def _offered(self, request: HttpRequest, object_id: Any, target: str) -> bool:
        """A referral's page offers what may follow its state."""
        may = bool(request.user.has_perm(LOANS))
        return may and may_follow(request, LoanReferral.objects.all(), object_id, target, LOAN_PAIRS)

    @action(description=_("Note the bank's approval"), url_path="approve", permissions=["decide"], icon="check")  # type: ignore[untyped-decorator]
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, _("Note the bank's approval"), approved=True)

    @action(description=_("Note the bank's refusal"), url_path="decline", permissions=["decide"], icon="close")  # type: ignore[untyped-decorator]
    def decline(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, _("Note the bank's refusal"), approved=False)

    def _decide(self, request: HttpRequest, object_id: str, title: Any, *, approved: bool) -> HttpResponse:
        referral, form = get_object_or_404(LoanReferral, pk=object_id), NoteForm(posted(request))

        def do() -> None:
            loans.decide(referral=referral, approved=approved, user=user_of(request), **form.cleaned_data)

        return self.ask(request, referral, form, do, title)

    @action(description=_("The bank has paid"), url_path="disburse", permissions=["disburse"], icon="payments")  # type: ignore[untyped-decorator]
    def disburse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        referral, form = get_object_or_404(LoanReferral, pk=object_id), TransferForm(posted(request))

        def do() -> None:
            reference = form.cleaned_data["reference"]
            loans.disburse(referral=referral, reference=reference, amount=form.fen(), user=user_of(request))

        return self.ask(request, referral, form, do, _("The bank has paid"))


@admin.register(TradeIn)
class TradeInPage(ActingPage):
    order_number = order_column
    list_display = ("created_at", "order_number", "car", "year", "mileage", "status", "offer_yuan", "firm_until")
    list_filter = ("status",)
    list_select_related = ("order",)
    search_fields = ("order__number", "plate", "car")
    actions_detail = ("make_offer", "inspect_car")
    offer_yuan = amount_column("offer", TradeIn._meta.get_field("offer").verbose_name)

    def has_value_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._offered(request, object_id, TradeIn.Status.FIRM)

    def has_inspect_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._offered(request, object_id, TradeIn.Status.SETTLED)

    def _offered(self, request: HttpRequest, object_id: Any, target: str) -> bool:
        """An old car's page offers what may follow its state."""
        may = bool(request.user.has_perm(TRADE_INS))
        return may and may_follow(request, TradeIn.objects.all(), object_id, target, TRADE_IN_PAIRS)

    @action(description=_("Make an offer"), url_path="offer", permissions=["value"], icon="sell")  # type: ignore[untyped-decorator]
    def make_offer(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row, form = get_object_or_404(TradeIn, pk=object_id), AmountForm(posted(request))

        def do() -> None:
            trade_ins.offer(trade_in=row, amount=form.fen(), user=user_of(request))

        return self.ask(request, row, form, do, _("Make an offer"))

    @action(description=_("Note the inspection"), url_path="inspect", permissions=["inspect"], icon="fact_check")  # type: ignore[untyped-decorator]
    def inspect_car(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row, form = get_object_or_404(TradeIn, pk=object_id), AmountForm(posted(request))

        def do() -> None:
            reason = form.cleaned_data["reason"]
            trade_ins.inspect(trade_in=row, worth=form.fen(), reason=reason, user=user_of(request))

        return self.ask(request, row, form, do, _("Note the inspection"))


class SettlementLineInline(LookOnlyInline):
    model = SettlementLine
    fields = ("position", "kind", "transaction", "amount_yuan", "fee_yuan", "result", "leg", "text")
    readonly_fields = fields
    amount_yuan = amount_column("amount", AMOUNT)
    fee_yuan = amount_column("fee", SettlementLine._meta.get_field("fee").verbose_name)


class UploadForm(StatementForm):
    """In the back office's clothes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        names = [(name, gateway(name).label) for name in OFFERABLE]
        super().__init__(*args, gateways=names, **kwargs)
        self.fields["gateway"].widget = UnfoldAdminSelectWidget(choices=names)
        self.fields["file"].widget = UnfoldAdminFileFieldWidget()


@admin.register(SettlementFile)
class SettlementPage(LookOnlyPage):
    empty_text = _("Import a file of a gateway or a bank, and what it says is compared with what is booked.")
    list_display = ("day", "gateway", "name", "fees_yuan", "paid_out_yuan", "differences", "user", "imported_at")
    list_filter = ("gateway",)
    list_select_related = ("user",)
    date_hierarchy = "day"
    inlines = (SettlementLineInline,)
    actions_list = ("upload",)
    fees_yuan = amount_column("fees", SettlementFile._meta.get_field("fees").verbose_name)
    paid_out_yuan = amount_column("paid_out", SettlementFile._meta.get_field("paid_out").verbose_name)

    def has_import_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(SETTLE))

    @action(description=_("Import a file"), url_path="upload", permissions=["import"], icon="upload")  # type: ignore[untyped-decorator]
    def upload(self, request: HttpRequest) -> HttpResponse:
        form = UploadForm(posted(request), request.FILES or None)
        back, refused = reverse("admin:orders_settlementfile_changelist"), ""
        if request.method == "POST" and form.is_valid():
            sent = form.cleaned_data["file"]
            try:
                file = settlement.import_by_clerk(
                    gateway_name=form.cleaned_data["gateway"],
                    content=sent.read(),
                    name=sent.name,
                    user=user_of(request),
                )
            except DomainError as error:
                refused = str(error)
            else:
                messages.success(request, _("Imported; differences: %(count)s.") % {"count": file.differences})
                return redirect("admin:orders_settlementfile_change", file.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "title": _("Import a file"),
            "subject": self.model._meta.verbose_name_plural,
            "form": form,
            "refused": refused,
            "back": back,
        }
        return TemplateResponse(request, "orders/admin/act.html", context, status=422 if form.is_bound else 200)


@admin.register(Invoice)
class InvoicePage(LookOnlyPage):
    order_number = order_column
    list_display = ("full_number", "order_number", "kind", "title", "amount_yuan", "tax_yuan", "original", "issued_at")
    list_filter = ("kind", "seller", ("original", admin.EmptyFieldListFilter))
    list_select_related = ("order", "seller", "original__seller")
    search_fields = ("order__number", "title", "=number")
    date_hierarchy = "issued_at"
    amount_yuan = amount_column("amount", AMOUNT)
    tax_yuan = amount_column("tax", Invoice._meta.get_field("tax").verbose_name)
    fields = (
        "full_number",
        "order",
        "seller",
        "kind",
        "original",
        "refund",
        "payout",
        "party",
        "title",
        "tax_number",
        "amount",
        "tax",
        "sold",
        "issued_at",
    )

    @admin.display(description=Invoice._meta.get_field("lines").verbose_name)
    def sold(self, invoice: Invoice) -> SafeString:
        name = f"name_{content_language()}"
        shown = (
            (line[name], line["quantity"], yuan(line["amount"]), line["percent"], yuan(line["tax"]))
            for line in invoice.lines
        )
        return format_html_join("", "<p>{} × {} · {} ({} %, {})</p>", shown)

    @admin.display(description=pgettext_lazy("invoice", "number"), ordering="number")
    def full_number(self, invoice: Invoice) -> str:
        return invoice.full_number


@admin.register(LegalSeller)
class SellerPage(LookOnlyPage):
    list_display = ("code", "name_en", "name_zh", "tax_number")
