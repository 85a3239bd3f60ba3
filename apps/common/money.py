"""Money is a whole number of fen (1/100 yuan); this is the only place that turns it into text."""

from decimal import ROUND_HALF_EVEN, Decimal

CURRENCY = "CNY"


def yuan(fen: int) -> str:
    """``10980000`` → ``¥109,800``; ``123450`` → ``¥1,234.50``; ``-500000`` → ``−¥5,000``."""
    sign = "\u2212" if fen < 0 else ""
    whole, rest = divmod(abs(fen), 100)
    return f"{sign}¥{whole:,}" + (f".{rest:02d}" if rest else "")


def signed_yuan(fen: int) -> str:
    """A difference: ``+¥5,000``, ``−¥500``, ``±¥0``."""
    if fen == 0:
        return "±¥0"
    return yuan(fen) if fen < 0 else f"+{yuan(fen)}"


def share(fen: int, percent: Decimal) -> int:
    """``percent`` of an amount, rounded half to even: the one rounding point for shares of money."""
    return int((Decimal(fen) * percent / 100).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
