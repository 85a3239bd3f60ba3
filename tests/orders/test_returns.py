"""Giving back what was delivered."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.capacity.models import Movement
from apps.common.errors import NotAllowed
from apps.ledger.services import balance, balances, prove
from apps.orders import services
from apps.orders.errors import NoReturn, NotInThisState, OutsidePolicy, ReasonNeeded, Stopped, TooMuchDeducted
from apps.orders.fulfilment.drain import run_step
from apps.orders.lifecycle import Actor, Status
from apps.orders.models import Order, Refund, Return, Timer, Vehicle
from apps.orders.services import coins, timers, visits
from apps.orders.services.audit import differences
from apps.orders.services.matching import match_build
from apps.orders.services.returns import policy
from apps.orders.terms import CHECKLIST
from tests.factories.accounts import make_staff, make_user
from tests.factories.bundles import make_accessory, make_charger, make_plan, stock_of
from tests.factories.configurator import make_configurator
from tests.factories.orders import (
    CAR_PRICE,
    DEPOSIT,
    delivered_order,
    pay,
    place,
    ready_order,
    run_until,
    signed_order,
)
from tests.orders.test_cancelling import money, refunds_arrive
from tests.orders.test_events import refund_done

pytestmark = pytest.mark.django_db
STORE = ("orders.take_back_car",)


@pytest.fixture(autouse=True)
def _dial(settings: pytest.FixtureRequest) -> None:
    """Whatever a test turns it to, the next one finds it as it was."""
    settings.FULFILMENT_SPEED = 1e9  # type: ignore[attr-defined]


def driven(*skus: tuple[str, str], user: User | None = None) -> Order:
    order = delivered_order(*skus, user=user)
    while run_step():
        pass
    return order


def back(order: Order, **more: object) -> Return:
    details: dict[str, object] = {"reason": "Too big for our street", "km": 120} | more
    return services.ask_to_return(order=order, **details)  # type: ignore[arg-type]


def test_a_car_comes_back_and_with_it_all_the_money() -> None:
    order = driven()
    slow()
    back(order)
    order.refresh_from_db()
    assert (order.status, order.timers.filter(done_at=None).count()) == ("returning", 0)
    clerk = make_staff(permissions=STORE)
    made = services.take_back(order=order, found="As new", km=131, user=clerk)
    order.refresh_from_db()
    assert (order.status, made.outcome, made.refund, made.km_found) == ("returned", "taken", CAR_PRICE, 131)
    assert not order.allocations.filter(ended_at=None).exists()
    refunds_arrive(order)
    assert money(order) == (CAR_PRICE, CAR_PRICE)
    assert order.lines.get(kind="car").status == "returned"
    assert order.transitions.get(target="returned").user == clerk


def slow() -> None:
    """From now on a day is a day."""
    from django.conf import settings

    settings.FULFILMENT_SPEED = 1.0


def test_each_line_is_paid_back_at_its_value() -> None:
    make_configurator()
    plan, part = make_plan(), make_accessory(needs_fitting=True, fitting_price=5_000, fitting_minutes=30)
    order = driven(("maintenance_plan", plan.sku), ("accessory", part.sku))
    slow()
    rights = order.lines.get(kind="maintenance_plan")
    rights.visits_left = int(rights.facts["visits"]) - 1
    rights.save()
    total = {line.kind: line.total for line in order.lines.all()}
    back(order)
    made = services.take_back(order=order, found="One visit was used", km=10, user=make_staff(permissions=STORE))
    visits = int(rights.facts["visits"])
    values = {one.line.kind: (one.value, one.why) for one in made.lines.all()}
    assert values["car"] == (CAR_PRICE, "whole")
    assert values["accessory"] == (total["accessory"] - 5_000, "fitted")
    assert values["maintenance_plan"] == (total["maintenance_plan"] * (visits - 1) // visits, "unused")
    assert made.refund == sum(value for value, _why in values.values())
    assert {line.kind: line.status for line in order.lines.all()} == {
        "car": "returned",
        "accessory": "returned",
        "maintenance_plan": "refunded",
    }
    refunds_arrive(order)
    assert money(order)[1] == made.refund


def test_damage_is_deducted_but_never_more_than_it_is_worth() -> None:
    order = driven()
    slow()
    back(order)
    clerk = make_staff(permissions=STORE)
    with pytest.raises(TooMuchDeducted):
        services.take_back(order=order, found="Wreck", km=5, deduction=CAR_PRICE + 1, user=clerk)
    assert (Refund.objects.count(), order.lines.get().status) == (0, "received")
    made = services.take_back(order=order, found="Kerb damage on two wheels", km=5, deduction=80_000, user=clerk)
    assert (made.refund, made.deduction) == (CAR_PRICE - 80_000, 80_000)


def test_too_late_or_too_far_is_no_return_unless_the_car_is_not_as_promised() -> None:
    order = driven()
    slow()
    with pytest.raises(OutsidePolicy):
        back(order, km=301)
    moment = order.transitions.get(target="delivered").at
    assert policy(Order.objects.get(pk=order.pk), moment + timedelta(days=6)).open
    assert not policy(Order.objects.get(pk=order.pk), moment + timedelta(days=8)).open
    assert order.returns.count() == 0
    back(order, km=4_000, cause="mismatch")
    made = services.take_back(
        order=order, found="The motor is the weaker one", km=4_010, user=make_staff(permissions=STORE)
    )
    assert made.refund == CAR_PRICE


def test_further_than_it_was_told_is_refused_by_the_store() -> None:
    order = driven()
    slow()
    back(order, km=20)
    clerk = make_staff(permissions=STORE)
    with pytest.raises(OutsidePolicy):
        services.take_back(order=order, found="It ran 900 km", km=900, user=clerk)
    services.close_return(order=order, reason="It ran 900 km", actor=Actor.STAFF, user=clerk)
    order.refresh_from_db()
    assert (order.status, order.returns.get().outcome) == ("delivered", "refused")
    assert order.work_items.get(closed_at=None).kind == "return_refused"
    assert order.timers.get(done_at=None).kind == "return_window"
    assert not Refund.objects.exists()


def test_a_buyer_may_keep_the_car_after_all() -> None:
    order = driven()
    slow()
    made = back(order)
    assert back(order) == made
    services.close_return(order=order, reason="")
    order.refresh_from_db()
    assert (order.status, order.returns.get().outcome) == ("delivered", "withdrawn")
    with pytest.raises(NoReturn):
        services.close_return(order=order, reason="")


def test_a_contested_payment_holds_the_return_up() -> None:
    order = driven()
    slow()
    back(order)
    Order.objects.filter(pk=order.pk).update(disputed=True)
    with pytest.raises(Stopped):
        services.take_back(order=order, found="As new", km=1, user=make_staff(permissions=STORE))
    order.refresh_from_db()
    assert (order.status, Refund.objects.count(), order.returns.get().outcome) == ("returning", 0, "")


def test_only_the_store_takes_back_and_only_what_is_being_returned() -> None:
    ready = ready_order()
    order = driven()
    slow()
    with pytest.raises(ReasonNeeded):
        services.ask_to_return(order=order, reason="Too big", km=None)
    with pytest.raises(NoReturn):
        services.take_back(order=order, found="x", km=1, user=make_staff(permissions=STORE))
    back(order)
    for user in (make_user(), make_staff(permissions=("orders.inspect_car",))):
        with pytest.raises(NotAllowed):
            services.take_back(order=order, found="x", km=1, user=user)
        with pytest.raises(NotAllowed):
            services.close_return(order=order, reason="x", actor=Actor.STAFF, user=user)
    with pytest.raises(NotInThisState):
        back(ready)


def test_goods_go_back_without_moving_the_order() -> None:
    part = make_accessory()
    basket = services.create_basket()
    services.add_line(basket=basket, kind="accessory", sku=part.sku, quantity=2)
    order = place(basket, delivery_store=None)
    pay(order)
    run_until(order, Status.COMPLETED)
    car = signed()
    slow()
    services.ask_to_return(order=order, reason="Wrong colour")
    made = services.take_back(order=order, found="Unopened", user=make_staff(permissions=STORE))
    refunds_arrive(order)
    assert (order.status, order.lines.get().status, made.refund) == ("completed", "returned", order.total)
    assert money(order) == (order.total, order.total)
    with pytest.raises(NotInThisState):
        services.ask_to_return(order=car, reason="x", km=1)


def proved(order: Order) -> None:
    """Every fen of the order is where it belongs: no money left with us that is not earned, nothing still owed."""
    assert prove() == []
    assert [one for one in differences() if "stands in no file" not in one] == []
    found = balances(order.number)
    assert (found.get("customers", 0), found.get("refunds_due", 0)) == (0, 0)
    assert -found.get("sales", 0) == sum(invoice.amount for invoice in order.invoices.all())


def test_a_return_is_taken_out_of_the_books_leg_by_leg_when_the_gateway_says_so() -> None:
    user, clerk = make_user(), make_staff(permissions=STORE)
    order = driven(user=user)
    slow()
    earned = order.total // 1_000
    assert balances(order.number, "COIN")["coins:pending"] == earned
    back(order)
    services.take_back(order=order, found="As new", km=131, user=clerk)
    assert balance("coins:pending", "COIN") == 0 == coins.available(user.pk)
    due = list(Refund.objects.order_by("-amount"))
    assert [(one.leg.purpose, one.amount) for one in due] == [("balance", CAR_PRICE - DEPOSIT), ("deposit", DEPOSIT)]
    assert (balances(order.number)["refunds_due"], order.invoices.count()) == (-CAR_PRICE, 1)
    for number, one in enumerate(due, start=1):
        while run_step():
            pass
        assert Refund.objects.filter(status="done").count() == number - 1
        services.apply_event(refund_done(one))
        one.refresh_from_db()
        one.leg.refresh_from_db()
        assert (one.status, one.leg.status, one.leg.refunded) == ("done", "refunded", one.amount)
        red = one.invoices.get()
        assert (red.amount, red.original) == (-one.amount, order.invoices.get(original=None))
    assert sum(invoice.amount + invoice.tax for invoice in order.invoices.all()) == 0
    assert balances(order.number).get("sales", 0) == 0
    proved(order)


def test_what_is_kept_for_damage_stays_sold_and_invoiced() -> None:
    order = driven()
    slow()
    back(order)
    clerk = make_staff(permissions=STORE)
    services.take_back(order=order, found="Kerb damage", km=5, deduction=80_000, user=clerk)
    refunds_arrive(order)
    assert -balances(order.number)["sales"] == 80_000
    proved(order)


def test_a_credit_is_not_paid_out_by_giving_the_car_back() -> None:
    order = run_until(signed_order(), Status.AT_STORE)
    services.grant_credit(order=order, amount=70_000, kind="delay", key="d")
    pay(order)
    order = run_until(order, Status.READY)
    vin = order.allocations.get(ended_at=None).vehicle.vin
    services.accept_delivery(order=order, vin=vin, signature="Li Lei", checklist=dict.fromkeys(CHECKLIST, True))
    while run_step():
        pass
    slow()
    back(order)
    made = services.take_back(order=order, found="As new", km=5, user=make_staff(permissions=STORE))
    refunds_arrive(order)
    assert (made.refund, money(order)[1]) == (CAR_PRICE - 70_000, CAR_PRICE - 70_000)
    assert balances(order.number).get("expense:credits", 0) == 0
    proved(order)


def test_a_car_that_came_back_is_nobodys_new_car() -> None:
    order = driven()
    slow()
    back(order)
    services.take_back(order=order, found="As new", km=131, user=make_staff(permissions=STORE))
    used = Vehicle.objects.get()
    assert (used.km, used.allocations.filter(ended_at=None).exists()) == (131, False)
    fast()
    other = run_until(signed_order(), Status.VIN_ASSIGNED)
    assert other.allocations.get(ended_at=None).vehicle != used
    assert match_build(used.build) == {}


def fast() -> None:
    from django.conf import settings

    settings.FULFILMENT_SPEED = 1e9


def goods(*, user: User | None = None) -> Order:
    part = make_accessory()
    basket = services.create_basket(user=user)
    services.add_line(basket=basket, kind="accessory", sku=part.sku, quantity=2)
    order = place(basket, delivery_store=None)
    pay(order)
    return run_until(order, Status.COMPLETED)


@pytest.mark.parametrize("as_new", [True, False])
def test_goods_that_are_as_new_stand_on_the_shelf_again(as_new: bool) -> None:
    slow_window(order := goods(user=make_user()))
    sku = order.lines.get().code
    before = stock_of(sku)[0]
    services.ask_to_return(order=order, reason="Wrong colour")
    clerk = make_staff(permissions=STORE)
    services.take_back(order=order, found="Opened", as_new=as_new, user=clerk)
    assert stock_of(sku)[0] == before + (2 if as_new else 0)
    moved = Movement.objects.filter(user=clerk, reason=f"Returned: {order.number}")
    assert list(moved.values_list("total_change", flat=True)) == ([2] if as_new else [])
    refunds_arrive(order)
    proved(order)
    with pytest.raises(NotInThisState):  # there is nothing left to give back
        services.ask_to_return(order=order, reason="Again")
    assert order.returns.count() == 1


def slow_window(order: Order) -> None:
    """The goods came today, and a day is a day."""
    slow()
    order.timers.filter(kind="return_window", done_at=None).update(due_at=timezone.now() + timedelta(days=7))


def test_the_coins_of_goods_wait_until_they_can_no_longer_be_given_back() -> None:
    user = make_user()
    slow_window(order := goods(user=user))
    earned = order.total // 1_000
    timers.sweep()
    assert (balance("coins:pending", "COIN"), coins.available(user.pk)) == (earned, 0)
    services.ask_to_return(order=order, reason="Too long")
    assert not order.timers.filter(done_at=None).exists()
    services.close_return(order=order, reason="")
    order.timers.filter(done_at=None).update(due_at=timezone.now())
    timers.sweep()
    assert (balance("coins:pending", "COIN"), coins.available(user.pk)) == (0, earned)
    services.ask_to_return(order=order, reason="It breaks", cause="mismatch")
    services.take_back(order=order, found="It does", user=make_staff(permissions=STORE), as_new=False)
    assert coins.available(user.pk) == 0
    refunds_arrive(order)
    proved(order)


def test_a_contested_payment_holds_goods_up_too() -> None:
    slow_window(order := goods())
    services.ask_to_return(order=order, reason="Too long")
    Order.objects.filter(pk=order.pk).update(disputed=True)
    with pytest.raises(Stopped):
        services.take_back(order=order, found="As new", user=make_staff(permissions=STORE))
    assert (order.lines.get().status, Refund.objects.count()) == ("received", 0)


def signed() -> Order:
    make_configurator()
    return signed_order()


def test_an_order_is_complete_only_when_every_line_has_ended_or_runs_on() -> None:
    make_configurator()
    charger = make_charger()
    order = driven(("charger", charger.sku))
    Timer.objects.filter(kind="return_window").update(due_at=timezone.now())
    timers.sweep()
    order.refresh_from_db()
    assert order.status == "delivered"
    assert charger.sku in order.work_items.get(kind="open_line").text
    line, clerk = order.lines.get(kind="charger"), make_staff(permissions=("orders.inspect_car",))
    visits.survey(line=line, text="A free circuit", user=clerk)
    visits.book(line=line, starts_at=timezone.now() + timedelta(days=1), address="Lane 1", user=clerk)
    visits.install(line=line, user=clerk)
    visits.accept_installation(line=line)
    Timer.objects.filter(kind="return_window", done_at=None).update(due_at=timezone.now())
    timers.sweep()
    order.refresh_from_db()
    assert (order.status, order.lines.get(kind="charger").status) == ("completed", "accepted_by_buyer")
    assert not order.work_items.filter(kind="open_line", closed_at=None).exists()
