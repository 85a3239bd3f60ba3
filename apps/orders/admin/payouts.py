"""Credits that are paid out by transfer, in the back office: note it, confirm it, send it back."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from apps.accounts.requests import user_of
from apps.common.money import yuan
from apps.orders.admin.base import AMOUNT, ActingPage, amount_column, order_link, posted, was_sent
from apps.orders.models import Payout
from apps.orders.services import payouts
from apps.orders.services.permissions import REFUND

_S = Payout.Status


class NoteTransferForm(forms.Form):
    """What the bank's confirmation says."""

    reference = forms.CharField(
        label=_("Bank's reference"),
        max_length=100,
        help_text=_("Of this one transfer."),
        widget=UnfoldAdminTextInputWidget,
    )
    amount = forms.DecimalField(
        label=_("Amount in yuan"),
        min_value=0,
        decimal_places=2,
        max_digits=12,
        widget=UnfoldAdminTextInputWidget({"inputmode": "decimal"}),
    )
    paid_on = forms.DateField(label=_("Day of the transfer"), widget=UnfoldAdminDateWidget({"type": "date"}))

    def fen(self) -> int:
        amount: Decimal = self.cleaned_data["amount"]
        return int(amount * 100)


class ConfirmForm(forms.Form):
    reference = forms.CharField(
        label=_("Bank's reference"),
        max_length=100,
        help_text=_("As the bank's statement has it, not as it was noted."),
        widget=UnfoldAdminTextInputWidget,
    )


class SendBackForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=UnfoldAdminTextareaWidget({"rows": 3}))


def link_to_payout(payout: Payout) -> SafeString:
    """The way to its page, with its state."""
    address = reverse("admin:orders_payout_change", args=[payout.pk])
    return format_html('<a class="underline" href="{}">{}</a>', address, payout)


@admin.register(Payout)
class PayoutPage(ActingPage):
    list_display = (
        "created_at",
        "number",
        "buyer",
        "amount_yuan",
        "status",
        "reference",
        "paid_on",
        "noted_by",
        "confirmed_by",
    )
    list_filter = ("status", "credit__kind")
    list_select_related = ("credit__order", "noted_by", "confirmed_by")
    search_fields = ("credit__order__number", "=reference")
    date_hierarchy = "created_at"
    actions_detail = ("note", "confirm", "send_back")
    fields = ("number", "buyer", "phone", "email", "kind", "amount_yuan", "status", "reference", "paid_on", "noted_by", "noted_at",
        "confirmed_by", "confirmed_at", "reason", "created_at",
    )  # fmt: skip
    readonly_fields = ("number", "buyer", "phone", "email", "kind", "amount_yuan")
    amount_yuan = amount_column("amount", AMOUNT)

    @admin.display(description=_("order"), ordering="credit__order__number")
    def number(self, payout: Payout) -> str | SafeString:
        return order_link(payout.credit.order)

    @admin.display(description=_("Buyer"), ordering="credit__order__name")
    def buyer(self, payout: Payout) -> str:
        return payout.credit.order.name

    @admin.display(description=_("phone"))
    def phone(self, payout: Payout) -> str:
        return payout.credit.order.phone

    @admin.display(description=_("e-mail"))
    def email(self, payout: Payout) -> str:
        return payout.credit.order.email

    @admin.display(description=_("credit"))
    def kind(self, payout: Payout) -> str:
        return str(payout.credit.get_kind_display())

    def _may(self, request: HttpRequest, object_id: Any, status: str) -> bool:
        if not request.user.has_perm(REFUND) or was_sent(request):
            return bool(request.user.has_perm(REFUND))
        return object_id is None or Payout.objects.filter(pk=object_id, status=status).exists()

    def has_note_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, _S.DUE)

    def has_confirm_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, _S.NOTED)

    @action(description=_("Note the transfer"), url_path="note", permissions=["note"], icon="payments")  # type: ignore[untyped-decorator]
    def note(self, request: HttpRequest, object_id: str) -> HttpResponse:
        payout, form = get_object_or_404(Payout, pk=object_id), NoteTransferForm(posted(request))

        def do() -> None:
            typed = {name: form.cleaned_data[name] for name in ("reference", "paid_on")}
            payouts.note(payout=payout, amount=form.fen(), user=user_of(request), **typed)

        about = payout.credit.order
        says = gettext("%(amount)s for %(name)s, %(phone)s. Ask for the account, transfer it, then note it here.")
        note = says % {"amount": yuan(payout.amount), "name": about.name, "phone": about.phone}
        return self.ask(request, payout, form, do, _("Note the transfer"), note)

    @action(description=_("Confirm the transfer"), url_path="confirm", permissions=["confirm"], icon="done_all")  # type: ignore[untyped-decorator]
    def confirm(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """By somebody else than who noted it, from the bank's statement."""
        payout, form = get_object_or_404(Payout, pk=object_id), ConfirmForm(posted(request))

        def do() -> None:
            payouts.confirm(payout=payout, reference=form.cleaned_data["reference"], user=user_of(request))

        return self.ask(request, payout, form, do, _("Confirm the transfer"), _noted(payout))

    @action(description=_("It was not transferred"), url_path="send-back", permissions=["confirm"], icon="undo")  # type: ignore[untyped-decorator]
    def send_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        payout, form = get_object_or_404(Payout, pk=object_id), SendBackForm(posted(request))

        def do() -> None:
            payouts.send_back(payout=payout, reason=form.cleaned_data["reason"], user=user_of(request))

        return self.ask(request, payout, form, do, _("It was not transferred"), _noted(payout))


def _noted(payout: Payout) -> str:
    if payout.noted_by is None or payout.paid_on is None:
        return ""
    return gettext("%(amount)s, transferred on %(day)s, noted by %(name)s.") % {
        "amount": yuan(payout.amount),
        "day": date_format(payout.paid_on, "DATE_FORMAT"),
        "name": payout.noted_by,
    }
