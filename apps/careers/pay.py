"""Pay as Chinese postings state it: so many thousand a month, times so many months. Pure arithmetic and wording."""

from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

FEN_PER_THOUSAND_YUAN = 1000 * 100


def fen(thousand: int) -> int:
    """Thousand yuan as fen."""
    return thousand * FEN_PER_THOUSAND_YUAN


def month_range(low: int, high: int, months: int) -> str:
    """``35k–65k × 19``; in Chinese ``3.5–6.5 万 × 19 薪`` from ten thousand on, otherwise ``8–12 千 × 13 薪``."""
    if (get_language() or "").startswith("zh"):
        unit, divisor = ("万", 10) if low >= 10 else ("千", 1)
        text = f"{_plain(low, divisor)}–{_plain(high, divisor)} {unit}"
        return f"{text} × {months} 薪" if months > 12 else f"{text}/月"
    text = f"¥{low}k–{high}k"
    return f"{text} × {months}" if months > 12 else _("%(range)s a month") % {"range": text}


def year_total(thousand: int) -> str:
    """``¥1.235 million`` from a million on, ``¥455,000`` below; in Chinese ``123.5 万元``."""
    if (get_language() or "").startswith("zh"):
        return f"{_plain(thousand, 10)} 万元"
    return f"¥{_plain(thousand, 1000)} million" if thousand >= 1000 else f"¥{thousand:,},000"


def _plain(number: int, divisor: int) -> str:
    return f"{(Decimal(number) / divisor).normalize():f}"
