"""Deposit, fees and pace."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.orders.lifecycle import IN_WORK, PAIRS, Status
from apps.orders.terms import DEPOSIT, FEE_PERCENT, fee_table, pace, payment_legs


@given(st.integers(1, 10**12), st.sampled_from(["deposit", "full"]), st.booleans())
def test_the_payments_add_up_to_the_total(total: int, plan: str, has_car: bool) -> None:
    legs = payment_legs(plan=plan, total=total, has_car=has_car)
    assert sum(leg.amount for leg in legs) == total
    assert all(leg.amount > 0 for leg in legs)


@pytest.mark.parametrize(
    ("plan", "total", "has_car", "purposes"),
    [
        ("deposit", DEPOSIT + 1, True, ["deposit", "balance"]),
        ("deposit", DEPOSIT, True, ["full"]),
        ("deposit", 10 * DEPOSIT, False, ["full"]),
        ("full", 10 * DEPOSIT, True, ["full"]),
    ],
)
def test_a_deposit_is_for_cars_that_cost_more(plan: str, total: int, has_car: bool, purposes: list[str]) -> None:
    assert [leg.purpose for leg in payment_legs(plan=plan, total=total, has_car=has_car)] == purposes


def test_the_fees_grow_with_the_order_and_a_mismatch_is_free() -> None:
    table = {fee.status: fee.amount for fee in fee_table(9_000_000)}
    assert table == {
        "signed": 90_000,
        "scheduled": 180_000,
        "vin_assigned": 270_000,
        "mismatch": 0,
        "in_transit": 360_000,
        "at_store": 450_000,
        "alloc_failed": 0,
        "rejected": 0,
    }


@given(st.integers(1, 10**12))
def test_no_fee_exceeds_the_price(price: int) -> None:
    assert all(0 <= fee.amount <= price for fee in fee_table(price))


def test_there_is_a_fee_for_every_state_in_which_a_signed_order_can_be_cancelled() -> None:
    signed = {source for source, target in PAIRS if target == Status.CANCELLING} - {Status.RESERVED}
    assert signed == {*IN_WORK, Status.REJECTED} == set(FEE_PERCENT)


def test_a_day_lasts_a_day_or_at_speed_a_second() -> None:
    assert pace(0.5, 1) == timedelta(hours=12)
    assert pace(10, 1_000) == timedelta(seconds=10)
    assert pace(1, 10_000) < pace(1, 1_000) < pace(1, 10) < pace(1, 1) < pace(1, 0.5)
