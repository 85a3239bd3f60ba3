"""What stands on an invoice: amounts by line, split without losing a fen, and the tax in them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_UP, Decimal

# The seller, the form and the tax in percent, by the kind of a line. Fitting is a service, at a rate of its own.
CARS, GOODS = "cars", "goods"
RULES: Mapping[str, tuple[str, str, int]] = {
    "car": (CARS, "vehicle", 13),
    "maintenance_plan": (GOODS, "goods", 6),
    "battery_lease": (GOODS, "goods", 13),
    "warranty": (GOODS, "goods", 6),
    "cover": (GOODS, "goods", 13),
    "accessory": (GOODS, "goods", 13),
    "charger": (GOODS, "goods", 13),
    "made_to_order": (GOODS, "goods", 13),
}
FITTING_PERCENT = 6


@dataclass(frozen=True, slots=True)
class Sold:
    """A line as it was sold: prices in fen with tax, ``fitting`` apart."""

    kind: str
    code: str
    name_en: str
    name_zh: str
    quantity: int
    goods: int
    fitting: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an invoice: ``amount`` in fen with the ``tax`` in it; ``part`` is goods or fitting."""

    code: str
    name_en: str
    name_zh: str
    quantity: int
    part: str
    percent: int
    amount: int
    tax: int

    def as_json(self) -> dict[str, str | int]:
        return asdict(self)


def tax_in(amount: int, percent: int) -> int:
    """The tax that an amount contains, in fen: the one rounding point of an invoice line."""
    part = Decimal(amount) * percent / (100 + percent)
    return int(part.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """An amount by weights, to the fen, by the largest remainders; the parts add up to it. No weight, no part."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    sign = -1 if amount < 0 else 1
    shares = [divmod(abs(amount) * weight, whole) for weight in weights]
    parts = [share for share, _rest in shares]
    left = abs(amount) - sum(parts)
    for index in sorted(range(len(weights)), key=lambda one: (-shares[one][1], one))[:left]:
        parts[index] += 1
    return [sign * part for part in parts]


def invoices_of(lines: Sequence[Sold], total: int) -> dict[tuple[str, str], list[Line]]:
    """The lines by (seller, form), so that all of them together are ``total``: what was taken off the price is taken off
    every line in its proportion."""
    parts = [(line, "goods", line.goods) for line in lines if line.goods]
    parts += [(line, "fitting", line.fitting) for line in lines if line.fitting]
    shares = split(total, [amount for _line, _part, amount in parts])
    found: dict[tuple[str, str], list[Line]] = {}
    for (sold, part, _amount), share in zip(parts, shares, strict=True):
        if not share:
            continue
        seller, form, percent = RULES[sold.kind]
        if part == "fitting":
            seller, form, percent = GOODS, "goods", FITTING_PERCENT
        line = Line(sold.code, sold.name_en, sold.name_zh, sold.quantity, part, percent, share, tax_in(share, percent))
        found.setdefault((seller, form), []).append(line)
    return found


def taken_back(lines: Sequence[Mapping[str, str | int]], amount: int) -> list[Line]:
    """The lines of a red invoice over ``amount`` (positive) of what stands on ``lines``: negative, in their proportion."""
    shares = split(-amount, [int(line["amount"]) for line in lines])
    return [
        Line(
            code=str(line["code"]),
            name_en=str(line["name_en"]),
            name_zh=str(line["name_zh"]),
            quantity=int(line["quantity"]),
            part=str(line["part"]),
            percent=int(line["percent"]),
            amount=share,
            tax=-tax_in(-share, int(line["percent"])),
        )
        for line, share in zip(lines, shares, strict=True)
        if share
    ]
