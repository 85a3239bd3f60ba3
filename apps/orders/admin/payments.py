"""Money in the back office: what is due, what came, what went back."""

from typing import Any

from django.contrib import admin

from apps.orders.admin.base import AMOUNT, LookOnlyInline, LookOnlyPage, amount_column
from apps.orders.models import PaymentEvent, PaymentLeg, Refund, SandboxEvent, SandboxPayment


class EventInline(LookOnlyInline):
    model = PaymentEvent
    fields = ("received_at", "kind", "event_id", "amount", "outcome")
    readonly_fields = fields


class RefundInline(LookOnlyInline):
    model = Refund
    fields = ("created_at", "amount", "status", "reason", "user", "attempts", "done_at")
    readonly_fields = fields


@admin.register(PaymentLeg)
class LegPage(LookOnlyPage):
    list_display = ("order", "purpose", "status", "amount_yuan", "captured_yuan", "refunded_yuan", "captured_at")
    list_filter = ("status", "purpose", "gateway")
    list_select_related = ("order",)
    search_fields = ("order__number", "=id")
    date_hierarchy = "captured_at"
    inlines = (EventInline, RefundInline)
    amount_yuan = amount_column("amount", AMOUNT)
    captured_yuan = amount_column("captured", PaymentLeg._meta.get_field("captured").verbose_name)
    refunded_yuan = amount_column("refunded", PaymentLeg._meta.get_field("refunded").verbose_name)


@admin.register(PaymentEvent)
class EventPage(LookOnlyPage):
    list_display = ("received_at", "gateway", "kind", "leg", "amount_yuan", "outcome")
    list_filter = ("gateway", "kind", "outcome")
    list_select_related = ("leg",)
    search_fields = ("event_id", "leg__order__number")
    amount_yuan = amount_column("amount", AMOUNT)


@admin.register(Refund)
class RefundPage(LookOnlyPage):
    list_display = ("created_at", "number", "amount_yuan", "status", "reason", "user", "attempts", "done_at")
    list_filter = ("status",)
    list_select_related = ("leg__order", "user")
    search_fields = ("leg__order__number", "reason")
    amount_yuan = amount_column("amount", AMOUNT)

    @admin.display(description=PaymentLeg._meta.get_field("order").verbose_name, ordering="leg__order__number")
    def number(self, refund: Refund) -> str:
        return refund.leg.order.number


@admin.register(SandboxPayment)
class SandboxPaymentPage(LookOnlyPage):
    list_display = ("subject", "status", "amount_yuan", "created_at")
    list_filter = ("status",)
    search_fields = ("subject", "merchant_key")
    amount_yuan = amount_column("amount", AMOUNT)


@admin.register(SandboxEvent)
class SandboxEventPage(LookOnlyPage):
    list_display = ("payment", "kind", "event_id", "attempts", "next_at", "delivered_at", "answer")
    list_filter = ("kind", ("delivered_at", admin.EmptyFieldListFilter))
    list_select_related = ("payment",)
    search_fields = ("event_id",)

    def get_ordering(self, request: Any) -> tuple[str, ...]:
        return ("-pk",)
