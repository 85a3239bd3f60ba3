"""What the page of changing an order shows. Reading only."""

import uuid
from dataclasses import dataclass
from datetime import date

from apps.orders.differences import Difference, between
from apps.orders.lifecycle import Status
from apps.orders.models import LineKind, Order, OrderLine
from apps.orders.screens import FeeRow
from apps.orders.services import legs
from apps.orders.services.allotments import month_name
from apps.orders.services.requoting import NOT_BEGUN, ChangeQuote, is_different
from apps.orders.services.signing import contract_of


@dataclass(frozen=True)
class ChangeScreen:
    """``differences`` is empty and ``quote`` None until something is asked for. ``more`` and ``back`` in fen: what is to be paid
    besides, and what of the payments made comes back. ``key`` makes a second click harmless."""

    quote: ChangeQuote | None
    differences: list[Difference]
    lines: list[tuple[OrderLine, bool]]
    more: int
    lowered: int
    back: int
    month: str
    fees: list[FeeRow]
    key: str

    @property
    def is_different(self) -> bool:
        return self.quote is not None and is_different(self.quote)


def change_screen(order: Order, quote: ChangeQuote | None) -> ChangeScreen:
    """Of an order read with ``whole()``."""
    lines = [(line, line.status in NOT_BEGUN) for line in order.lines.all() if line.kind != LineKind.CAR]
    if quote is None:
        return ChangeScreen(None, [], lines, 0, 0, 0, "", [], "")
    before = contract_of(order, order.lines.all())
    after = contract_of(quote.changed(), sorted(quote.lines, key=lambda line: line.position))
    car = next(line for line in after["lines"] if line[1] == LineKind.CAR)
    car[7] = {**car[7], "build_month": quote.month}
    less = max(0, -quote.difference)
    to_come = sum(leg.amount for leg in legs.unpaid(legs.counting(order)))
    return ChangeScreen(
        quote=quote,
        differences=between(before, after),
        lines=lines,
        more=max(0, quote.difference),
        lowered=min(less, to_come),
        back=max(0, less - to_come),
        month=month_name(date.fromisoformat(f"{quote.month}-01")) if quote.month else "",
        fees=[FeeRow(str(Status(fee["status"]).label), int(fee["amount"])) for fee in quote.fees],
        key=uuid.uuid4().hex,
    )
