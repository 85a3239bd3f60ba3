"""Check digits. The VINs and company codes are real ones, published by their owners."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.orders.identifiers import is_order_number, is_uscc, is_vin, make_vin, new_order_number, vin_check_digit
from apps.orders.partners.simulation import YEAR_CODE, Job, vin_of

VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
USCC_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
REAL_VINS = ("1M8GDM9AXKP042788", "1HGCM82633A004352", "5GZCZ43D13S812715", "11111111111111111")
REAL_USCCS = ("91110000802100433B", "914403001922038216", "91440300708461136T")


def numbers() -> st.SearchStrategy[str]:
    return st.builds(new_order_number)


@given(numbers(), st.integers(1, 10), st.integers(1, 9))
def test_one_wrong_digit_makes_another_number_invalid(number: str, place: int, change: int) -> None:
    assert is_order_number(number)
    wrong = str((int(number[place]) + change) % 10)
    assert not is_order_number(number[:place] + wrong + number[place + 1 :])


def test_every_wrong_digit_of_one_number_is_found() -> None:
    number = new_order_number()
    wrong = [number[:i] + d + number[i + 1 :] for i in range(1, 11) for d in "0123456789" if d != number[i]]
    assert len(wrong) == 90
    assert not any(is_order_number(one) for one in wrong)


@pytest.mark.parametrize(
    "text", ["", "K", "k1234567890", "X1234567890", "K12345678901", "K123456789", "K１２３４５６７８９0"]
)
def test_what_has_not_the_shape_is_no_order_number(text: str) -> None:
    assert not is_order_number(text)


def test_digits_of_another_script_are_no_order_number() -> None:
    number = new_order_number()
    foreign = "K" + "".join(chr(ord("٠") + int(digit)) for digit in number[1:-1]) + number[-1]
    assert not is_order_number(foreign)


@pytest.mark.parametrize("vin", REAL_VINS)
def test_real_vins_are_valid(vin: str) -> None:
    assert is_vin(vin)
    assert vin_check_digit(vin) == vin[8]


@pytest.mark.parametrize("vin", REAL_VINS[:3])
def test_a_wrong_letter_in_a_vin_is_mostly_found(vin: str) -> None:
    """Letters that share a value (A and J, say) cannot be told apart; everything else is."""
    for place in (0, 4, 10, 16):
        wrong = [vin[:place] + letter + vin[place + 1 :] for letter in "0123456789" if letter != vin[place]]
        found = [one for one in wrong if not is_vin(one)]
        assert len(found) >= len(wrong) - 1


@pytest.mark.parametrize(
    "text", ["", "1M8GDM9AXKP04278", "1M8GDM9AXKP0427888", "IM8GDM9AXKP042788", "1m8gdm9axkp042788"]
)
def test_what_has_not_the_shape_is_no_vin(text: str) -> None:
    assert not is_vin(text)


@given(st.integers(0, 999_999), st.text(VIN_LETTERS, min_size=5, max_size=5))
def test_made_vins_are_valid(serial: int, descriptor: str) -> None:
    vin = make_vin("LNA", descriptor, YEAR_CODE, "G", serial)
    assert is_vin(vin)
    assert vin.endswith(f"{serial:06d}")


def test_no_two_jobs_of_the_maker_get_the_same_vin() -> None:
    laps = range(0, 22_000_000, 1_000_000)
    now = datetime(2026, 11, 27, tzinfo=UTC)
    jobs = [Job(lap + 7, str(lap), {"model": "one", "brand": "avatr"}, now, None) for lap in laps]
    vins = {vin_of(job) for job in jobs}
    assert len(vins) == len(jobs)
    assert all(is_vin(vin) for vin in vins)


@pytest.mark.parametrize("code", REAL_USCCS)
def test_real_companies_are_valid(code: str) -> None:
    assert is_uscc(code)
    assert not any(is_uscc(code[:-1] + letter) for letter in USCC_LETTERS if letter != code[-1])


@given(st.sampled_from(REAL_USCCS), st.integers(0, 16), st.sampled_from(USCC_LETTERS))
def test_one_wrong_letter_makes_a_company_invalid(code: str, place: int, letter: str) -> None:
    wrong = code[:place] + letter + code[place + 1 :]
    assert is_uscc(wrong) is (wrong == code)


@pytest.mark.parametrize(
    "text", ["", "91310000MA1FL1LX6", "91310000MA1FL1LXI6", "9131000OMA1FL1LX6D", "９1440300708461136T"]
)
def test_what_has_not_the_shape_is_no_company(text: str) -> None:
    assert not is_uscc(text)
