"""Taking a bay."""

from datetime import timedelta
from typing import Any

import pytest

from apps.common.errors import DomainError
from apps.stores import errors, services
from apps.stores.lifecycle import Status
from apps.stores.models import Appointment, Store
from tests.factories.stores import MONDAY, at, make_appointment, make_store

pytestmark = pytest.mark.django_db


def hold(store: Store, hour: int = 10, **fields: Any) -> Appointment:
    facts: dict[str, Any] = {"service": "test_drive", "starts_at": at(hour), "reference": "", "now": MONDAY} | fields
    return services.hold_slot(store=store, **facts)


def test_a_held_slot_takes_the_bay_for_ten_minutes() -> None:
    held = hold(make_store())
    assert held.status == Status.HELD
    assert (held.starts_at, held.ends_at) == (at(10), at(10, 45))
    assert held.hold_expires_at == MONDAY + timedelta(minutes=10)
    assert [(event.before, event.after) for event in held.events.all()] == [("", "held")]


def test_the_second_takes_the_next_bay_and_the_third_hears_the_next_five_free_times() -> None:
    store = make_store(bays=2)
    assert hold(store).bay_id != hold(store).bay_id
    with pytest.raises(errors.SlotTaken) as refused:
        hold(store)
    first = [at(11).isoformat(), at(11, 30).isoformat()]
    assert [moment.astimezone(at(0).tzinfo).isoformat() for moment in (s.starts_at for s in refused.value.slots)][
        :2
    ] == first
    assert len(refused.value.extra["next_free"]) == 5
    assert Appointment.objects.count() == 2


def test_a_bay_whose_hold_has_run_out_is_given_to_the_next_without_waiting_for_a_sweep() -> None:
    store = make_store()
    first = hold(store)
    second = hold(store, now=MONDAY + timedelta(minutes=10))
    first.refresh_from_db()
    assert (first.status, second.status) == (Status.EXPIRED, Status.HELD)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"service": "film"}, errors.NotOffered),
        ({"service": "juggling"}, errors.NotOffered),
        ({"starts_at": at(10, 10)}, errors.NotASlot),
        ({"starts_at": at(17, 30)}, errors.NotASlot),  # would end after closing
        ({"starts_at": at(8, 30)}, errors.TooSoon),
        ({"starts_at": at(10) + timedelta(days=70)}, errors.TooFarAhead),
    ],
)
def test_a_time_that_can_never_be_had_is_refused_and_takes_nothing(
    fields: dict[str, Any], error: type[DomainError]
) -> None:
    store = make_store()
    with pytest.raises(error):
        hold(store, **fields)
    assert not Appointment.objects.exists()


def test_an_inactive_bay_or_one_for_other_work_is_never_given() -> None:
    store = make_store(bays=2)
    store.bays.filter(number=1).update(is_active=False)
    store.bays.filter(number=2).update(services=["maintenance"])
    with pytest.raises(errors.SlotTaken):
        hold(store)
    assert not Appointment.objects.exists()


def test_confirming_makes_it_stay_and_doing_it_twice_changes_nothing() -> None:
    booked = make_appointment()
    again = services.confirm(booked, now=MONDAY)
    assert again.status == Status.CONFIRMED
    assert booked.events.count() == 2
