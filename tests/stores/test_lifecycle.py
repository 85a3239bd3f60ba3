"""The states of an appointment: what the services do and what the database refuses."""

import itertools
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from apps.stores import errors, lifecycle, services
from apps.stores.lifecycle import Status
from apps.stores.models import Appointment
from tests.factories.stores import MONDAY, at, make_appointment, make_store

pytestmark = pytest.mark.django_db


def history(mine: Appointment) -> list[str]:
    return [event.after for event in mine.events.all()]


@pytest.mark.services
def test_the_trigger_allows_exactly_the_pairs_of_the_table() -> None:
    mine = make_appointment(status="held")
    allowed = set()
    for old, new in itertools.permutations(Status.values, 2):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # the table must have no pending checks
            cursor.execute("ALTER TABLE stores_appointment DISABLE TRIGGER stores_appointment_transition")
            Appointment.objects.filter(pk=mine.pk).update(status=old, answer_by=MONDAY)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE stores_appointment ENABLE TRIGGER stores_appointment_transition")
        try:
            with transaction.atomic():
                Appointment.objects.filter(pk=mine.pk).update(status=new)
                allowed.add((old, new))
        except IntegrityError as error:
            assert "cannot go from" in str(error)  # noqa: PT017
    assert allowed == lifecycle.pairs()


def test_what_has_ended_can_no_longer_be_moved_about_in_the_database() -> None:
    mine = services.cancel(make_appointment(), now=MONDAY)
    with pytest.raises(IntegrityError, match="stays as it was"):
        Appointment.objects.filter(pk=mine.pk).update(service="maintenance")


def test_the_database_keeps_two_jobs_out_of_one_bay() -> None:
    first = make_appointment()
    second = make_appointment(store=first.store, starts_at=at(11))
    with pytest.raises(IntegrityError, match="appointment_bay_taken_once"):
        Appointment.objects.filter(pk=second.pk).update(during=first.during)


def test_a_hold_that_ran_out_cannot_be_confirmed() -> None:
    held = make_appointment(status="held")
    with pytest.raises(errors.HoldExpired):
        services.confirm(held, now=MONDAY + timedelta(minutes=10))
    held.refresh_from_db()
    assert (held.status, history(held)) == ("held", ["held"])


def test_a_cooperative_store_is_asked_and_answers_within_two_opening_hours() -> None:
    asked = make_appointment(store=make_store(confirms_at_once=False), starts_at=at(15))
    assert (asked.status, asked.answer_by) == (Status.REQUESTED, at(11))
    assert services.accept(asked, now=at(10)).status == Status.CONFIRMED
    with pytest.raises(errors.NotPossible):
        services.decline(asked, now=at(10))


def test_the_sweep_ends_holds_and_unanswered_requests_once() -> None:
    held = make_appointment(status="held")
    asked = make_appointment(store=make_store(confirms_at_once=False), starts_at=at(15))
    kept = make_appointment()
    assert services.expire_holds(now=at(11)) == 2
    assert services.expire_holds(now=at(11)) == 0
    assert history(held) == ["held", "expired"]
    assert history(asked) == ["held", "requested", "declined"]
    kept.refresh_from_db()
    assert kept.status == Status.CONFIRMED


def test_completing_walks_every_state_and_is_the_same_done_twice() -> None:
    mine = make_appointment()
    services.complete(mine, now=at(11))
    services.complete(mine, now=at(11))
    assert history(mine) == [
        "held", "confirmed", "checked_in", "in_service", "quality_check", "ready", "closed",
    ]  # fmt: skip


def test_cancelling_frees_the_bay_and_who_did_it_is_kept() -> None:
    mine = make_appointment()
    services.cancel(mine, by="store", now=MONDAY)
    services.cancel(mine, now=MONDAY)
    assert history(mine)[-1] == mine.status == Status.CANCELLED_STORE
    assert make_appointment(store=mine.store).bay_id == mine.bay_id


def test_a_customer_cannot_cancel_once_the_time_has_begun() -> None:
    mine = make_appointment()
    with pytest.raises(errors.NotPossible):
        services.cancel(mine, now=at(10))
    mine.refresh_from_db()
    assert mine.status == Status.CONFIRMED


def test_who_comes_late_is_let_in_the_same_day_and_not_the_next() -> None:
    mine = make_appointment()
    with pytest.raises(errors.TooSoon):
        services.mark_no_show(mine, now=at(10, 29))
    services.mark_no_show(mine, now=at(10, 30))
    with pytest.raises(errors.NotPossible):
        services.arrive(mine, now=at(9) + timedelta(days=1))
    assert services.arrive(mine, now=at(11)).status == Status.CHECKED_IN


def test_moving_gives_a_new_appointment_that_names_the_old() -> None:
    old = make_appointment(reference="KC-1")
    new = services.reschedule(old, at(14), now=MONDAY)
    assert (new.status, new.starts_at, new.reference, new.replaces_id) == ("confirmed", at(14), "KC-1", old.pk)
    assert (old.status, history(old)[-1]) == ("rescheduled", "rescheduled")


def test_moving_by_half_an_hour_works_in_a_store_with_one_bay() -> None:
    old = make_appointment()
    new = services.reschedule(old, at(10, 30), now=MONDAY)
    assert (new.starts_at, new.bay_id) == (at(10, 30), old.bay_id)


def test_when_the_new_time_is_taken_the_old_one_stands() -> None:
    old = make_appointment()
    make_appointment(store=old.store, starts_at=at(14))
    with pytest.raises(errors.SlotTaken):
        services.reschedule(old, at(14), now=MONDAY)
    old.refresh_from_db()
    assert (old.status, old.starts_at) == (Status.CONFIRMED, at(10))
    assert Appointment.objects.filter(replaces=old).count() == 0
