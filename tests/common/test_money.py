from decimal import Decimal

import pytest

from apps.common.money import share, signed_yuan, yuan


@pytest.mark.parametrize(
    ("fen", "text"),
    [(0, "¥0"), (5, "¥0.05"), (10_980_000, "¥109,800"), (123_450, "¥1,234.50"), (-500_000, "\u2212\u2060¥5,000")],
)
def test_fen_are_shown_as_yuan(fen: int, text: str) -> None:
    assert yuan(fen) == text


@pytest.mark.parametrize(("fen", "text"), [(0, "±\u2060¥0"), (500_000, "+\u2060¥5,000"), (-100, "\u2212\u2060¥1")])
def test_a_difference_has_its_sign(fen: int, text: str) -> None:
    assert signed_yuan(fen) == text


@pytest.mark.parametrize(
    ("fen", "percent", "result"), [(250, "1", 2), (350, "1", 4), (999, "50", 500), (10, "12.5", 1)]
)
def test_a_share_is_rounded_half_to_even(fen: int, percent: str, result: int) -> None:
    assert share(fen, Decimal(percent)) == result
