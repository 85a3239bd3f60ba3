"""What comes out of the orders API. Amounts are in fen."""

from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from apps.common.money import CURRENCY
from apps.configurator.api import RentalTermsOutput
from apps.orders import timeline
from apps.orders.api.inputs import ContactInput
from apps.orders.change_screen import change_screen
from apps.orders.gateways import enabled
from apps.orders.lifecycle import Actor, LegStatus, LineStatus, Status, allowed_transitions, rules_from
from apps.orders.models import (
    Contract,
    Credit,
    Invoice,
    InvoiceKind,
    LineKind,
    Order,
    OrderLine,
    PaymentLeg,
    Payout,
)
from apps.orders.services import ChangeQuote, cancellation
from apps.orders.services.changing import can_change, needs_signature
from apps.orders.terms import CHECKLIST
from apps.orders.tracks import acts_of


class DifferenceOutput(serializers.Serializer[Any]):
    what = serializers.CharField()
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


class ActionOutput(serializers.Serializer[Any]):
    act = serializers.CharField(help_text="the rule's name")
    to = serializers.ListField(child=serializers.ChoiceField(choices=Status.choices))
    stopped_by = serializers.ListField(child=serializers.CharField(), help_text="flags that stop it now")


class OrderLineOutput(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=LineKind.choices)
    code = serializers.CharField(help_text="build or SKU")
    name_en = serializers.CharField()
    name_zh = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = serializers.IntegerField()
    fitting_price = serializers.IntegerField()
    discount = serializers.IntegerField(help_text="what the line bears of the campaigns")
    total = serializers.IntegerField()
    status = serializers.ChoiceField(choices=LineStatus.choices)
    actions = serializers.ListField(child=serializers.CharField(), help_text="what the buyer can do with it now")
    price_trace = serializers.ListField(child=serializers.DictField())


class PaymentOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    purpose = serializers.ChoiceField(choices=PaymentLeg.Purpose.choices)
    status = serializers.ChoiceField(choices=LegStatus.choices)
    amount = serializers.IntegerField()
    refunded = serializers.IntegerField()
    gateway = serializers.CharField(allow_blank=True)
    currency = serializers.CharField()
    pay_url = serializers.CharField(allow_blank=True)


class PayoutOutput(serializers.Serializer[Any]):
    """What of a credit goes out by bank transfer."""

    status = serializers.ChoiceField(choices=[one for one in Payout.Status.choices if one[0] != "void"])
    amount = serializers.IntegerField()
    paid_on = serializers.DateField(allow_null=True)
    reference = serializers.CharField(allow_blank=True)


class CreditOutput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=Credit.Kind.choices)
    amount = serializers.IntegerField()
    open = serializers.IntegerField(help_text="what has neither lowered a payment nor goes out by transfer so far")
    payout = PayoutOutput(allow_null=True)
    created_at = serializers.DateTimeField()


class InvoiceOutput(serializers.Serializer[Any]):
    number = serializers.CharField()
    kind = serializers.ChoiceField(choices=InvoiceKind.choices)
    takes_back = serializers.CharField(allow_null=True, help_text="on a red invoice: the number of its original")
    seller = serializers.CharField()
    seller_tax_number = serializers.CharField()
    title = serializers.CharField()
    tax_number = serializers.CharField(allow_blank=True)
    amount = serializers.IntegerField()
    tax = serializers.IntegerField()
    currency = serializers.CharField()
    lines = serializers.ListField(child=serializers.DictField())
    issued_at = serializers.DateTimeField()
    url = serializers.CharField(help_text="the page to read and print")


class ContractOutput(serializers.Serializer[Any]):
    seq = serializers.IntegerField()
    sha256 = serializers.CharField(help_text="of the terms as canonical JSON")
    signature = serializers.CharField()
    signed_at = serializers.DateTimeField()
    language = serializers.CharField()
    terms = serializers.DictField(help_text="what was signed; its hash is `sha256`")


class TimelineOutput(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="order, or the kind of a line")
    subject = serializers.CharField()
    status = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    due = serializers.DateTimeField(allow_null=True)
    owner = serializers.CharField(allow_blank=True)
    text = serializers.CharField()


class FeeOutput(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=Status.choices)
    percent = serializers.CharField()
    amount = serializers.IntegerField()


class CancellationOutput(serializers.Serializer[Any]):
    possible = serializers.BooleanField()
    fee = serializers.IntegerField()
    refund = serializers.IntegerField()


class OrderOutput(serializers.Serializer[Any]):
    number = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    total = serializers.IntegerField()
    monthly = serializers.IntegerField(allow_null=True)
    terms = RentalTermsOutput(allow_null=True)
    currency = serializers.CharField()
    version = serializers.IntegerField(help_text="grows with every step")
    payment_plan = serializers.ChoiceField(choices=Order.Plan.choices)
    contact = ContactInput()
    city = serializers.CharField()
    delivery_store = serializers.CharField(allow_null=True)
    delivery_at = serializers.DateTimeField(allow_null=True, help_text="when the hand-over is booked")
    vin = serializers.CharField(allow_null=True)
    checklist = serializers.ListField(child=serializers.CharField())
    fees = FeeOutput(many=True)
    cancellation = CancellationOutput()
    allowed = serializers.ListField(
        child=serializers.ChoiceField(choices=Status.choices), help_text="states the buyer can move it to"
    )
    actions = ActionOutput(many=True, help_text="what the buyer can do now, from the table of states")
    flags = serializers.ListField(child=serializers.CharField(), help_text="disputed, frozen")
    lines = OrderLineOutput(many=True)
    payments = PaymentOutput(many=True)
    credits = CreditOutput(many=True)
    gateways = serializers.ListField(child=serializers.CharField(), help_text="what a payment can be made by")
    timeline = TimelineOutput(many=True)
    discount = serializers.IntegerField()
    trace = serializers.ListField(child=serializers.DictField(), help_text="the total, step by step")
    region = serializers.DictField(help_text="who invoices and which subsidies were promised")
    build_month = serializers.CharField(allow_null=True, help_text="YYYY-MM")
    placed_at = serializers.DateTimeField()


class OrderChangeOutput(serializers.Serializer[Any]):
    """An order as it would be."""

    build = serializers.CharField()
    total = serializers.IntegerField()
    difference = serializers.IntegerField(help_text="what is to be paid more; negative: less")
    monthly = serializers.IntegerField(allow_null=True)
    terms = RentalTermsOutput(allow_null=True)
    currency = serializers.CharField()
    month = serializers.CharField(allow_blank=True, help_text="YYYY-MM")
    version = serializers.IntegerField()
    trace = serializers.ListField(child=serializers.DictField())
    fees = FeeOutput(many=True)
    needs_signature = serializers.BooleanField()
    differences = DifferenceOutput(many=True)


class PlacedOutput(OrderOutput):
    token = serializers.CharField(help_text="a guest sends it as X-Order-Token from here on")


class OrderRowOutput(serializers.Serializer[Any]):
    number = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    total = serializers.IntegerField()
    currency = serializers.CharField()
    placed_at = serializers.DateTimeField()


def contract_body(contract: Contract) -> dict[str, Any]:
    names = ("seq", "sha256", "signature", "signed_at", "language")
    return {name: getattr(contract, name) for name in names} | {"terms": contract.data}


def change_body(order: Order, quote: ChangeQuote) -> dict[str, Any]:
    names = ("build", "total", "difference", "monthly", "terms", "month", "trace", "fees")
    return {name: getattr(quote, name) for name in names} | {
        "currency": CURRENCY,
        "version": order.version,
        "needs_signature": needs_signature(order),
        "differences": [asdict(one) for one in change_screen(order, quote).differences],
    }


def row_body(order: Order) -> dict[str, Any]:
    return {
        "number": order.number,
        "status": order.status,
        "total": order.total,
        "currency": CURRENCY,
        "placed_at": order.placed_at,
    }


def payment_body(leg: PaymentLeg) -> dict[str, Any]:
    return {
        "id": str(leg.pk),
        "purpose": leg.purpose,
        "status": leg.status,
        "amount": leg.amount,
        "refunded": leg.refunded,
        "gateway": leg.gateway,
        "currency": CURRENCY,
        "pay_url": leg.pay_url,
    }


def credit_body(credit: Credit) -> dict[str, Any]:
    facts = {"kind": credit.kind, "amount": credit.amount, "open": credit.open, "created_at": credit.created_at}
    return facts | {"payout": _payout_body(credit.payout) if credit.payout else None}


def _payout_body(payout: Payout) -> dict[str, Any]:
    """A transfer is told with its reference once it is certain."""
    paid = payout.status == Payout.Status.PAID
    day, reference = (payout.paid_on, payout.reference) if paid else (None, "")
    return {"status": payout.status, "amount": payout.amount, "paid_on": day, "reference": reference}


def invoice_body(invoice: Invoice) -> dict[str, Any]:
    names = ("kind", "title", "tax_number", "amount", "tax", "lines", "issued_at")
    return {name: getattr(invoice, name) for name in names} | {
        "number": invoice.full_number,
        "takes_back": invoice.original.full_number if invoice.original else None,
        "seller": str(invoice.seller.name),
        "seller_tax_number": invoice.seller.tax_number,
        "currency": CURRENCY,
        "url": invoice.get_absolute_url(),
    }


def order_body(order: Order) -> dict[str, Any]:
    """Of an order read with ``whole()``."""
    undo = cancellation(order)
    live = getattr(order, "live", [])
    return row_body(order) | {
        "monthly": order.monthly,
        "terms": order.terms,
        "version": order.version,
        "payment_plan": order.payment_plan,
        "contact": {"name": order.name, "phone": order.phone, "email": order.email},
        "city": order.city,
        "delivery_store": order.delivery_store.code if order.delivery_store else None,
        "delivery_at": order.appointment.starts_at if order.appointment else None,
        "vin": live[0].vehicle.vin if live else None,
        "checklist": list(CHECKLIST) if order.has_car else [],
        "fees": order.fees,
        "cancellation": {"possible": undo.possible, "fee": undo.fee, "refund": undo.refund},
        "allowed": sorted(allowed_transitions(order.status, Actor.BUYER)),
        "actions": _actions(order),
        "flags": sorted(order.flags),
        "lines": [_line_body(order, line) for line in order.lines.all()],
        "payments": [payment_body(leg) for leg in order.legs.all()],
        "credits": [credit_body(one) for one in order.credits.all()],
        "gateways": enabled(),
        "timeline": [_entry_body(entry) for entry in timeline.of(order)],
    }


def _actions(order: Order) -> list[dict[str, Any]]:
    """The rules that the buyer may follow, one row an act; no change of a car that the maker has begun with."""
    rows: dict[str, dict[str, Any]] = {}
    may_change = can_change(order)
    for rule in rules_from(order.status, Actor.BUYER):
        if rule.act == "change" and not may_change:
            continue
        row = rows.setdefault(rule.act, {"act": rule.act, "to": [], "stopped_by": []})
        row["to"].append(rule.target.value)
        row["stopped_by"] = sorted(rule.stopped_by & order.flags)
    return list(rows.values())


def _line_body(order: Order, line: OrderLine) -> dict[str, Any]:
    names = (
        "position", "kind", "code", "name_en", "name_zh", "quantity", "unit_price", "fitting_price", "discount", "total",
        "status",
    )  # fmt: skip
    return {name: getattr(line, name) for name in names} | {
        "price_trace": line.trace,
        "actions": [one.act for one in acts_of(order, line)],
    }


def _entry_body(entry: Any) -> dict[str, Any]:
    names = ("kind", "subject", "status", "at", "due", "owner", "text")
    values = {name: getattr(entry, name) for name in names}
    return values | {name: str(values[name] or "") for name in ("subject", "owner", "text")}
