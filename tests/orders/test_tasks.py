"""What people of the company do in the back office: the buttons, the queues, contested payments."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.common.errors import NotAllowed
from apps.orders import queues, services
from apps.orders.admin.tasks import TASKS
from apps.orders.errors import NotDisputed, ReasonNeeded, Stopped
from apps.orders.models import Order, Refund, WorkItem
from apps.orders.services import payments, transitions
from apps.orders.terms import CHECKLIST
from tests.factories.accounts import make_staff, make_user
from tests.factories.orders import ready_order, reserved_order, signed_order

pytestmark = pytest.mark.django_db
VIEW = "orders.view_order"


def address(order: Order, name: str) -> str:
    return f"/admin/orders/order/{order.pk}/{name}/"


def as_clerk(client: Client, *permissions: str) -> User:
    clerk = make_staff(permissions=(VIEW, *permissions))
    client.force_login(clerk)
    return clerk


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_no_button_without_its_permission(client: Client, task: object) -> None:
    order = signed_order()
    others = {one.permission for one in TASKS} - {task.permission}  # type: ignore[attr-defined]
    as_clerk(client, *others)
    assert client.post(address(order, task.name), {"text": "x"}).status_code == 403  # type: ignore[attr-defined]
    order.refresh_from_db()
    assert (order.status, order.version, WorkItem.objects.count()) == ("signed", 3, 0)


def test_buttons_are_there_only_where_their_rule_can_be_followed(client: Client) -> None:
    order = signed_order()
    client.force_login(make_user(is_staff=True, is_superuser=True))
    page = client.get(f"/admin/orders/order/{order.pk}/change/").content.decode()
    assert address(order, "ask_waiver") in page
    for name in ("sign_pdi", "fix", "take_back", "approve_waiver", "clear_dispute"):
        assert address(order, name) not in page
        assert client.post(address(order, name), {"text": "x"}).status_code == 403


def test_a_waiver_goes_through_two_peoples_hands(client: Client) -> None:
    order = signed_order()
    as_clerk(client, "orders.cancel_any_order")
    assert client.post(address(order, "ask_waiver"), {"text": ""}).status_code == 422
    assert client.post(address(order, "ask_waiver"), {"text": "Our mistake"}).status_code == 302
    as_clerk(client, "orders.approve_waiver")
    assert client.get(address(order, "approve_waiver")).status_code == 200
    assert client.post(address(order, "approve_waiver")).status_code == 302
    assert order.waivers.get().approved is True
    assert services.cancellation(Order.objects.get(pk=order.pk)).fee == 0


def test_a_contested_payment_stops_hand_over_and_refunds_until_finance_clears_it() -> None:
    order = ready_order()
    Order.objects.filter(pk=order.pk).update(disputed=True)
    vin = order.allocations.get().vehicle.vin
    with pytest.raises(Stopped):
        services.accept_delivery(order=order, vin=vin, signature="Li", checklist=dict.fromkeys(CHECKLIST, True))
    leg = order.legs.first()
    assert leg is not None
    payments.owe_refund(leg, 100, reason="Goodwill")
    assert not payments.send_due_refund()
    for user in (make_user(), make_staff(permissions=("orders.refund_order",))):
        with pytest.raises(NotAllowed):
            services.clear_dispute(order=order, reason="x", user=user)
    finance = make_staff(permissions=("orders.clear_dispute",))
    with pytest.raises(ReasonNeeded):
        services.clear_dispute(order=order, reason="", user=finance)
    services.clear_dispute(order=order, reason="Won at the bank", user=finance)
    with pytest.raises(NotDisputed):
        services.clear_dispute(order=order, reason="Again", user=finance)
    assert payments.send_due_refund()
    services.accept_delivery(order=order, vin=vin, signature="Li", checklist=dict.fromkeys(CHECKLIST, True))


def test_cancelling_waits_for_a_contested_payment() -> None:
    order = reserved_order()
    Order.objects.filter(pk=order.pk).update(disputed=True)
    services.cancel(order=order)
    Refund.objects.update(status="done")
    order.refresh_from_db()
    assert order.status == "cancelling"
    services.clear_dispute(order=order, reason="Closed", user=make_staff(permissions=("orders.clear_dispute",)))
    order.refresh_from_db()
    assert order.status == "cancelled"


def test_each_role_has_its_queue_and_sees_what_is_late() -> None:
    order = reserved_order()
    for kind in ("payment", "pdi", "mismatch", "allocation", "step"):
        transitions.raise_work_item(order, kind, kind)
    WorkItem.objects.filter(kind="payment").update(created_at=timezone.now() - timedelta(hours=5))
    open_ones = WorkItem.objects.filter(closed_at=None)
    assert {one.role.value: (one.waiting, one.overdue) for one in queues.counts(open_ones, list(queues.Role))} == {
        "finance": (1, 1), "store": (1, 0), "case": (1, 0), "allocation": (1, 0), "operations": (1, 0),
    }  # fmt: skip
    for role, kind in (("finance", "payment"), ("operations", "step")):
        assert [item.kind for item in queues.of_role(WorkItem.objects.all(), role)] == [kind]


def test_the_queue_is_a_page_and_somebody_takes_an_item(client: Client) -> None:
    order = reserved_order()
    transitions.raise_work_item(order, "pdi", "Two people look at the car.")
    transitions.raise_work_item(order, "payment", "Wrong amount.")
    WorkItem.objects.update(created_at=timezone.now() - timedelta(days=9))
    clerk = as_clerk(client, "orders.view_workitem", "orders.advance_order")
    page = client.get("/admin/orders/workitem/?role=store&overdue=yes").content.decode()
    assert "Two people look at the car." in page
    assert "Wrong amount." not in page
    item = WorkItem.objects.get(kind="pdi")
    client.post("/admin/orders/workitem/", {"action": "take", "_selected_action": [item.pk]})
    item.refresh_from_db()
    assert (item.owner, item.closed_at) == (clerk, None)
