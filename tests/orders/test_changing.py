"""Changing an order: what it costs, what is held, what the payments do, and what is refused."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.capacity import kinds
from apps.capacity.services import prove
from apps.common.errors import DomainError
from apps.configurator import services as configurator_services
from apps.configurator.loading import publish
from apps.configurator.models import Build, Configurator, Option, RentalTerms
from apps.ledger.services import post, wallet
from apps.ledger.services import prove as prove_ledger
from apps.orders import services
from apps.orders.builds import options_of
from apps.orders.errors import (
    BuildFrozen,
    BuildNotOrderable,
    ConsentMissing,
    LineNotFound,
    LineStays,
    MonthChanged,
    NothingChanges,
    NotInThisState,
    OtherModel,
    Overtaken,
    PriceChanged,
    SignatureMissing,
    SoldOut,
    TooManyCoins,
    UnknownBuild,
)
from apps.orders.lifecycle import Status
from apps.orders.models import Order, OrderChange, PartnerJob, Promise, Refund
from apps.orders.nextsteps import next_step
from apps.orders.services import coins, protection, requoting, timers
from apps.orders.services.changing import change
from apps.orders.services.requoting import quote_change
from apps.orders.services.signing import hash_of
from apps.promotions.engine import replay
from tests.factories.accounts import make_user
from tests.factories.bundles import make_accessory, make_plan, stock_of
from tests.factories.configurator import make_build, make_configurator
from tests.factories.orders import (
    CAR_PRICE,
    DEPOSIT,
    make_basket,
    make_order,
    make_slots,
    months_from_now,
    pay,
    place,
    reserved_order,
    run_until,
    sign,
    signed_order,
    slots_free,
    slots_held,
    slots_of,
)
from tests.factories.promotions import make_campaign, make_code

pytestmark = pytest.mark.django_db
RED, TOW = 500_000, 100_000
SIGNED: dict[str, Any] = {"signature": "Li Lei", "accept_fees": True, "id_consent": True}


def build_of(*choices: str) -> str:
    """A red car with large wheels unless told otherwise."""
    configurator = Configurator.objects.get()
    return make_build(configurator, *(choices or ("buy", "red", "large"))).code


def what_is(order: Order) -> dict[str, Any]:
    """Everything that a refused change leaves alone."""
    order.refresh_from_db()
    return {
        "order": {name: getattr(order, name) for name in ("status", "version", "total", "trace", "fees", "vouchers")},
        "lines": list(order.lines.order_by("pk").values()),
        "legs": list(order.legs.order_by("pk").values("pk", "amount", "status", "replaced", "given_back")),
        "slots": slots_of(order),
        "held": slots_held(),
        "steps": list(order.transitions.values_list("seq", flat=True)),
        "mails": order.notices.count(),
        "refunds": Refund.objects.count(),
    }


def sound(order: Order, *, holds: int = 1) -> Order:
    """The order, with what holds after every change."""
    order.refresh_from_db()
    lines = list(order.lines.all())
    assert order.total == sum(line.total for line in lines) == replay(order.trace)
    assert sum(step["amount"] for step in lines[0].trace) == lines[0].unit_price
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # payments cover the total
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    assert len(slots_of(order)) == holds
    assert (prove(), prove_ledger()) == ([], [])
    return order


def reprice(**yuan: int) -> None:
    """The house changes its list."""
    configurator = Configurator.objects.get()
    for code, price in yuan.items():
        Option.objects.filter(group__configurator=configurator, code=code).update(price=price * 100)
    publish(configurator=configurator, clicks=0)


def test_another_build_is_a_new_quote_and_the_balance_follows() -> None:
    order = reserved_order()
    change(order=order, build=build_of(), quoted=CAR_PRICE + RED)
    sound(order)
    car = order.lines.get()
    assert (order.status, order.version, order.total) == ("reserved", 3, CAR_PRICE + RED)
    assert options_of(car.facts) == ["buy", "large", "red"]
    assert [int(leg.amount) for leg in order.legs.all()] == [DEPOSIT, CAR_PRICE + RED - DEPOSIT]
    assert order.fees[0]["amount"] == (CAR_PRICE + RED) // 100
    step = order.transitions.latest("seq")
    assert (step.source, step.target, step.actor) == ("reserved", "reserved", "buyer")
    row = OrderChange.objects.get()
    assert (row.seq, row.difference, row.signed) == (3, RED, False)
    assert (row.before["total"], row.after["total"]) == (CAR_PRICE, CAR_PRICE + RED)
    assert order.notices.filter(kind="changed_dearer").count() == 1
    assert sign(order).status == "signed"


def test_what_was_paid_too_much_goes_back() -> None:
    order = make_order(payment_plan="full")
    pay(order)
    change(order=order, build=build_of())
    assert [(leg.purpose, leg.amount) for leg in sound(order).legs.all()] == [("full", CAR_PRICE), ("delta", RED)]
    change(order=order, build=build_of("rent", "blue", "small"))
    sound(order)
    assert order.total == CAR_PRICE - 4_000_000
    assert sum(refund.amount for refund in Refund.objects.all()) == 4_000_000
    assert order.terms is not None
    assert (order.monthly, order.terms["mileage_cap"]) == (40_000, 20_000)


def test_the_same_key_changes_once_and_the_same_build_never() -> None:
    order, code = reserved_order(), build_of()
    change(order=order, build=code, key="k")
    assert change(order=order, build=build_of("buy", "blue", "large"), key="k").version == 3
    with pytest.raises(NothingChanges):
        change(order=order, build=code)
    with pytest.raises(NothingChanges):
        change(order=order, build=build_of())  # the same car under another code
    assert sound(order).changes.count() == 1


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"quoted": CAR_PRICE}, PriceChanged),
        ({"month": "2020-01"}, MonthChanged),
        ({"version": 1}, Overtaken),
        ({"build": "nonsense"}, UnknownBuild),
        ({"build": "other"}, OtherModel),
        ({"build": "gone"}, BuildNotOrderable),
        ({"quantities": {7: 0}}, LineNotFound),
        ({"quantities": {1: 0}}, LineNotFound),
        ({"quantities": {2: 2}}, LineStays),
        ({"quantities": {2: -1}}, LineStays),
    ],
)
def test_a_refusal_changes_nothing(more: dict[str, Any], refusal: type[DomainError]) -> None:
    order = reserved_order(("accessory", make_accessory(stock=5).sku))
    builds = {"": build_of(), "other": make_build(make_configurator("other-car")).code}
    if more.get("build") == "gone":
        builds["gone"] = make_build(order_configurator(order), "buy", "blue", "large").code
        Option.objects.filter(group__configurator=order_configurator(order), code="large").delete()
        order_configurator(order).rules.all().delete()
        publish(configurator=order_configurator(order), clicks=0)
        builds[""] = ""
    before = what_is(order)
    asked = {"build": builds.get(more.get("build", ""), "nonsense")} | {
        name: value for name, value in more.items() if name != "build"
    }
    with pytest.raises(refusal), transaction.atomic():
        change(order=order, **asked)
    assert what_is(order) == before


def order_configurator(order: Order) -> Configurator:
    return Configurator.objects.get(car_model=order.car_model)


def test_what_is_sold_out_leaves_the_old_car_where_it_is() -> None:
    order = reserved_order()
    make_slots(Configurator.objects.get(), 1, option="red")
    other = make_order()
    pay(other)
    change(order=other, build=build_of())
    before = what_is(order)
    with pytest.raises(SoldOut), transaction.atomic():
        change(order=order, build=build_of())
    assert what_is(order) == before
    change(order=other, build=build_of("buy", "blue", "large"))  # the red one is free again
    change(order=order, build=build_of())
    sound(order, holds=2)  # of the month, and of its red ones


def test_the_place_is_kept_even_when_nothing_else_is_free() -> None:
    order = reserved_order()
    assert slots_free() == 0
    change(order=order, build=build_of())
    assert (slots_of(sound(order)), slots_free(), slots_held()) == (["taken"], 0, 1)


def test_the_month_stays_and_one_that_is_full_is_said() -> None:
    order = reserved_order()
    later = months_from_now(2)
    make_slots(Configurator.objects.get(), 1, month=later)
    make_slots(Configurator.objects.get(), 1, month=later, option="red")
    this = order.lines.get().facts["build_month"]
    assert quote_change(order, build_of()).month == this
    change(order=order, build=build_of(), month=this)
    assert sound(order).lines.get().facts["build_month"] == this


def test_parts_and_plans_can_be_left_out_or_lowered() -> None:
    part, plan = make_accessory(stock=5), make_plan()
    order = make_order(None, ("maintenance_plan", plan.sku))
    pay(order)
    with pytest.raises(NothingChanges):
        change(order=order)
    price = order.lines.get(kind="maintenance_plan").total
    change(order=order, quantities={2: 0}, quoted=CAR_PRICE)
    assert (sound(order).total, order.lines.count()) == (CAR_PRICE, 1)
    assert OrderChange.objects.get().difference == -price
    other = reserved_order(("accessory", part.sku))
    assert stock_of(part.sku) == (5, 1)
    change(order=other, build=build_of(), quantities={2: 0})
    assert (stock_of(part.sku), sound(other).total) == ((5, 0), CAR_PRICE + RED)


def test_what_is_being_made_stays() -> None:
    order = reserved_order(("accessory", make_accessory(stock=5).sku))
    order.lines.filter(position=2).update(status="packed")
    with pytest.raises(LineStays):
        change(order=order, quantities={2: 0})


def test_what_the_car_has_keeps_its_price_and_what_is_new_costs_todays() -> None:
    order = reserved_order()
    reprice(buy=45_000, red=3_000, large=3_500)
    change(order=order, build=build_of())
    assert sound(order).total == CAR_PRICE + 300_000 + 350_000
    reprice(buy=60_000, red=4_000, large=3_500)
    change(order=order, build=build_of("buy", "red", "large", "rack"))
    assert sound(order).total == CAR_PRICE + 300_000 + 350_000 + 50_000
    assert protection.protect(order) is None


def test_what_fell_is_credited_once_and_never_again_by_a_change() -> None:
    order = reserved_order()
    reprice(buy=39_000)
    fall = protection.protect(order)
    assert fall is not None
    assert fall.amount == 100_000
    change(order=order, build=build_of())
    sound(order)
    assert order.total == CAR_PRICE + RED  # of which the credit has paid 1,000 yuan: red on today's list
    assert [step["rule"] for step in order.trace] == [f"item:{order.lines.get().code}", "protection"]
    assert protection.protect(order) is None
    reprice(buy=38_000)
    again = protection.protect(order)
    assert again is not None
    assert again.amount == 100_000
    change(order=order, build=build_of("buy", "blue", "small"))
    assert sound(order).total == CAR_PRICE


def test_the_rent_of_a_battery_that_stays_is_what_was_agreed() -> None:
    configurator = make_configurator()
    order = make_order(configurator)
    pay(order)
    change(order=order, build=build_of("rent", "blue", "small"))
    RentalTerms.objects.update(monthly_price=50_000)
    publish(configurator=configurator, clicks=0)
    change(order=order, build=build_of("rent", "red", "large"))
    assert sound(order).monthly == 40_000


def test_campaigns_of_the_orders_day_stay_and_better_ones_of_today_count() -> None:
    configurator = make_configurator()
    campaign = make_campaign(first_order=True)
    order = make_order(configurator)
    pay(order)
    assert order.discount == 100_000
    campaign.ends_on = timezone.localdate() + timedelta(days=1)
    campaign.starts_on = None
    campaign.save()
    Order.objects.filter(pk=order.pk).update(placed_at=timezone.now() - timedelta(days=3))
    change(order=order, build=build_of())
    assert (sound(order).discount, order.total) == (100_000, CAR_PRICE + RED - 100_000)
    campaign.ends_on = timezone.localdate() - timedelta(days=1)
    campaign.save()
    order.refresh_from_db()
    change(order=order, build=build_of("buy", "blue", "large"))
    assert sound(order).discount == 100_000
    campaign.delete()
    change(order=order, build=build_of())
    assert sound(order).discount == 0


def test_a_code_stays_in_use_and_its_use_is_not_counted_twice() -> None:
    configurator = make_configurator()
    make_code("LAST", limit=1)
    make_slots(configurator)
    basket = make_basket(configurator)
    services.enter_code(basket=basket, code="LAST")
    order = place(basket)
    pay(order)
    change(order=order, build=build_of())
    assert (sound(order).vouchers, order.discount) == ([kinds.voucher("LAST")], 100_000)


def test_only_the_buyer_of_a_reserved_or_unbuilt_car_changes_it(settings: Any) -> None:
    placed = make_order()
    code = build_of()
    with pytest.raises(NotInThisState):
        change(order=placed, build=code)
    order = signed_order()
    for missing, refusal in (
        ("signature", SignatureMissing),
        ("accept_fees", ConsentMissing),
        ("id_consent", ConsentMissing),
    ):
        given = SIGNED | {missing: "" if missing == "signature" else False}
        with pytest.raises(refusal), transaction.atomic():
            change(order=order, build=code, **given)
    run_until(order, Status.SCHEDULED)
    with pytest.raises(BuildFrozen):  # a day at the maker is over at once here
        change(order=order, build=code, **SIGNED)
    settings.FULFILMENT_SPEED = 1
    change(order=order, build=code, **SIGNED)
    settings.FULFILMENT_SPEED = 1e9
    run_until(order, Status.VIN_ASSIGNED)
    with pytest.raises(NotInThisState):
        change(order=order, build=build_of("buy", "blue", "large"), **SIGNED)


def test_under_contract_a_change_is_signed_again_and_the_maker_builds_the_new_car_alone(settings: Any) -> None:
    order = signed_order()
    run_until(order, Status.SCHEDULED)
    first, promised = order.contracts.get(), order.promise
    settings.FULFILMENT_SPEED = 1
    change(order=order, build=build_of(), **(SIGNED | {"signature": "Li Lei again"}))
    sound(order)
    assert (order.status, order.signature) == ("signed", "Li Lei again")
    second = order.contracts.get(seq=2)
    assert (first.data["total"], second.data["total"]) == (CAR_PRICE, CAR_PRICE + RED)
    assert order.contract_hash == second.sha256 == hash_of(second.data) != first.sha256
    now = Promise.objects.get(order=order)
    assert (now.first_at, now.last_at) == (promised.first_at, promised.last_at)
    assert now.build != promised.build
    settings.FULFILMENT_SPEED = 1e9
    run_until(order, Status.VIN_ASSIGNED)
    assert order.allocations.get().vehicle.as_built == ["buy", "large", "red"]
    jobs = PartnerJob.objects.filter(partner="maker").order_by("pk")
    assert [job.cancelled_at is None for job in jobs] == [False, True]
    assert order.allocations.count() == 1


def test_a_refused_build_is_answered_by_another() -> None:
    order = signed_order()
    services.refuse_build(order=order, reason="No red paint")
    change(order=order, build=build_of("buy", "blue", "large"), **SIGNED)
    sound(order)
    assert (order.status, order.contracts.count()) == ("signed", 2)
    assert not order.work_items.filter(kind="allocation", closed_at=None).exists()
    assert not order.timers.filter(kind="refused_call", done_at=None).exists()
    run_until(order, Status.VIN_ASSIGNED)


def test_more_coins_than_the_new_price_takes_are_said() -> None:
    user = make_user()
    post(
        key="gift", kind="gift", currency="COIN", subject="x",
        postings=[("coins:issued", -450_000), (wallet(user.pk), 450_000)],
    )  # fmt: skip
    order = make_order(user=user)
    coins.use(order=order, number=450_000)
    pay(order)
    with pytest.raises(TooManyCoins) as refusal, transaction.atomic():
        change(order=order, build=build_of("rent", "blue", "small"))
    assert refusal.value.extra["most"] == (CAR_PRICE - 4_000_000) * 5 // 100
    change(order=order, build=build_of())
    sound(order)


def test_a_change_gives_no_new_month_to_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    order, start = reserved_order(), timezone.now()
    make_slots(Configurator.objects.get(), month=months_from_now(1))
    for day in (29, 30.1):
        monkeypatch.setattr(timezone, "now", lambda day=day: start + timedelta(days=day))
        order.timers.filter(kind="remind_to_sign").update(due_at=timezone.now())
        if day == 29:
            change(order=order, build=build_of())
            due = next_step(Order.objects.whole().get(pk=order.pk))
            assert due is not None
            assert due.due is not None
            assert due.due - start < timedelta(days=30, hours=1)
        timers.sweep()
    order.refresh_from_db()
    assert order.status == "cancelling"


def test_the_database_keeps_changes_and_contracts() -> None:
    order = reserved_order()
    change(order=order, build=build_of())
    sign(order)
    for rows, what in (
        (OrderChange.objects.filter(order=order), {"difference": 1}),
        (order.contracts.all(), {"signature": "Mallory"}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**what)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows._raw_delete("default")
    assert order.contracts.update(pdf=b"%PDF-") == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        order.contracts.update(pdf=b"other")


def test_a_part_of_the_price_that_has_a_new_name_keeps_its_price_by_its_code() -> None:
    order = reserved_order()
    car = order.lines.get(kind="car")
    base = next(step for step in car.trace if step["code"] == "base")
    cheaper = {**base, "label_en": "As it was called before", "amount": base["amount"] - 700}
    car.trace = [cheaper if step is base else step for step in car.trace]
    build = Build.objects.get(code=build_of())
    found = requoting.protected(car, configurator_services.quote_build(build))[1]
    assert next(step.amount for step in found if step.code == "base") == base["amount"] - 700
    # A trace of before there were codes is known by its labels.
    car.trace = [{key: value for key, value in step.items() if key != "code"} for step in car.trace]
    car.trace = [
        {**step, "label_en": base["label_en"]} if "called before" in step["label_en"] else step for step in car.trace
    ]
    found = requoting.protected(car, configurator_services.quote_build(build))[1]
    assert next(step.amount for step in found if step.code == "base") == base["amount"] - 700
