"""The shelf and its ledger: reserve, release, consume, adjust."""

import threading
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from apps.bundles import services
from apps.bundles.errors import OutOfStock, ReasonMissing, ReferenceInUse, StockBelowReserved, UnknownProduct
from apps.bundles.models import StockItem, StockMovement, StockReservation
from tests.factories.bundles import make_accessory, make_cover, make_plan, stock_of


@pytest.mark.django_db
def test_reserving_sets_units_aside_and_writes_it_down() -> None:
    sku = make_accessory(stock=5).sku
    services.reserve(sku=sku, quantity=2, reference="order-1")
    assert stock_of(sku) == (5, 2)
    kinds = StockMovement.objects.order_by("pk").values_list("kind", "on_hand_change", "reserved_change", "reference")
    assert list(kinds) == [("adjustment", 5, 0, ""), ("reservation", 0, 2, "order-1")]


@pytest.mark.django_db
def test_each_step_twice_is_each_step_once() -> None:
    sku = make_accessory(stock=5).sku
    for _ in range(2):
        services.reserve(sku=sku, quantity=2, reference="order-1")
    assert stock_of(sku) == (5, 2)
    assert (services.consume(reference="order-1"), services.consume(reference="order-1")) == (1, 0)
    assert stock_of(sku) == (3, 0)
    assert services.release(reference="order-1") == 0
    services.reserve(sku=sku, quantity=2, reference="order-1")
    assert stock_of(sku) == (3, 0)
    assert StockMovement.objects.count() == 3


@pytest.mark.django_db
def test_a_cancelled_order_gives_everything_back_and_may_reserve_again() -> None:
    lamp, mat = make_accessory(stock=1).sku, make_accessory(stock=3).sku
    services.reserve_all(quantities={mat: 2, lamp: 1}, reference="order-1")
    assert (stock_of(lamp), stock_of(mat)) == ((1, 1), (3, 2))
    assert (services.release(reference="order-1"), services.release(reference="order-1")) == (2, 0)
    assert (stock_of(lamp), stock_of(mat)) == ((1, 0), (3, 0))
    services.reserve(sku=mat, quantity=3, reference="order-1")
    assert stock_of(mat) == (3, 3)
    assert not StockItem.objects.off_ledger().exists()


@pytest.mark.django_db
def test_one_article_of_an_order_can_be_given_back_alone() -> None:
    lamp, mat = make_accessory(stock=1).sku, make_accessory(stock=3).sku
    services.reserve_all(quantities={mat: 2, lamp: 1}, reference="order-1")
    assert services.release(reference="order-1", sku=mat) == 1
    assert (stock_of(lamp), stock_of(mat)) == ((1, 1), (3, 0))


@pytest.mark.django_db
def test_what_is_not_there_is_refused_and_nothing_is_reserved() -> None:
    lamp, mat = make_accessory(stock=2).sku, make_accessory(stock=3, name_en="Door mat").sku
    with pytest.raises(OutOfStock) as refusal:
        services.reserve_all(quantities={lamp: 1, mat: 4}, reference="order-1")
    assert str(refusal.value) == "Only 3 of “Door mat” are left."
    assert (stock_of(lamp), stock_of(mat)) == ((2, 0), (3, 0))
    assert not StockReservation.objects.exists()


@pytest.mark.django_db
def test_a_reference_cannot_hold_two_quantities() -> None:
    sku = make_accessory(stock=5).sku
    services.reserve(sku=sku, quantity=2, reference="order-1")
    with pytest.raises(ReferenceInUse):
        services.reserve(sku=sku, quantity=3, reference="order-1")
    assert stock_of(sku) == (5, 2)


@pytest.mark.django_db
def test_films_and_plans_keep_no_stock() -> None:
    for sku in (make_cover().sku, make_plan().sku):
        assert services.reserve(sku=sku, quantity=1, reference="order-1") is None
    assert (StockItem.objects.count(), services.release(reference="order-1")) == (0, 0)


@pytest.mark.django_db
def test_stock_changes_by_hand_only_with_a_reason_and_never_below_what_is_promised() -> None:
    sku = make_accessory(stock=5).sku
    services.reserve(sku=sku, quantity=4, reference="order-1")
    with pytest.raises(ReasonMissing):
        services.adjust(sku=sku, change=1, reason="  ")
    with pytest.raises(StockBelowReserved):
        services.adjust(sku=sku, change=-2, reason="Counted")
    with pytest.raises(UnknownProduct):
        services.adjust(sku="AC-NOTHING", change=1, reason="Delivery")
    assert stock_of(sku) == (5, 4)
    assert services.adjust(sku=sku, change=-1, reason="Counted").available == 0
    assert StockMovement.objects.filter(reason="Counted").count() == 1


@pytest.mark.services
@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement", ["UPDATE bundles_stockmovement SET on_hand_change = 9", "DELETE FROM bundles_stockmovement"]
)
def test_the_database_refuses_to_change_the_ledger(statement: str) -> None:
    make_accessory(stock=5)
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert StockMovement.objects.get().on_hand_change == 5


@pytest.mark.django_db
def test_the_database_refuses_to_reserve_more_than_is_there() -> None:
    sku = make_accessory(stock=5).sku
    with pytest.raises(IntegrityError, match="stock_reserved_within_on_hand"), transaction.atomic():
        StockItem.objects.filter(sku=sku).update(reserved=6)


def _at_once(number: int, work: Callable[[int], object]) -> list[object]:
    """Run ``work(0…number-1)`` in threads with connections of their own; their results or errors, in no order."""
    results: list[object] = []
    barrier = threading.Barrier(number)

    def run(index: int) -> None:
        try:
            barrier.wait()
            results.append(work(index))
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_twenty_buyers_share_three_units_and_no_call_counts_twice() -> None:
    sku = make_accessory(stock=3).sku
    results = _at_once(20, lambda n: services.reserve(sku=sku, quantity=1, reference=f"order-{n}"))
    assert sum(isinstance(result, StockReservation) for result in results) == 3
    assert sum(isinstance(result, OutOfStock) for result in results) == 17
    assert stock_of(sku) == (3, 3)
    winner = StockReservation.objects.order_by("pk")[0].reference
    repeated = _at_once(10, lambda n: services.release(reference=winner))
    assert sorted(repeated, key=str) == [0] * 9 + [1]
    again = _at_once(10, lambda n: services.reserve(sku=sku, quantity=1, reference="order-late"))
    assert all(isinstance(result, StockReservation) for result in again)
    assert stock_of(sku) == (3, 3)
    assert not StockItem.objects.off_ledger().exists()
