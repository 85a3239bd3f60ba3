"""Events are numbered without gaps, exist only with what happened, and stay as they were written."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from apps.outbox.models import Event, Stream
from apps.outbox.services import emit


def say(subject: str = "A", kind: str = "order.placed") -> int:
    return emit(topic="order", subject=subject, kind=kind, data={"order": subject})


def numbers(subject: str) -> list[int]:
    return list(Event.objects.filter(stream__subject=subject).order_by("seq").values_list("seq", flat=True))


@pytest.mark.django_db
def test_each_subject_counts_for_itself() -> None:
    assert [say("A"), say("B"), say("A"), say("A"), say("B")] == [1, 1, 2, 3, 2]
    assert (numbers("A"), numbers("B")) == ([1, 2, 3], [1, 2])
    assert list(Stream.objects.order_by("subject").values_list("subject", "last", "relayed")) == [
        ("A", 3, 0),
        ("B", 2, 0),
    ]


@pytest.mark.django_db
def test_what_is_rolled_back_was_never_said_and_leaves_no_gap() -> None:
    say()
    with transaction.atomic():
        say()
        say()
        transaction.set_rollback(True)
    assert say() == 2
    assert numbers("A") == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_follow_each_other_without_a_gap() -> None:
    def run(number: int) -> None:
        try:
            with transaction.atomic():
                say(f"S{number % 3}")
                if number % 4 == 0:
                    transaction.set_rollback(True)
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(run, range(120)))
    for subject in ("S0", "S1", "S2"):
        assert numbers(subject) == list(range(1, 31))
        assert Stream.objects.get(subject=subject).last == 30


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE outbox_event SET data = '{}'", "DELETE FROM outbox_event"])
def test_the_database_keeps_history(statement: str) -> None:
    say()
    with (
        pytest.raises(IntegrityError, match="an event is history"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Event.objects.get().data == {"order": "A"}


@pytest.mark.django_db
def test_the_database_refuses_a_gap_whoever_writes_it() -> None:
    say()
    stream = Stream.objects.get()
    with pytest.raises(IntegrityError, match="has no predecessor"), transaction.atomic():
        Event.objects.create(stream=stream, seq=3, kind="order.signed")
    Stream.objects.update(last=2)
    with pytest.raises(IntegrityError, match="has a gap"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    Stream.objects.update(last=1)
    assert (numbers("A"), Stream.objects.get().last) == ([1], 1)
