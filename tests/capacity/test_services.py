"""Capacity: held, extended, taken, given back, used; all or nothing; every balance is the sum of its movements."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.capacity import kinds, services
from apps.capacity.errors import BadNumber, BelowPromised, NotEnough, OtherQuantity, ReasonWanted
from apps.capacity.models import Hold, Movement, Pool, Proof
from apps.capacity.tasks import prove

pytestmark = pytest.mark.django_db
MAT, LAMP = kinds.stock("AC-MAT"), kinds.stock("AC-LAMP")


def soon(minutes: int = 15) -> datetime:
    return timezone.now() + timedelta(minutes=minutes)


def balance(resource: str) -> tuple[int, int, int, int]:
    pool = Pool.objects.get(resource=resource)
    return pool.total, pool.held, pool.taken, pool.used


def test_units_go_from_free_to_held_to_taken_to_used() -> None:
    services.open(resource=MAT, quantity=5, reason="Delivery")
    services.hold(resource=MAT, quantity=2, owner="K1", until=soon())
    assert (balance(MAT), Pool.objects.get().free) == ((5, 2, 0, 0), 3)
    assert services.take(owner="K1") == {MAT: 2}
    assert (balance(MAT), Hold.objects.get().until) == ((5, 0, 2, 0), None)
    assert services.use(owner="K1") == {MAT: 2}
    assert balance(MAT) == (5, 0, 0, 2)
    kinds_ = list(Movement.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds_ == ["open", "hold", "take", "use"]
    assert services.prove() == []


def test_each_step_twice_is_each_step_once() -> None:
    services.open(resource=MAT, quantity=5)
    for _ in range(2):
        services.hold(resource=MAT, quantity=2, owner="K1", until=soon())
    assert balance(MAT) == (5, 2, 0, 0)
    assert (services.take(owner="K1"), services.take(owner="K1")) == ({MAT: 2}, {})
    assert (services.release(owner="K1"), services.release(owner="K1")) == ({MAT: 2}, {})
    assert (balance(MAT), services.use(owner="K1")) == ((5, 0, 0, 0), {})
    services.hold(resource=MAT, quantity=5, owner="K1", until=soon())
    assert (balance(MAT), Hold.objects.count()) == ((5, 5, 0, 0), 2)


def test_all_or_nothing_and_the_refusal_names_what_lacks() -> None:
    services.open(resource=MAT, quantity=3)
    services.open(resource=LAMP, quantity=1)
    with pytest.raises(NotEnough) as refusal:
        services.hold_all(wanted={MAT: 4, LAMP: 1, kinds.stock("AC-NONE"): 1}, owner="K1", until=soon())
    lacks = [(one.resource, one.wanted, one.free) for one in refusal.value.lacks]
    assert lacks == [(MAT, 4, 3), ("stock:AC-NONE", 1, 0)]
    assert (balance(MAT), balance(LAMP), Hold.objects.count()) == ((3, 0, 0, 0), (1, 0, 0, 0), 0)
    services.hold_all(wanted={MAT: 3, LAMP: 1}, owner="K1", until=soon())
    assert (balance(MAT), balance(LAMP)) == ((3, 3, 0, 0), (1, 1, 0, 0))


def test_an_owner_never_stands_in_their_own_way() -> None:
    services.open(resource=LAMP, quantity=1)
    services.hold(resource=LAMP, quantity=1, owner="offer-1", until=soon())
    with pytest.raises(NotEnough):
        services.hold(resource=LAMP, quantity=1, owner="K1", until=soon())
    services.hold(resource=LAMP, quantity=1, owner="K1", until=soon(), instead_of=["offer-1"])
    assert balance(LAMP) == (1, 1, 0, 0)
    assert services.release(owner="offer-1") == {}
    assert (services.take(owner="K1"), services.prove()) == ({LAMP: 1}, [])


def test_a_change_of_an_order_keeps_the_old_when_the_new_is_not_to_be_had() -> None:
    services.open(resource=LAMP, quantity=1)
    services.hold(resource=LAMP, quantity=1, owner="K1", until=None)
    services.take(owner="K1")
    with pytest.raises(NotEnough):
        services.hold_all(wanted={LAMP: 1, MAT: 1}, owner="K1:2", until=None, instead_of=["K1"])
    assert (balance(LAMP), Hold.objects.get().owner) == ((1, 0, 1, 0), "K1")


def test_an_owner_cannot_hold_two_numbers_of_the_same() -> None:
    services.open(resource=MAT, quantity=5)
    services.hold(resource=MAT, quantity=2, owner="K1", until=soon())
    with pytest.raises(OtherQuantity), transaction.atomic():
        services.hold(resource=MAT, quantity=3, owner="K1", until=soon())
    with pytest.raises(BadNumber):
        services.hold(resource=MAT, quantity=0, owner="K2", until=soon())
    assert balance(MAT) == (5, 2, 0, 0)


def test_a_hold_that_is_over_comes_free_and_one_that_was_extended_does_not() -> None:
    services.open(resource=MAT, quantity=3)
    for owner in ("K1", "K2", "K3"):
        services.hold(resource=MAT, quantity=1, owner=owner, until=timezone.now() - timedelta(seconds=1))
    services.take(owner="K3")
    assert services.extend(owner="K2", until=soon()) == 1
    assert services.expire() == {MAT: 1}
    states = dict(Hold.objects.values_list("owner", "state"))
    assert states == {"K1": "expired", "K2": "held", "K3": "taken"}
    assert (services.take(owner="K1"), services.extend(owner="K1", until=soon())) == ({}, 0)
    assert services.prove() == []


def test_extending_never_shortens_and_what_has_no_end_keeps_none() -> None:
    services.open(resource=MAT, quantity=2)
    later = timezone.now() + timedelta(hours=1)
    services.hold(resource=MAT, quantity=1, owner="K1", until=later)
    services.hold(resource=MAT, quantity=1, owner="K2", until=None)
    for owner in ("K1", "K2"):
        services.extend(owner=owner, until=soon(1))
    assert dict(Hold.objects.values_list("owner", "until")) == {"K1": later, "K2": None}


def test_a_closed_pool_gives_nothing_more_and_keeps_what_is_promised() -> None:
    services.open(resource=MAT, quantity=2)
    services.hold(resource=MAT, quantity=1, owner="K1", until=soon())
    services.close(resource=MAT)
    with pytest.raises(NotEnough):
        services.hold(resource=MAT, quantity=1, owner="K2", until=soon())
    assert services.take(owner="K1") == {MAT: 1}
    services.close(resource=MAT, closed=False)
    services.hold(resource=MAT, quantity=1, owner="K2", until=soon())


def test_corrections_need_a_reason_and_never_go_below_what_is_promised() -> None:
    services.open(resource=MAT, quantity=5)
    services.hold(resource=MAT, quantity=4, owner="K1", until=soon())
    with pytest.raises(ReasonWanted):
        services.adjust(resource=MAT, change=1, reason=" ")
    with pytest.raises(BelowPromised) as refusal:
        services.adjust(resource=MAT, change=-2, reason="Counted")
    assert str(refusal.value) == "4 are promised or used; there cannot be fewer."
    assert services.adjust(resource=MAT, change=-1, reason="Counted").free == 0
    assert (Movement.objects.filter(kind="adjust").count(), services.prove()) == (1, [])


def test_pools_that_are_missing_are_opened_once() -> None:
    day = kinds.install("SH01", date(2026, 12, 1))
    for _ in range(2):
        services.ensure(totals={day: 480, MAT: 0})
    assert (balance(day), balance(MAT)) == ((480, 0, 0, 0), (0, 0, 0, 0))
    assert (Movement.objects.count(), services.prove()) == (1, [])


def test_giving_back_one_kind_or_one_resource_leaves_the_rest() -> None:
    slot = kinds.build("ut", date(2026, 12, 1))
    for resource in (MAT, LAMP, slot):
        services.open(resource=resource, quantity=1)
    services.hold_all(wanted={MAT: 1, LAMP: 1, slot: 1}, owner="K1", until=soon())
    assert services.use(owner="K1", only="build") == {slot: 1}
    assert services.release(owner="K1", resource=MAT) == {MAT: 1}
    assert services.release(owner="K1") == {LAMP: 1}
    assert balance(slot) == (1, 0, 0, 1)


@pytest.mark.services
@pytest.mark.parametrize(
    "statement", ["UPDATE capacity_movement SET total_change = 9", "DELETE FROM capacity_movement"]
)
def test_the_database_refuses_to_change_a_movement(statement: str) -> None:
    services.open(resource=MAT, quantity=5)
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Movement.objects.get().total_change == 5


@pytest.mark.services
def test_the_database_refuses_to_promise_more_than_there_is() -> None:
    services.open(resource=MAT, quantity=5)
    with pytest.raises(IntegrityError, match="pool_never_oversold"), transaction.atomic():
        Pool.objects.update(held=6)
    with pytest.raises(IntegrityError, match="pool_resource_shape"), transaction.atomic():
        Pool.objects.create(resource="luck:7")


def test_the_nightly_proof_finds_a_balance_that_nothing_explains() -> None:
    services.open(resource=MAT, quantity=5)
    prove()
    Pool.objects.update(total=6)
    prove()
    right, wrong = Proof.objects.order_by("pk")
    assert (right.differences, [one["resource"] for one in wrong.differences]) == ([], [MAT])


def test_holding_three_resources_is_one_round_trip(django_assert_num_queries: object) -> None:
    for resource in (MAT, LAMP):
        services.open(resource=resource, quantity=9)
    with django_assert_num_queries(1):  # type: ignore[operator]
        services.hold_all(wanted={MAT: 1, LAMP: 1}, owner="K1", until=soon())
    with django_assert_num_queries(1):  # type: ignore[operator]
        services.take(owner="K1")
