"""Money is a whole number of fen (1/100 yuan); this is the only place that turns it into text."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

CURRENCY = "CNY"
# A line may break between a sign and ¥; with this between them it does not.
WORD_JOINER = "\u2060"


def yuan(fen: int) -> str:
    """``10980000`` → ``¥109,800``; ``123450`` → ``¥1,234.50``; ``-500000`` → ``−¥5,000``, whose sign never ends a line."""
    sign = f"\u2212{WORD_JOINER}" if fen < 0 else ""
    whole, rest = divmod(abs(fen), 100)
    return f"{sign}¥{whole:,}" + (f".{rest:02d}" if rest else "")


def signed_yuan(fen: int) -> str:
    """A difference: ``+¥5,000``, ``−¥500``, ``±¥0``."""
    if fen == 0:
        return f"±{WORD_JOINER}¥0"
    return yuan(fen) if fen < 0 else f"+{WORD_JOINER}{yuan(fen)}"


def share(fen: int, percent: Decimal) -> int:
    """``percent`` of an amount, rounded half to even: the one rounding point for shares of money."""
    return int((Decimal(fen) * percent / 100).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """An amount over parts in proportion to their weights, by the largest remainder: whole fen that add up exactly.

    Equal remainders go to the earlier part. Without any weight the first part takes everything.

    Raises:
        ValueError: there are no parts, or a weight is negative.
    """
    if not weights or min(weights) < 0:
        raise ValueError("An amount is split over parts of some weight.")
    whole = sum(weights)
    if whole == 0:
        return [amount, *[0] * (len(weights) - 1)]
    sign, rest = (-1, -amount) if amount < 0 else (1, amount)
    parts = [rest * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: (-(rest * weights[index] % whole), index))
    for index in by_remainder[: rest - sum(parts)]:
        parts[index] += 1
    return [sign * part for part in parts]
