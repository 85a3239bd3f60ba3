"""A clerk's form that is sent twice: double click, reload, two windows. It is acted upon once."""

import re
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.ledger.services import prove
from apps.orders import services
from apps.orders.errors import FormUsed, LoanMoved, NothingToRefund, ReferenceUsed
from apps.orders.models import FormSent, Order, PaymentLeg, Refund, TradeIn, Waiver
from apps.orders.services import loans, once
from apps.orders.services.audit import differences
from tests.factories.accounts import make_staff
from tests.factories.orders import reserved_order, signed_order
from tests.orders.test_loans_and_trade_ins import LOAN, approved, banker, old_car
from tests.orders.test_races import together
from tests.orders.test_two_people import by_hand

REFUND = ("orders.refund_order", "orders.view_order", "orders.view_refund")
EVERYTHING = (*REFUND, "orders.decide_loan", "orders.value_tradein", "orders.view_loanreferral", "orders.view_tradein")
AT_ONCE = 30


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def key_of(client: Client, address: str) -> str:
    """The key in a form that is opened now."""
    found = re.search(r'name="form_key" value="([^"]+)"', client.get(address).content.decode())
    assert found is not None
    return found[1]


def refund_form(order: Order, **changed: str) -> tuple[str, dict[str, str]]:
    leg = order.legs.get(position=1)
    return f"/admin/orders/order/{order.pk}/refund/", {
        "leg": str(leg.pk),
        "amount": "1",
        "reason": "Scratch",
        **changed,
    }


def said(client: Client, order: Order) -> str:
    return client.get(f"/admin/orders/order/{order.pk}/change/").content.decode()


def in_threads(act: Callable[[], int]) -> Callable[[], int]:
    def run() -> int:
        try:
            return act()
        finally:
            connection.close()

    return run


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_thirty_sends_of_one_form_are_one_refund() -> None:
    order, user = reserved_order(), make_staff(permissions=REFUND)
    address, typed = refund_form(order)
    windows = [browser_of(user) for _ in range(AT_ONCE)]
    keys = {key_of(client, address) for client in windows}
    assert len(keys) == 1  # every window that was opened before the first was sent
    data = typed | {"form_key": keys.pop()}
    answers = together(*[in_threads(lambda c=client: c.post(address, data).status_code) for client in windows])  # type: ignore[misc]
    assert Counter(answers) == {302: AT_ONCE}
    assert [one.amount for one in Refund.objects.all()] == [100]
    assert differences() == []


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_thirty_calls_with_one_key_give_the_same_refund_and_without_one_as_many_as_asked() -> None:
    order, user = reserved_order(), make_staff(permissions=REFUND)
    leg = order.legs.get(position=1)
    answers = together(
        *[lambda: services.refund(leg=leg, amount=100, reason="Sorry", user=user, key="one form")] * AT_ONCE
    )
    assert {one.pk for one in answers if isinstance(one, Refund)} == {Refund.objects.get().pk}
    assert len(answers) == AT_ONCE
    together(*[lambda: services.refund(leg=leg, amount=100, reason="Sorry", user=user)] * 3)
    assert Refund.objects.count() == 4  # the proof that nothing else held them back


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_one_key_for_two_orders_at_once_is_one_refund() -> None:
    user = make_staff(permissions=REFUND)
    legs = [reserved_order().legs.get(position=1) for _ in range(2)]
    acts = [
        lambda leg=leg: services.refund(leg=leg, amount=100, reason="Sorry", user=user, key="k") for leg in legs * 10
    ]
    answers = together(*acts)
    assert Counter(type(one).__name__ for one in answers) == {"Refund": 10, "FormUsed": 10}
    assert Refund.objects.count() == 1


@pytest.mark.django_db
def test_a_form_sent_again_later_changes_nothing_and_with_other_content_is_refused_in_words(client: Client) -> None:
    order, user = reserved_order(), make_staff(permissions=REFUND)
    client.force_login(user)
    address, typed = refund_form(order)
    first = key_of(client, address)
    assert first == key_of(client, address)
    for _ in range(3):
        assert client.post(address, typed | {"form_key": first}).status_code == 302
        assert "Done." in said(client, order)
    for changed in ({"amount": "2"}, {"reason": "Two scratches"}):
        client.post(address, typed | changed | {"form_key": first})
        assert "This form was sent before, with something else in it" in said(client, order)
    assert Refund.objects.count() == 1
    second = key_of(client, address)
    assert second != first
    client.post(address, typed | {"form_key": second})
    assert Refund.objects.count() == 2  # another refund of the same amount, asked for by another form


@pytest.mark.django_db
def test_a_form_without_a_key_refunds_nothing(client: Client) -> None:
    order = reserved_order()
    client.force_login(make_staff(permissions=REFUND))
    address, typed = refund_form(order)
    refused = client.post(address, typed)
    assert (refused.status_code, Refund.objects.count()) == (422, 0)
    assert "Please open this form again." in refused.content.decode()


@pytest.mark.django_db
def test_a_key_is_one_persons_and_for_one_refund() -> None:
    first, second = (make_staff(permissions=REFUND) for _ in range(2))
    order, other = reserved_order(), reserved_order()
    leg = order.legs.get(position=1)
    assert services.refund_key(order, first) == services.refund_key(order, second)
    made = [services.refund(leg=leg, amount=5, reason="Sorry", user=user, key="k") for user in (first, second)]
    assert made[0] != made[1]
    for wrong in ({"amount": 6}, {"reason": "No"}, {"leg": other.legs.get(position=1)}):
        with pytest.raises(FormUsed):
            services.refund(**{"leg": leg, "amount": 5, "reason": "Sorry", "user": first, "key": "k"} | wrong)  # type: ignore[arg-type]
    with pytest.raises(NothingToRefund):
        services.refund(leg=leg, amount=leg.amount, reason="Sorry", user=first, key="l")
    assert (
        services.refund(leg=leg, amount=7, reason="Sorry", user=first, key="l").amount == 7
    )  # a refusal uses up no key


@pytest.mark.django_db
def test_what_was_confirmed_by_hand_is_confirmed_once_however_often_the_form_is_sent(client: Client) -> None:
    refund = by_hand(make_staff(permissions=REFUND))
    address = f"/admin/orders/refund/{refund.pk}/confirm/"
    client.force_login(make_staff(permissions=REFUND))
    data = {"reference": "Transfer 77", "form_key": key_of(client, address)}
    assert [client.post(address, data).status_code for _ in range(3)] == [302, 302, 302]
    refused = client.post(address, data | {"reference": "Transfer 78"})
    assert (refused.status_code, "with something else in it" in refused.content.decode()) == (422, True)
    leg = PaymentLeg.objects.get(pk=refund.leg_id)
    assert (leg.refunded, differences()) == (500_000, [])


@pytest.mark.django_db
def test_an_old_offer_for_a_car_does_not_come_back_when_its_page_is_loaded_again(client: Client) -> None:
    trade_in = old_car(signed_order())
    address = f"/admin/orders/tradein/{trade_in.pk}/offer/"
    client.force_login(make_staff(permissions=EVERYTHING))
    forms = [{"amount": amount, "form_key": key_of(client, address)} for amount in ("30000", "29000")]
    for data in (*forms, forms[0]):
        assert client.post(address, data).status_code == 302
    assert TradeIn.objects.get().offer == 2_900_000


@pytest.mark.django_db
def test_a_refused_form_may_be_corrected_and_sent_again(client: Client) -> None:
    trade_in = old_car(signed_order())
    address = f"/admin/orders/tradein/{trade_in.pk}/offer/"
    client.force_login(make_staff(permissions=EVERYTHING))
    key = key_of(client, address)
    refused = client.post(address, {"amount": "99999999", "form_key": key})
    assert (refused.status_code, f'value="{key}"' in refused.content.decode()) == (422, True)
    assert not FormSent.objects.exists()
    assert client.post(address, {"amount": "30000", "form_key": key}).status_code == 302
    assert TradeIn.objects.get().offer == 3_000_000


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_loans_money_noted_by_twenty_at_once_comes_once() -> None:
    user = make_staff(permissions=EVERYTHING)
    _order, referral = approved()
    address = f"/admin/orders/loanreferral/{referral.pk}/disburse/"
    windows = [browser_of(user) for _ in range(20)]
    data = {"amount": f"{LOAN / 100:.2f}", "reference": "T-1"}
    bodies = [data | {"form_key": key_of(client, address)} for client in windows]
    acts = [
        in_threads(lambda c=client, body=body: c.post(address, body).status_code)  # type: ignore[misc]
        for client, body in zip(windows, bodies, strict=True)
    ]
    assert Counter(together(*acts)) == {302: 20}
    leg = PaymentLeg.objects.get(pk=referral.leg_id)
    assert (leg.status, leg.captured, leg.events.count()) == ("captured", LOAN, 1)
    assert prove() == []


@pytest.mark.django_db
def test_a_banks_transfer_is_noted_for_one_loan_and_a_paid_loan_is_not_paid_again() -> None:
    (_one, first), (_other, second), clerk = approved(), approved(), banker()
    assert loans.disburse(referral=first, reference="T-1", amount=LOAN, user=clerk) == "captured"
    assert loans.disburse(referral=first, reference="T-1", amount=LOAN, user=clerk) == "duplicate"
    for referral, amount in ((first, LOAN + 1), (second, LOAN)):
        with pytest.raises(ReferenceUsed):
            loans.disburse(referral=referral, reference="T-1", amount=amount, user=clerk)
    with pytest.raises(LoanMoved):
        loans.disburse(referral=first, reference="T-2", amount=LOAN, user=clerk)
    assert loans.disburse(referral=second, reference="T-2", amount=LOAN, user=clerk) == "captured"


@pytest.mark.django_db
def test_a_waiver_is_asked_for_and_decided_once(client: Client) -> None:
    order = signed_order()
    base = f"/admin/orders/order/{order.pk}"
    client.force_login(make_staff(permissions=("orders.view_order", "orders.cancel_any_order")))
    asked = {"text": "A friend", "form_key": key_of(client, f"{base}/ask_waiver/")}
    boss = browser_of(make_staff(permissions=("orders.view_order", "orders.approve_waiver")))
    assert client.post(f"{base}/ask_waiver/", asked).status_code == 302
    refusal = {"form_key": key_of(boss, f"{base}/refuse_waiver/")}
    assert [boss.post(f"{base}/refuse_waiver/", refusal).status_code for _ in range(2)] == [302, 302]
    assert client.post(f"{base}/ask_waiver/", asked).status_code == 302  # loaded again after it was decided
    assert [one.approved for one in Waiver.objects.all()] == [False]


@pytest.mark.django_db
def test_what_was_noted_of_forms_is_forgotten_when_nobody_can_have_them_open_any_more() -> None:
    clerk, acts = make_staff(), Counter[str]()
    for key in ("old", "young"):
        assert once.once(key=key, content="all of it", user=clerk, do=lambda: acts.update(["done"]))
    FormSent.objects.filter(key=once.stored_key(clerk.pk, "old")).update(at=timezone.now() - once.KEPT)
    assert (once.forget_old(), once.forget_old()) == (1, 0)
    assert not once.once(key="young", content="all of it", user=clerk, do=lambda: acts.update(["done"]))
    assert acts["done"] == 2
