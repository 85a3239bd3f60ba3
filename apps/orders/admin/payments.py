"""Money in the back office: what is due, what came, what went back."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.accounts.requests import user_of
from apps.orders import services
from apps.orders.admin import words
from apps.orders.admin.base import (
    AMOUNT,
    ActingPage,
    LookOnlyInline,
    LookOnlyPage,
    OfAPayment,
    TriedAgain,
    amount_column,
    order_column,
    posted,
    was_sent,
)
from apps.orders.models import PaymentEvent, PaymentLeg, Refund, SandboxEvent, SandboxPayment
from apps.orders.services import refunds
from apps.orders.services.permissions import CLEAR, REFUND


class EventInline(LookOnlyInline):
    model = PaymentEvent
    fields = ("received_at", "kind", "event_id", "amount_yuan", "outcome")
    readonly_fields = fields
    worded = {"kind": words.event, "outcome": words.outcome}
    amount_yuan = amount_column("amount", AMOUNT)


class RefundInline(LookOnlyInline):
    model = Refund
    fields = ("created_at", "amount_yuan", "status", "reason", "user", "attempts", "done_at")
    readonly_fields = fields
    worded = {"reason": words.reason}
    amount_yuan = amount_column("amount", AMOUNT)


@admin.register(PaymentLeg)
class LegPage(LookOnlyPage):
    list_display = ("purpose", "order_number", "status", "amount_yuan", "captured_yuan", "refunded_yuan", "captured_at")
    list_filter = ("status", "purpose", "gateway")
    list_select_related = ("order",)
    search_fields = ("order__number", "=id")
    date_hierarchy = "captured_at"
    inlines = (EventInline, RefundInline)
    worded = {"gateway": words.gateway}
    order_number = order_column
    amount_yuan = amount_column("amount", AMOUNT)
    captured_yuan = amount_column("captured", PaymentLeg._meta.get_field("captured").verbose_name)
    refunded_yuan = amount_column("refunded", PaymentLeg._meta.get_field("refunded").verbose_name)


@admin.register(PaymentEvent)
class EventPage(OfAPayment, LookOnlyPage):
    ordering = ("-received_at", "-pk")
    list_display = ("received_at", "gateway", "kind", "number", "leg", "amount_yuan", "outcome")
    list_filter = ("gateway", "kind", "outcome")
    list_select_related = ("leg__order",)
    worded = {"gateway": words.gateway, "kind": words.event, "outcome": words.outcome}
    search_fields = ("event_id", "leg__order__number")
    amount_yuan = amount_column("amount", AMOUNT)


class TransferForm(forms.Form):
    """By what it went: a transfer's number, keys that were handed back."""

    reference = forms.CharField(
        label=_("Transfer, or how it was returned"), max_length=120, widget=UnfoldAdminTextInputWidget
    )


@admin.register(Refund)
class RefundPage(OfAPayment, TriedAgain, ActingPage):
    list_display = ("created_at", "number", "amount_yuan", "status", "reason", "user", "attempts", "done_at")
    list_filter = ("status", "leg__purpose")
    list_select_related = ("leg__order", "user")
    search_fields = ("leg__order__number", "reason")
    actions_detail = ("confirm",)
    worded = {"reason": words.reason}
    amount_yuan = amount_column("amount", AMOUNT)

    def has_confirm_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        if not request.user.has_perm(REFUND) or was_sent(request):
            return bool(request.user.has_perm(REFUND))
        by_hand = Refund.objects.exclude(status=Refund.Status.DONE).filter(leg__purpose__in=refunds.BY_HAND)
        return object_id is None or by_hand.filter(pk=object_id).exists()

    @action(description=_("It was returned by hand"), url_path="confirm", permissions=["confirm"], icon="done_all")  # type: ignore[untyped-decorator]
    def confirm(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What no gateway sends back: a loan to its bank, an old car or its price."""
        refund, form = get_object_or_404(Refund, pk=object_id), TransferForm(posted(request))

        def do() -> None:
            refunds.confirm_by_hand(refund=refund, reference=form.cleaned_data["reference"], user=user_of(request))

        return self.ask(request, refund, form, do, _("It was returned by hand"))


@admin.register(SandboxPayment)
class SandboxPaymentPage(ActingPage):
    list_display = ("subject", "status", "amount_yuan", "created_at")
    fields = ("merchant_key", "amount", "refunded", "status", "subject", "created_at")
    list_filter = ("status",)
    search_fields = ("subject", "merchant_key")
    actions_detail = ("contest", "decide_won", "decide_lost")
    worded = {"status": words.sandbox}
    amount_yuan = amount_column("amount", AMOUNT)

    def has_contest_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm(CLEAR))

    @action(description=_("The payer contests it"), url_path="contest", permissions=["contest"], icon="gavel")  # type: ignore[untyped-decorator]
    def contest(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._play(request, object_id, "opened", _("The payer contests it"))

    @action(description=_("The bank decides for us"), url_path="won", permissions=["contest"], icon="thumb_up")  # type: ignore[untyped-decorator]
    def decide_won(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._play(request, object_id, "won", _("The bank decides for us"))

    @action(
        description=_("The bank decides for the payer"), url_path="lost", permissions=["contest"], icon="thumb_down"
    )  # type: ignore[untyped-decorator]
    def decide_lost(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._play(request, object_id, "lost", _("The bank decides for the payer"))

    def _play(self, request: HttpRequest, object_id: str, decision: str, title: Any) -> HttpResponse:
        payment, form = get_object_or_404(SandboxPayment, pk=object_id), forms.Form(posted(request))
        user = user_of(request)
        return self.ask(
            request, payment, form, lambda: services.contest(payment=payment, decision=decision, user=user), title
        )


@admin.register(SandboxEvent)
class SandboxEventPage(TriedAgain, LookOnlyPage):
    done_field = "delivered_at"
    list_display = ("payment", "kind", "event_id", "attempts", "upcoming", "delivered_at", "answer")
    list_filter = ("kind", ("delivered_at", admin.EmptyFieldListFilter))
    list_select_related = ("payment",)
    search_fields = ("event_id",)
    worded = {"kind": words.event}

    def get_ordering(self, request: Any) -> tuple[str, ...]:
        return ("-pk",)
