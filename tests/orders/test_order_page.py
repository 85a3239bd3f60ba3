"""An order's page: who sees it, what can be done there, and how it follows by itself."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from apps.messaging.sending import send_due
from apps.messaging.services import unwanted
from apps.orders import services
from apps.orders.fulfilment.drain import drain
from apps.orders.gateways import GatewayEvent
from apps.orders.models import Order, Refund
from apps.orders.nextsteps import next_step
from apps.orders.terms import CHECKLIST
from tests.factories.accounts import make_user
from tests.factories.bundles import make_accessory, make_plan
from tests.factories.orders import delivered_order, make_order, pay, ready_order, reserved_order, signed_order

pytestmark = pytest.mark.django_db
Pinned = Callable[[int], AbstractContextManager[object]]


def guest_of(order: Order) -> Client:
    """A browser that came by the link of the mail."""
    client = Client()
    answer = client.get(f"/orders/{order.number}/?token={order.token}")
    assert (answer.status_code, answer["Location"]) == (303, f"/orders/{order.number}/")
    return client


def state(order: Order) -> str:
    order.refresh_from_db()
    return order.status


def test_the_mails_link_opens_the_order_and_leaves_the_token_out_of_the_address() -> None:
    order = make_order()
    assert order.number in guest_of(order).get(f"/orders/{order.number}/").content.decode()


@pytest.mark.parametrize("path", ["", "progress/"])
@pytest.mark.parametrize("token", ["", "?token=wrong", "?token=ü"])
def test_without_its_token_a_guests_order_does_not_exist(client: Client, path: str, token: str) -> None:
    order = make_order()
    assert client.get(f"/orders/{order.number}/{path}{token}").status_code == 404


@pytest.mark.parametrize("action", ["pay", "sign", "cancel", "accept"])
def test_strangers_and_other_users_can_do_nothing(client: Client, action: str) -> None:
    order = reserved_order(user=make_user())
    data = {"signature": "Mallory", "accept_fees": "on", "id_consent": "on"}
    assert client.post(f"/orders/{order.number}/{action}/", data).status_code == 404
    client.force_login(make_user())
    assert client.post(f"/orders/{order.number}/{action}/", data).status_code == 404
    assert state(order) == "reserved"


def test_an_accounts_order_asks_the_holder_of_its_link_to_sign_in(client: Client) -> None:
    order = make_order(user=make_user())
    answer = client.get(f"/orders/{order.number}/?token={order.token}")
    assert answer["Location"].startswith("/account/login/?next=")


def test_pay_leads_to_the_gateways_page() -> None:
    order = make_order()
    answer = guest_of(order).post(f"/orders/{order.number}/pay/")
    assert answer.status_code == 303
    assert answer["Location"].startswith("http://testserver/payments/sandbox/")


def test_nothing_due_is_said_on_the_page() -> None:
    order = reserved_order()
    answer = guest_of(order).post(f"/orders/{order.number}/pay/")
    assert (answer.status_code, "Nothing is due" in answer.content.decode()) == (409, True)


def test_signing_needs_name_fees_and_consent() -> None:
    order = reserved_order()
    client = guest_of(order)
    answer = client.post(f"/orders/{order.number}/sign/", {"signature": "Li Lei"})
    assert (answer.status_code, 'value="Li Lei"' in answer.content.decode(), state(order)) == (422, True, "reserved")
    data = {"signature": "Li Lei", "accept_fees": "on", "id_consent": "on"}
    assert client.post(f"/orders/{order.number}/sign/", data).status_code == 303
    assert state(order) == "signed"


def test_cancelling_before_signing_is_free() -> None:
    order = reserved_order()
    client = guest_of(order)
    assert "This is free. You get back all of ¥2,000" in client.get(f"/orders/{order.number}/").content.decode()
    assert client.post(f"/orders/{order.number}/cancel/", {}).status_code == 303
    assert state(order) in ("cancelling", "cancelled")


def test_cancelling_a_signed_order_asks_for_the_fee_first() -> None:
    order = signed_order()
    client = guest_of(order)
    answer = client.post(f"/orders/{order.number}/cancel/", {})
    assert (answer.status_code, state(order)) == (409, "signed")
    assert "cancelling now costs ¥900" in answer.content.decode()
    assert client.post(f"/orders/{order.number}/cancel/", {"accept_fee": "on"}).status_code == 303
    assert state(order) == "cancelling"


def test_delivery_is_accepted_with_checklist_and_vin() -> None:
    order = ready_order()
    client = guest_of(order)
    vin = order.allocations.get(ended_at=None).vehicle.vin
    data = {f"check_{item}": "on" for item in CHECKLIST} | {"vin": vin.lower(), "signature": "Li Lei"}
    incomplete = {name: value for name, value in data.items() if name != "check_keys"}
    assert client.post(f"/orders/{order.number}/accept/", incomplete).status_code == 422
    wrong = data | {"vin": "LVVDB11B5ND000001"}
    assert client.post(f"/orders/{order.number}/accept/", wrong).status_code == 409
    assert state(order) == "ready"
    assert client.post(f"/orders/{order.number}/accept/", data).status_code == 303
    assert state(order) == "delivered"


def test_the_page_asks_again_only_while_something_moves() -> None:
    order = reserved_order()
    client = guest_of(order)
    assert 'hx-trigger="load delay:3s, again"' in client.get(f"/orders/{order.number}/").content.decode()
    client.post(f"/orders/{order.number}/cancel/", {})
    drain()
    refund = Refund.objects.get()
    event = GatewayEvent("sandbox", "refund-1", "refund.done", str(refund.leg_id), refund.amount, str(refund.pk))
    services.apply_event(event)
    assert state(order) == "cancelled"
    assert 'id="poll"' not in client.get(f"/orders/{order.number}/").content.decode()


def asked(client: Client, address: str) -> Any:
    return client.get(address, headers={"HX-Request": "true"})


def test_without_news_only_the_question_comes_back_and_is_asked_ever_later() -> None:
    order = reserved_order()
    client = guest_of(order)
    stamp = quote(client.get(f"/orders/{order.number}/").context["screen"].stamp)
    delays = []
    for n in ("0", "1", "5", "50", "x"):
        text = asked(client, f"/orders/{order.number}/progress/?after={stamp}&n={n}").content.decode()
        assert "<section" not in text
        delays.append(int(text.split("load delay:")[1].split("s")[0]))
    assert delays == [4, 7, 34, 60, 4]


def test_news_replaces_the_order_and_asks_quickly_again() -> None:
    order = reserved_order()
    client = guest_of(order)
    stamp = quote(client.get(f"/orders/{order.number}/").context["screen"].stamp)
    client.post(f"/orders/{order.number}/cancel/", {})
    answer = asked(client, f"/orders/{order.number}/progress/?after={stamp}&n=9")
    assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#order", "outerHTML")
    text = answer.content.decode()
    assert ("<html" in text, "load delay:3s" in text) == (False, True)
    assert client.get(f"/orders/{order.number}/progress/").status_code == 303


@pytest.mark.parametrize(
    ("make", "what", "who", "otherwise"),
    [
        (make_order, "Pay, so that everything stays yours", "you", "you owe nothing"),
        (reserved_order, "Read the contract and sign it", "you", "The maker does not begin"),
        (signed_order, "The maker gives your car its place", "the maker", "somebody of ours calls the maker"),
        (ready_order, "Come to the hand-over", "you", "The car stays safe at the store"),
    ],
)
def test_the_next_step_says_what_who_and_what_if_not(
    make: Callable[[], Order], what: str, who: str, otherwise: str
) -> None:
    order = make()
    text = " ".join(guest_of(order).get(f"/orders/{order.number}/").content.decode().split())
    section = text.split('id="next-title"')[1].split("</section>")[0]
    assert all(words in section for words in (what, who, otherwise))


def test_there_is_one_primary_button() -> None:
    for order in (make_order(), reserved_order(), ready_order()):
        text = guest_of(order).get(f"/orders/{order.number}/").content.decode()
        assert text.split('id="order"')[1].count("btn primary") == 1


def test_what_is_overdue_is_said() -> None:
    order = signed_order()
    whole = Order.objects.whole().get(pk=order.pk)
    late = next_step(whole, timezone.now() + timedelta(days=40))
    assert late is not None
    assert late.overdue
    on_time = next_step(whole, order.signed_at)
    assert on_time is not None
    assert not on_time.overdue


def test_times_are_shown_by_the_readers_clock() -> None:
    order = reserved_order()
    client = guest_of(order)
    before = client.get(f"/orders/{order.number}/")
    assert "Asia/Shanghai" in before.content.decode()
    client.cookies["zone"] = "America%2FNew_York"
    after = client.get(f"/orders/{order.number}/")
    assert "America/New_York" in after.content.decode()
    # So the first question of a page that was drawn in another zone draws it anew.
    assert before.context["screen"].stamp != after.context["screen"].stamp
    client.cookies["zone"] = "../../etc/passwd"
    assert client.get(f"/orders/{order.number}/").status_code == 200


def test_a_fee_that_grew_since_the_page_was_drawn_is_not_accepted_with_it() -> None:
    order = signed_order()
    client = guest_of(order)
    assert 'name="quoted_fee" value="90000"' in client.get(f"/orders/{order.number}/").content.decode()
    answer = client.post(f"/orders/{order.number}/cancel/", {"accept_fee": "on", "quoted_fee": "89999"})
    assert (answer.status_code, state(order)) == (409, "signed")
    assert (
        client.post(f"/orders/{order.number}/cancel/", {"accept_fee": "on", "quoted_fee": "90000"}).status_code == 303
    )


def test_whoever_comes_back_from_paying_before_the_news_is_told_to_wait() -> None:
    order = make_order()
    client = guest_of(order)
    client.post(f"/orders/{order.number}/pay/")
    assert "you need not pay again" in client.get(f"/orders/{order.number}/?paid=1").content.decode()
    pay(order)
    assert "you need not pay again" not in client.get(f"/orders/{order.number}/?paid=1").content.decode()


def test_the_messages_of_an_order_and_what_its_buyer_wants_to_hear() -> None:
    order = reserved_order()
    send_due()
    client = guest_of(order)
    address = f"/orders/{order.number}/messages/"
    text = client.get(address).content.decode()
    assert "We have your order" in text
    assert "lilei@example.com" in text
    assert client.post(address, {"wanted": ["email:reminders"]}).status_code == 303
    assert unwanted(f"about:{order.number}") == {
        "email:progress", "email:offers", "sms:essential", "sms:progress", "sms:reminders", "sms:offers",
    }  # fmt: skip
    assert Client().get(address).status_code == 404


@pytest.mark.parametrize("more", [0, 3])
def test_the_page_needs_as_many_queries_for_many_lines_as_for_one(more: int, django_assert_num_queries: Pinned) -> None:
    skus = tuple(("accessory", make_accessory().sku) for _ in range(more))
    order = make_order(None, *skus)
    client = guest_of(order)
    client.get(f"/orders/{order.number}/")
    with django_assert_num_queries(19):
        client.get(f"/orders/{order.number}/")


def test_the_list_shows_ones_own_orders_alone(client: Client, django_assert_num_queries: Pinned) -> None:
    user = make_user()
    mine, other = make_order(user=user), make_order(user=make_user())
    client.force_login(user)
    client.get("/account/orders/")
    with django_assert_num_queries(7):
        text = client.get("/account/orders/").content.decode()
    assert (mine.number in text, other.number in text) == (True, False)
    make_order(user=user)
    with django_assert_num_queries(7):
        client.get("/account/orders/")


def test_the_dashboard_gets_the_latest_orders_as_a_fragment(client: Client) -> None:
    user = make_user()
    order = make_order(user=user)
    client.force_login(user)
    text = client.get("/account/orders/?latest=1", headers={"HX-Request": "true"}).content.decode()
    assert (order.number in text, "<html" in text) == (True, False)


@pytest.mark.parametrize("verified", [True, False])
def test_only_a_confirmed_address_claims_a_guests_orders(client: Client, verified: bool) -> None:
    order = make_order()
    user = make_user("lilei@example.com", verified=verified)
    client.force_login(user)
    assert client.post("/account/orders/claim/").status_code == 303
    order.refresh_from_db()
    assert (order.user == user) == verified


def test_finding_answers_alike_and_mails_only_the_right_address(client: Client) -> None:
    order = make_order()
    order.notices.all().delete()
    answers = [
        client.post("/orders/find/", {"number": order.number, "email": email}).content.decode()
        for email in ("LILEI@example.com", "mallory@example.com")
    ]
    tokenless = [text.split('id="find"')[1] for text in answers]
    assert tokenless[0] == tokenless[1]
    send_due()
    assert [message.to for message in mail.outbox] == [["lilei@example.com"]]
    assert order.token in str(mail.outbox[0].body)


def test_a_find_form_with_mistakes_is_422(client: Client) -> None:
    assert client.post("/orders/find/", {"number": "K1", "email": "nobody"}).status_code == 422


def test_the_page_reads_in_chinese_and_when_all_is_done() -> None:
    order = delivered_order(("maintenance_plan", make_plan().sku))
    client = guest_of(order)
    assert "已交付" in client.get(f"/zh-hans/orders/{order.number}/").content.decode()


def test_a_hand_over_is_told_by_the_stores_clock_and_names_its_city_where_the_readers_differs() -> None:
    order = Order.objects.whole().get(pk=ready_order().pk)
    assert order.appointment is not None
    with timezone.override("America/New_York"):
        far = next_step(order)
    with timezone.override(order.appointment.store.time_zone):
        near = next_step(order)
    assert far is not None
    assert near is not None
    assert (far.zone, far.city) == (order.appointment.store.zone, order.appointment.store.city.name)
    assert (near.zone, near.city) == (order.appointment.store.zone, "")


def test_a_contested_payment_is_not_called_none() -> None:
    order = reserved_order()
    leg = order.legs.get(captured__gt=0)
    services.apply_event(GatewayEvent("sandbox", "dispute-1", "dispute.opened", str(leg.pk), leg.captured, "case-1"))
    text = guest_of(order).get(f"/orders/{order.number}/").content.decode()
    assert "the contested payment is cleared up with your bank" in text
    assert "nothing was paid yet" not in text
