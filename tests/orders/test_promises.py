"""What is promised on signing, what is expected since, and what a delay is worth."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from apps.orders.lifecycle import Status
from apps.orders.models import Order, Promise
from apps.orders.services import promises
from apps.orders.services.promises import promised_range
from apps.orders.terms import DELAY_CREDIT_A_DAY
from tests.factories.orders import run_until, signed_order

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOW = datetime(2026, 11, 27, 4, tzinfo=UTC)


def late_order(days: float) -> Order:
    """Signed, and so many days after the end of what was promised."""
    order = signed_order()
    row = Promise.objects.get(order=order)
    now = timezone.now()
    Promise.objects.filter(pk=row.pk).update(first_at=now - (days + 7) * DAY, last_at=now - days * DAY)
    return order


def granted(order: Order) -> list[tuple[str, int]]:
    return list(order.credits.order_by("pk").values_list("key", "amount"))


@pytest.fixture(autouse=True)
def _real_time(settings: pytest.FixtureRequest) -> None:
    settings.FULFILMENT_SPEED = 1.0  # type: ignore[attr-defined]


def test_signing_promises_a_range_that_stays() -> None:
    order = signed_order()
    row = Promise.objects.get(order=order)
    assert row.first_at < row.last_at
    assert (row.expected_at, row.credit_a_day, row.credited) == (row.first_at, DELAY_CREDIT_A_DAY, 0)
    assert len(row.build) == 64


@pytest.mark.parametrize(
    ("month", "speed", "first", "last"),
    [
        ("", 1.0, NOW + 16 * DAY, NOW + 23 * DAY),
        # December in China ends on the 31st at 16:00 UTC; then transport and preparation.
        ("2026-12", 1.0, NOW + 16 * DAY, datetime(2027, 1, 5, 16, tzinfo=UTC)),
        ("2027-02", 1.0, datetime(2027, 2, 5, 16, tzinfo=UTC) - DAY + DAY, datetime(2027, 3, 5, 16, tzinfo=UTC)),
        ("2027-02", 1000.0, NOW + timedelta(seconds=16), NOW + timedelta(seconds=23)),
    ],
)
def test_a_range_begins_with_the_slots_month_where_a_day_is_a_day(
    month: str, speed: float, first: datetime, last: datetime
) -> None:
    found = promised_range(NOW, month, speed)
    assert [abs(one - other) < timedelta(milliseconds=1) for one, other in zip(found, (first, last), strict=True)] == [
        True,
        True,
    ], found


def test_what_is_expected_follows_the_car(settings: pytest.FixtureRequest) -> None:
    settings.FULFILMENT_SPEED = 1e9  # type: ignore[attr-defined]
    order = run_until(signed_order(), Status.VIN_ASSIGNED)
    settings.FULFILMENT_SPEED = 1.0  # type: ignore[attr-defined]
    promises.expect(order, NOW)
    assert Promise.objects.get(order=order).expected_at == NOW + 5 * DAY


def test_each_day_of_a_delay_is_credited_once() -> None:
    order = late_order(3.5)
    assert promises.accrue_daily() == 3
    assert promises.accrue_daily() == 0
    assert granted(order) == [(f"delay:{order.number}:{day}", DELAY_CREDIT_A_DAY) for day in (1, 2, 3)]
    assert promises.accrue_daily(timezone.now() + DAY) == 1
    assert Promise.objects.get(order=order).credited == 4
    assert order.notices.filter(kind="delayed").exists()


def test_a_run_that_died_before_its_note_grants_nothing_twice() -> None:
    order = late_order(2.5)
    promises.accrue_daily()
    Promise.objects.filter(order=order).update(credited=0)
    promises.accrue_daily()
    assert len(granted(order)) == 2


def test_on_time_and_in_the_first_day_nothing_is_owed() -> None:
    late_order(0.5)
    signed_order()
    assert promises.accrue_daily() == 0


def test_the_signed_terms_say_how_much_and_for_how_long() -> None:
    order = late_order(30)
    Promise.objects.filter(order=order).update(credit_days=5, credit_a_day=700)
    assert promises.accrue_daily() == 5
    assert {amount for _key, amount in granted(order)} == {700}
    assert promises.accrue_daily(timezone.now() + 9 * DAY) == 0


def test_a_car_that_waits_for_its_buyers_money_is_not_late(settings: pytest.FixtureRequest) -> None:
    settings.FULFILMENT_SPEED = 1e9  # type: ignore[attr-defined]
    order = run_until(signed_order(), Status.AT_STORE)
    from apps.orders.fulfilment.drain import drain

    drain(slice_s=60)
    settings.FULFILMENT_SPEED = 1.0  # type: ignore[attr-defined]
    Promise.objects.filter(order=order).update(first_at=timezone.now() - 9 * DAY, last_at=timezone.now() - 3 * DAY)
    assert promises.accrue_daily() == 0
