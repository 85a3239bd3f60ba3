"""Issuing invoices, and taking them back by red ones. Numbers run without a gap: the series' row lock sees to it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from apps.orders.errors import NotPaid
from apps.orders.invoicing import CARS, GOODS, RULES, Line, Sold, invoices_of, split, taken_back
from apps.orders.models import Invoice, InvoiceSeries, LegalSeller, LineKind, Order, PaymentLeg, Payout, Refund
from apps.orders.services import legs, regions, transitions

# Who sells what is no car: ours, until the back office enters its own. Who sells the car the order's region says.
TRADING = {
    "slug": GOODS,
    "name_en": "Kaiche Trading Co., Ltd.",
    "name_zh": "开车商贸有限公司",
    "tax_number": "91310115MA1K3G0D2H",
}


@transaction.atomic
def issue(order: Order) -> list[Invoice]:
    """One invoice a legal seller and form over everything that was paid; again gives the same ones. The car is invoiced by
    the company that the buyer was told before paying (``Order.region``).

    Raises:
        NotPaid: something is still to come.
    """
    mine = transitions.lock(order)
    done = list(mine.invoices.filter(original=None).select_related("seller"))
    if done:
        return done
    if not legs.is_settled(mine):
        raise NotPaid
    found = {
        (_seller(mine, part), form): lines for (part, form), lines in invoices_of(_sold(mine), _paid(mine)).items()
    }
    # Sellers and forms in one order everywhere: two orders at once never wait for each other crosswise.
    ordered = sorted(found, key=lambda one: (one[0].code, one[1]))
    return [_issue(mine, _series(*key), found[key], timezone.now()) for key in ordered]


def is_issued(order: Order) -> bool:
    return order.invoices.filter(original=None).exists()


def _sold(order: Order) -> list[Sold]:
    return [
        Sold(
            line.kind,
            line.code,
            line.name_en,
            line.name_zh,
            line.quantity,
            line.unit_price * line.quantity,
            line.fitting_price * line.quantity,
        )
        for line in order.lines.all()
        if line.kind in RULES and line.kind != LineKind.TRADE_IN
    ]


def _paid(order: Order) -> int:
    """The price as it was really paid: a credit has lowered it, and so has what was sent back of it before."""
    paid = [leg for leg in legs.counting(order) if leg.purpose != PaymentLeg.Purpose.CREDIT]
    return sum(leg.captured - leg.refunded - _leaving(leg) for leg in paid)


def _leaving(leg: PaymentLeg) -> int:
    """What is on its way back."""
    return leg.refunds.exclude(status=Refund.Status.DONE).aggregate(total=Sum("amount"))["total"] or 0


def _seller(order: Order, part: str) -> LegalSeller:
    """Who sells this part of the order: cars or goods."""
    company = regions.company_of(order) if part == CARS else TRADING
    details = {name: company[name] for name in ("name_en", "name_zh", "tax_number")}
    return LegalSeller.objects.get_or_create(code=company["slug"], defaults=details)[0]


def _series(seller: LegalSeller, form: str) -> InvoiceSeries:
    """The series, locked: nobody else draws a number from it until this transaction ends."""
    InvoiceSeries.objects.get_or_create(seller=seller, kind=form)
    return InvoiceSeries.objects.select_for_update(of=("self",)).select_related("seller").get(seller=seller, kind=form)


def _issue(
    order: Order,
    series: InvoiceSeries,
    lines: Sequence[Line],
    now: datetime,
    original: Invoice | None = None,
    why: Refund | Payout | None = None,
) -> Invoice:
    series.last += 1
    series.save(update_fields=["last"])
    return Invoice.objects.create(
        order=order,
        seller=series.seller,
        kind=series.kind,
        number=series.last,
        original=original,
        refund=why if isinstance(why, Refund) else None,
        payout=why if isinstance(why, Payout) else None,
        party=original.party if original else order.invoice_kind,
        title=original.title if original else order.invoice_title,
        tax_number=original.tax_number if original else order.tax_number,
        amount=sum(line.amount for line in lines),
        tax=sum(line.tax for line in lines),
        lines=[line.as_json() for line in lines],
        issued_at=now,
    )


def take_back(order: Order, why: Refund | Payout) -> list[Invoice]:
    """Red invoices over a refund or a transfer that has been made, by the proportion of what is left of the order's invoices;
    nothing for an order that has none, and once for each. The caller holds the order's lock."""
    blues = list(order.invoices.filter(original=None).select_related("seller").order_by("seller__code", "kind"))
    if not blues or why.invoices.exists():
        return []
    line = why.line if isinstance(why, Refund) else None
    left = [_lines_left(blue, line.code if line else None) for blue in blues]
    sums = [sum(int(line["amount"]) for line in lines) for lines in left]
    amount = min(why.amount, sum(sums))
    reds = []
    for blue, share, rows in zip(blues, split(amount, sums), left, strict=True):
        if share:
            lines = taken_back(rows, share)
            reds.append(_issue(order, _series(blue.seller, blue.kind), lines, timezone.now(), blue, why))
    return reds


def _lines_left(blue: Invoice, code: str | None) -> list[dict[str, str | int]]:
    """The invoice's lines (or the one with this code) less what earlier red ones took back of each."""
    lines = {(line["code"], line["part"]): dict(line) for line in blue.lines}
    for red in blue.reds.all():
        for line in red.lines:
            lines[line["code"], line["part"]]["amount"] += line["amount"]
    return [line for line in lines.values() if code in (None, line["code"])]
