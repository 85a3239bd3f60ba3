"""What goes into the orders API. Amounts are in fen."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from apps.orders.api.wishes import LoanInput, OldCarInput
from apps.orders.gateways import OFFERABLE
from apps.orders.models import (
    Order,
    Return,
)


class ContactInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    phone = serializers.CharField(max_length=20)
    email = serializers.EmailField(max_length=254)


class InvoiceInput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=Order.Invoice.choices)
    title = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    tax_number = serializers.CharField(max_length=18, required=False, allow_blank=True, default="")


class OrderInput(serializers.Serializer[Any]):
    basket = serializers.UUIDField()
    contact = ContactInput()
    city = serializers.CharField(max_length=100)
    delivery_store = serializers.CharField(
        max_length=12, required=False, allow_null=True, help_text="code of a store; needed for a car"
    )
    invoice = InvoiceInput()
    payment_plan = serializers.ChoiceField(choices=Order.Plan.choices)
    accept_terms = serializers.BooleanField()
    coins = serializers.IntegerField(
        required=False, default=0, min_value=0, max_value=2**62, help_text="how many to pay with; one is a fen"
    )
    loan = LoanInput(required=False, allow_null=True)
    trade_in = OldCarInput(required=False, allow_null=True)
    build_month = serializers.DateField(
        required=False,
        allow_null=True,
        input_formats=["%Y-%m", "%Y-%m-%d"],
        help_text="YYYY-MM; the nearest when left out",
    )
    region = serializers.ListField(
        child=serializers.CharField(max_length=80),
        required=False,
        default=list,
        help_text="statements about subsidies that the buyer affirms (baskets/{id}/region/)",
    )
    quoted = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=2**62,
        help_text="the total that was seen: 409 if it changed",
    )


class SignInput(serializers.Serializer[Any]):
    signature = serializers.CharField(max_length=100)
    accept_fees = serializers.BooleanField()
    id_consent = serializers.BooleanField()


class CancelInput(serializers.Serializer[Any]):
    accept_fee = serializers.BooleanField(required=False, default=False)
    quoted_fee = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=2**62, help_text="the fee that was seen: 409 if it grew"
    )
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=300)


class AcceptInput(serializers.Serializer[Any]):
    vin = serializers.CharField(max_length=17)
    signature = serializers.CharField(max_length=100)
    checklist = serializers.DictField(child=serializers.BooleanField())


class NothingInput(serializers.Serializer[Any]):
    pass


class RejectInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


class ReturnInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)
    km = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=999_999, help_text="needed for a car"
    )
    cause = serializers.ChoiceField(choices=Return.Cause.choices, default=Return.Cause.POLICY)


class LineActInput(serializers.Serializer[Any]):
    text = serializers.CharField(
        max_length=300,
        required=False,
        allow_blank=True,
        default="",
        help_text="needed to complain or to have a proof changed",
    )


class KeepInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class ChangeWish(serializers.Serializer[Any]):
    build = serializers.CharField(
        max_length=20, required=False, allow_blank=True, default="", help_text="code of a saved car; empty keeps it"
    )
    quantities = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=9_999),
        required=False,
        default=dict,
        help_text="lines by their `position`, each with as many or fewer than before; 0 leaves it out",
    )

    def validate_quantities(self, value: dict[str, int]) -> dict[int, int]:
        if not all(name.isdecimal() and len(name) < 5 for name in value):
            raise serializers.ValidationError(_("Positions are whole numbers."))
        return {int(name): number for name, number in value.items()}


class ChangeInput(ChangeWish):
    quoted = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=0, max_value=2**62, help_text="the total that was seen"
    )
    month = serializers.CharField(
        max_length=7, required=False, allow_blank=True, default="", help_text="the month that was seen, YYYY-MM"
    )
    version = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=0, max_value=2**31, help_text="the order's, as seen"
    )
    signature = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    accept_fees = serializers.BooleanField(required=False, default=False)
    id_consent = serializers.BooleanField(required=False, default=False)


class PaymentInput(serializers.Serializer[Any]):
    gateway = serializers.ChoiceField(
        choices=OFFERABLE, required=False, help_text="one of the order's `gateways`; the first of them by default"
    )
