"""Installations and what is made to order: every rule of the table, and every refusal."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.common.errors import DomainError, NotAllowed
from apps.ledger.services import balances, prove
from apps.messaging.models import Message
from apps.messaging.sending import send_due
from apps.orders import services
from apps.orders.errors import BadQuote, LineNotInThisState, NotInFuture, ReasonNeeded, Stopped
from apps.orders.fulfilment.drain import run_step
from apps.orders.lifecycle import LINE_PAIRS, LINE_RULES, Actor, Family, Status, line_rules
from apps.orders.models import LineStep, LineVisit, Order, OrderLine, Refund
from apps.orders.services import visits
from apps.orders.services.audit import differences
from apps.orders.tracks import tracks
from tests.factories.accounts import make_staff, make_user
from tests.factories.bundles import make_accessory, make_charger, stock_of
from tests.factories.configurator import make_configurator
from tests.factories.orders import delivered_order, pay, place, reserved_order, run_until
from tests.messaging.servers import make_due
from tests.orders.test_cancelling import refunds_arrive
from tests.orders.test_order_page import guest_of
from tests.orders.test_returns import back

pytestmark = pytest.mark.django_db
STORE = ("orders.inspect_car", "orders.view_orderline")


@pytest.fixture(autouse=True)
def _dial(settings: pytest.FixtureRequest) -> None:
    settings.FULFILMENT_SPEED = 1e9  # type: ignore[attr-defined]


@pytest.fixture
def clerk() -> User:
    return make_staff(permissions=STORE)


def soon(days: int = 2) -> Any:
    return timezone.now() + timedelta(days=days)


def with_charger(**changes: Any) -> OrderLine:
    """A delivered car whose charger waits for its survey."""
    make_configurator()
    order = delivered_order(("charger", make_charger().sku), **changes)
    while run_step():
        pass
    return order.lines.get(kind="charger")


def painted(status: str = "allocated") -> OrderLine:
    """Goods that came, and a plate that is made for the buyer besides."""
    basket = services.create_basket()
    services.add_line(basket=basket, kind="accessory", sku=make_accessory().sku)
    order = place(basket, delivery_store=None)
    pay(order)
    run_until(order, Status.COMPLETED)
    price = order.lines.get().total
    return OrderLine.objects.create(
        order=order, position=9, kind="made_to_order", status=status, code="PLATE", name_en="Plate", name_zh="铭牌",
        unit_price=price // 2, total=price // 2,
    )  # fmt: skip


def to_booked(line: OrderLine, clerk: User) -> OrderLine:
    visits.survey(line=line, text="Fuse box in the garage", user=clerk)
    return visits.book(line=line, starts_at=soon(), address="Lane 1", user=clerk)


def items(line: OrderLine) -> list[tuple[str, str]]:
    return list(line.order.work_items.filter(closed_at=None).order_by("kind").values_list("kind", "text"))


def test_every_rule_is_a_way_that_the_database_allows_and_has_its_service() -> None:
    for rule in LINE_RULES:
        for source in rule.sources:
            assert source == rule.target or (source, rule.target) in LINE_PAIRS[rule.family], rule.act
        name = "book" if rule.act == "rebook" else rule.act
        assert callable(getattr(visits, name))
    assert {rule.act for rule in LINE_RULES if Actor.BUYER in rule.actors} == set(visits.BUYERS)


def test_from_survey_by_quote_and_day_to_the_buyers_acceptance(clerk: User) -> None:
    line = with_charger(language="zh-hans")
    assert items(line) == [("charger", f"Arrange the survey: {line.code} of {line.order.number}.")]
    visits.plan_survey(line=line, starts_at=soon(1), address="Lane 1", user=clerk)
    visits.plan_survey(line=line, starts_at=soon(2), address="Lane 2", user=clerk)
    assert [(one.address, one.is_to_come) for one in line.visits.order_by("pk")] == [
        ("Lane 1", False),
        ("Lane 2", True),
    ]
    visits.survey(line=line, text="The cable must be 20 m longer", user=clerk)
    assert line.visits.get(address="Lane 2").done_at is not None
    visits.quote(line=line, amount=90_000, text="20 m of cable", user=clerk)
    assert items(line) == []  # it is the buyer's turn
    visits.accept_quote(line=line)
    visits.book(line=line, starts_at=soon(3), address="Lane 2", user=clerk)
    visits.book(line=line, starts_at=soon(4), address="Lane 2", user=clerk)
    visits.install(line=line, user=clerk)
    visits.complain(line=line, text="It hums")
    assert ("complaint", f"Put right: {line.code}: It hums") in items(line)
    visits.accept_installation(line=line)
    line.refresh_from_db()
    assert (line.status, items(line), LineVisit.objects.filter(done_at=None, cancelled_at=None).exists()) == (
        "accepted_by_buyer", [], False,
    )  # fmt: skip
    steps = list(LineStep.objects.filter(line=line).values_list("act", "actor", "amount"))
    assert [act for act, _actor, _amount in steps] == [
        "plan_survey", "plan_survey", "survey", "quote", "accept_quote", "book", "rebook", "install", "complain",
        "accept_installation",
    ]  # fmt: skip
    assert ("accept_quote", "buyer", 90_000) in steps
    make_due()
    send_due(slice_s=60)
    told = Message.objects.about(line.order.number).filter(channel="email", kind__startswith="install")
    assert list(told.order_by("pk").values_list("kind", flat=True)) == [
        "install_survey", "install_survey", "install_quoted", "install_booked", "install_booked", "install_done",
    ]  # fmt: skip
    assert "¥900" in told.get(kind="install_quoted").text
    assert "Lane 2" in told.filter(kind="install_booked").latest("pk").text
    assert not any("Your charger" in one.subject for one in told)


def test_what_cannot_be_installed_is_refunded_by_itself_at_the_lines_price_and_its_invoice_alone(clerk: User) -> None:
    line = to_booked(with_charger(), clerk)
    order, before = line.order, stock_of(line.code)[0]
    visits.infeasible(line=line, text="No permission of the house", user=clerk)
    line.refresh_from_db()
    [refund] = Refund.objects.all()
    assert (line.status, refund.amount, refund.line, items(line)) == ("refunded", line.total, line, [])
    assert list(line.history.values_list("act", flat=True))[-1] == "infeasible"
    assert stock_of(line.code)[0] == before + 1
    assert not line.visits.filter(done_at=None, cancelled_at=None).exists()
    refunds_arrive(order)
    [red] = order.invoices.exclude(original=None)
    assert (red.kind, red.amount, {row["code"] for row in red.lines}) == ("goods", -line.total, {line.code})
    assert balances(order.number)["sales"] == -(order.total - line.total)
    assert (prove(), [one for one in differences() if "no file" not in one]) == ([], [])
    assert order.notices.filter(kind="install_infeasible", data__amount=line.total).count() == 1


def test_a_buyer_who_declines_the_offer_gets_charger_and_installation_refunded(clerk: User) -> None:
    line = with_charger()
    visits.survey(line=line, text="x", user=clerk)
    visits.quote(line=line, amount=5_000, text="x", user=clerk)
    Order.objects.filter(pk=line.order_id).update(disputed=True)
    with pytest.raises(Stopped):
        visits.decline_quote(line=line)
    Order.objects.filter(pk=line.order_id).update(disputed=False)
    visits.decline_quote(line=line)
    line.refresh_from_db()
    assert (line.status, Refund.objects.get().amount) == ("refunded", line.total)
    with pytest.raises(LineNotInThisState):
        visits.decline_quote(line=line)
    assert Refund.objects.count() == 1


def test_a_place_that_is_different_is_surveyed_again(clerk: User) -> None:
    line = to_booked(with_charger(), clerk)
    visits.resurvey(line=line, text="The wall is wet", user=clerk)
    line.refresh_from_db()
    assert (line.status, line.visits.get().cancelled_at is not None) == ("surveyed", True)
    assert items(line)[0][1].startswith("Quote what is needed besides")


def test_a_car_that_goes_back_takes_its_installation_with_it(clerk: User) -> None:
    line = to_booked(with_charger(), clerk)
    from django.conf import settings

    settings.FULFILMENT_SPEED = 1.0
    back(line.order)
    store = make_staff(permissions=("orders.take_back_car",))
    services.take_back(order=line.order, found="As new", km=3, user=store)
    line.refresh_from_db()
    assert (line.status, line.visits.get().cancelled_at is not None, items(line)) == ("refunded", True, [])
    with pytest.raises(LineNotInThisState):
        visits.install(line=line, user=clerk)


def test_a_proof_is_changed_approved_made_and_arrives(clerk: User) -> None:
    line = painted()
    visits.send_proof(line=line, text="Blue on white", user=clerk)
    with pytest.raises(ReasonNeeded):
        visits.change_proof(line=line, text=" ")
    visits.change_proof(line=line, text="Darker")
    assert items(line)[0] == ("proof", f"Send a proof: PLATE of {line.order.number}.")
    visits.send_proof(line=line, text="Dark blue on white", user=clerk)
    visits.approve_proof(line=line)
    visits.make(line=line, user=clerk)
    visits.ship_made(line=line, text="SF123", user=clerk)
    visits.lose(line=line, text="Never arrived", user=clerk)
    visits.make(line=line, user=clerk)
    visits.ship_made(line=line, user=clerk)
    visits.receive_made(line=line)
    line.refresh_from_db()
    assert (line.status, items(line)) == ("received", [])
    assert line.order.notices.filter(kind="proof", channel="email").count() == 2


def test_it_can_be_withdrawn_until_it_is_being_made_and_not_afterwards(clerk: User) -> None:
    for status in ("pending", "allocated", "proof", "approved"):
        line = painted(status)
        visits.withdraw(line=line)
        line.refresh_from_db()
        assert (line.status, Refund.objects.get(line=line).amount) == ("refunded", line.total)
    for status in ("making", "shipped", "received"):
        line = painted(status)
        with pytest.raises(LineNotInThisState):
            visits.withdraw(line=line)
        assert not line.refunds.exists()


def test_nothing_is_installed_before_the_hand_over_and_nothing_withdrawn_on_the_way(clerk: User) -> None:
    make_configurator()
    order = reserved_order(("charger", make_charger().sku))
    with pytest.raises(LineNotInThisState):
        visits.plan_survey(line=order.lines.get(kind="charger"), starts_at=soon(), address="x", user=clerk)
    plate = OrderLine.objects.create(
        order=order, position=9, kind="made_to_order", status="allocated", code="P", name_en="P", name_zh="P",
        unit_price=0, total=0,
    )  # fmt: skip
    with pytest.raises(LineNotInThisState):
        visits.withdraw(line=plate)
    visits.send_proof(line=plate, text="Blue", user=clerk)  # a proof may come at once


STAFF_ACTS: dict[str, Callable[[OrderLine, User], object]] = {
    "plan_survey": lambda line, user: visits.plan_survey(line=line, starts_at=soon(), address="x", user=user),
    "survey": lambda line, user: visits.survey(line=line, text="x", user=user),
    "quote": lambda line, user: visits.quote(line=line, amount=1, text="x", user=user),
    "book": lambda line, user: visits.book(line=line, starts_at=soon(), address="x", user=user),
    "resurvey": lambda line, user: visits.resurvey(line=line, text="x", user=user),
    "install": lambda line, user: visits.install(line=line, user=user),
    "infeasible": lambda line, user: visits.infeasible(line=line, text="x", user=user),
    "send_proof": lambda line, user: visits.send_proof(line=line, text="x", user=user),
    "make": lambda line, user: visits.make(line=line, user=user),
    "ship_made": lambda line, user: visits.ship_made(line=line, user=user),
    "lose": lambda line, user: visits.lose(line=line, text="x", user=user),
    "accept_installation": lambda line, user: visits.accept_installation(line=line, actor=Actor.STAFF, user=user),
    "receive_made": lambda line, user: visits.receive_made(line=line, actor=Actor.STAFF, user=user),
}


def test_who_may_not_does_nothing_and_from_other_states_nobody_does(clerk: User) -> None:
    install, made = with_charger(), painted()
    for act, do in STAFF_ACTS.items():
        rule = next(one for one in LINE_RULES if one.act == act)
        line = install if rule.family == Family.INSTALL else made
        for user in (make_user(), make_staff()):
            with pytest.raises(NotAllowed):
                do(line, user)
        if line.status not in rule.sources:
            with pytest.raises(LineNotInThisState):
                do(line, clerk)
    for act in visits.BUYERS:
        line = made if act in ("approve_proof", "change_proof", "receive_made", "withdraw") else install
        if act != "withdraw":
            with pytest.raises(LineNotInThisState):
                visits.act_for_buyer(line=line, act=act, text="x")
    assert (LineStep.objects.count(), Refund.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda line, user: visits.plan_survey(line=line, starts_at=soon(-1), address="x", user=user), NotInFuture),
        (lambda line, user: visits.plan_survey(line=line, starts_at=soon(), address=" ", user=user), ReasonNeeded),
        (lambda line, user: visits.survey(line=line, text=" ", user=user), ReasonNeeded),
        (lambda line, user: visits.infeasible(line=line, text="", user=user), ReasonNeeded),
    ],
)
def test_bad_input_changes_nothing(
    act: Callable[[OrderLine, User], object], error: type[DomainError], clerk: User
) -> None:
    line = with_charger()
    with pytest.raises(error):
        act(line, clerk)
    assert (LineStep.objects.count(), LineVisit.objects.count(), Refund.objects.count()) == (0, 0, 0)


def test_a_quote_is_above_nothing_and_has_a_ceiling(clerk: User) -> None:
    line = with_charger()
    visits.survey(line=line, text="x", user=clerk)
    for amount in (0, -1, visits.MOST_EXTRA + 1):
        with pytest.raises(BadQuote):
            visits.quote(line=line, amount=amount, text="x", user=clerk)


def test_the_database_keeps_one_visit_to_come_a_line(clerk: User) -> None:
    line = with_charger()
    visits.plan_survey(line=line, starts_at=soon(), address="x", user=clerk)
    with pytest.raises(IntegrityError, match="line_visit_one_to_come"), transaction.atomic():
        LineVisit.objects.create(line=line, kind="survey", starts_at=soon(), address="y")
    connection.check_constraints()


def test_the_buyers_page_says_what_comes_who_owes_it_and_by_when_and_takes_the_answer(clerk: User) -> None:
    line = with_charger()
    order = line.order
    page, act = f"/orders/{order.number}/", f"/orders/{order.number}/lines/{line.pk}/accept_quote/"
    guest, stranger = Client(), Client()
    guest.get(f"{page}?token={order.token}")
    visits.survey(line=line, text="20 m of cable lack", user=clerk)
    visits.quote(line=line, amount=90_000, text="20 m of cable", user=clerk)
    [track] = tracks(Order.objects.whole().get(pk=order.pk), timezone.now())
    assert (track.yours, track.extra, track.note, track.due is not None) == (True, 90_000, "20 m of cable", True)
    text = guest.get(page).content.decode()
    assert "Accept the offer, or decline it" in text
    assert "¥900" in text
    assert act in text
    assert stranger.post(act).status_code == 404
    assert guest.get(act).status_code == 405
    assert guest.post(f"/orders/{order.number}/lines/{line.pk}/survey/").status_code == 404
    assert guest.post(f"/orders/{order.number}/lines/{line.pk + 1_000}/accept_quote/").status_code == 404
    assert guest.post(act).status_code == 303
    assert guest.post(act).status_code == 409
    line.refresh_from_db()
    assert line.status == "accepted"
    visits.book(line=line, starts_at=soon(5), address="Lane 7", user=clerk)
    [track] = tracks(Order.objects.whole().get(pk=order.pk), timezone.now())
    assert (track.place, track.due, track.yours) == ("Lane 7", line.visits.get().starts_at, False)
    assert "Lane 7" in guest.get(page).content.decode()
    assert "上门安装" in guest.get(f"/zh-hans{page}").content.decode()


def test_programs_see_a_lines_actions_and_follow_them(clerk: User) -> None:
    user = make_user()
    line = to_booked(with_charger(user=user), clerk)
    visits.install(line=line, user=clerk)
    base = f"/api/v1/orders/{line.order.number}/"
    mine, other = Client(), Client()
    mine.force_login(user)
    other.force_login(make_user())
    rows = {row["position"]: row for row in mine.get(base).json()["lines"]}
    assert rows[line.position]["actions"] == ["accept_installation", "complain"]
    address = f"{base}lines/{line.position}"
    assert other.post(f"{address}/accept_installation/", {}, content_type="application/json").status_code == 404
    lacking = mine.post(f"{address}/complain/", {}, content_type="application/json")
    assert (lacking.status_code, lacking.json()["code"]) == (422, "reason_needed")
    assert mine.post(f"{address}/infeasible/", {}, content_type="application/json").status_code == 404
    assert mine.post(f"{base}lines/99/complain/", {}, content_type="application/json").status_code == 404
    done = mine.post(f"{address}/accept_installation/", {}, content_type="application/json").json()
    assert {row["position"]: row["status"] for row in done["lines"]}[line.position] == "accepted_by_buyer"


def test_the_stores_queue_has_a_button_for_each_rule_and_for_nobody_else(client: Client, clerk: User) -> None:
    line = with_charger()
    page = f"/admin/orders/orderline/{line.pk}"
    client.force_login(make_staff(permissions=("orders.view_orderline",)))
    assert client.get("/admin/orders/orderline/").status_code == 200
    assert "plan_survey" not in client.get(f"{page}/change/").content.decode()
    assert client.post(f"{page}/survey/", {"text": "x"}).status_code == 403
    client.force_login(clerk)
    text = client.get(f"{page}/change/").content.decode()
    allowed = {rule.act for rule in line_rules(line.family, line.status, line.order.status, Actor.STAFF)}
    assert allowed == {"plan_survey", "survey", "infeasible"}
    for rule in LINE_RULES:
        assert (f"{page}/{rule.act}/" in text) == (rule.act in allowed), rule.act
    past = client.post(f"{page}/plan_survey/", {"starts_at": "2020-01-01T10:00", "address": "Lane 1"})
    assert (past.status_code, "still to come" in past.content.decode()) == (422, True)
    assert client.post(f"{page}/plan_survey/", {"starts_at": "x", "address": ""}).status_code == 422
    when = f"{timezone.localtime(soon()):%Y-%m-%dT%H:%M}"
    assert client.post(f"{page}/plan_survey/", {"starts_at": when, "address": "Lane 1"}).status_code == 302
    assert client.post(f"{page}/survey/", {"text": "All well"}).status_code == 302
    assert client.post(f"{page}/quote/", {"text": "Cable", "yuan": "900"}).status_code == 302
    line.refresh_from_db()
    assert (line.status, visits.quoted(line)) == ("quoted", 90_000)
    assert client.post(f"{page}/install/", {}).status_code == 403


def test_what_waits_for_the_buyer_beside_the_car_is_what_happens_next(clerk: User) -> None:
    line = with_charger()
    client = guest_of(line.order)

    def said() -> str:
        text = " ".join(client.get(f"/orders/{line.order.number}/").content.decode().split())
        return text.split('id="next-title"')[1].split("</section>")[0]

    assert "Nothing is left to do for the car" in said()
    visits.survey(line=line, text="The cable must be 20 m longer", user=clerk)
    visits.quote(line=line, amount=90_000, text="20 m of cable", user=clerk)
    assert "It is your turn" in said()
    assert f"{line.name_en}: Accept the offer, or decline it" in said()
    assert 'href="#tracks-title"' in said()
    visits.accept_quote(line=line)
    assert "Nothing is left to do for the car" in said()
