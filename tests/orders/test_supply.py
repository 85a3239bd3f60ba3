"""Opening supply, and what the database says where Python is too late."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from apps.common.errors import NotAllowed
from apps.orders import services
from apps.orders.errors import NoSupply, Overtaken
from apps.orders.kept import KEPT, refusal_of
from apps.orders.lifecycle import Status
from apps.orders.models import Allocation, Allotment, Order, Vehicle
from apps.orders.services import transitions
from tests.factories.accounts import make_staff
from tests.factories.configurator import make_configurator
from tests.factories.orders import make_order, ready_order

pytestmark = pytest.mark.django_db
PERMISSIONS = ("orders.add_allotment", "orders.view_allotment")


def test_whoever_may_opens_more_supply_by_the_month() -> None:
    car, clerk = make_configurator().car_model, make_staff(permissions=PERMISSIONS)
    for number in (3, 4):
        services.open_supply(car_model=car, number=number, user=clerk, month=date(2026, 12, 24))
    services.open_supply(car_model=car, number=2, user=clerk, month=date(2026, 12, 1), option="red")
    whole, red = Allotment.objects.of_models()
    assert (whole.model, whole.option, whole.month, whole.free) == (car.slug, "", date(2026, 12, 1), 7)
    assert (red.option, red.free) == ("red", 2)


def test_nobody_else_does_and_nobody_none() -> None:
    car = make_configurator().car_model
    with pytest.raises(NotAllowed):
        services.open_supply(car_model=car, number=1, user=make_staff())
    for number in (0, -1, 10_001):
        with pytest.raises(NoSupply):
            services.open_supply(car_model=car, number=number, user=make_staff(permissions=PERMISSIONS))
    assert not Allotment.objects.exists()


def test_the_back_office_opens_a_months_allotment(client: Client) -> None:
    configurator = make_configurator()
    car, url = configurator.car_model, "/admin/orders/allotment/add/"
    client.force_login(make_staff(permissions=PERMISSIONS))
    assert client.get(url).status_code == 200
    form = {"car_model": car.pk, "month": "2026-12-05", "number": 4}
    for wrong in ({"number": 0}, {"option": "no-such"}, {"month": "soon"}):
        refused = client.post(url, form | wrong)
        assert (refused.status_code, Allotment.objects.count()) == (200, 0)
    assert client.post(url, form).status_code == 302
    assert client.post(url, form | {"option": "red"}).status_code == 302
    assert [pool.option for pool in Allotment.objects.of_models()] == ["", "red"]
    assert b"2026-12" in client.get("/admin/orders/allotment/").content
    client.force_login(make_staff(permissions=("orders.view_allotment",)))
    assert client.get(url).status_code == 403


@pytest.mark.services
def test_a_move_from_an_order_read_long_ago_is_refused_by_the_database() -> None:
    order = make_order()
    stale = Order.objects.get(pk=order.pk)
    services.cancel(order=order)
    with pytest.raises(Overtaken) as caught, transaction.atomic():
        transitions.move(stale, Status.RESERVED)
    assert caught.value.extra == {"constraint": "orders_order_status_follows"}
    order.refresh_from_db()
    assert order.status == "cancelled"


@pytest.mark.services
def test_one_car_is_not_given_twice_and_the_refusal_says_so() -> None:
    order, other = ready_order(), make_order()
    vehicle = order.allocations.get(ended_at=None).vehicle
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Allocation.objects.create(vehicle=vehicle, order=other, since=timezone.now())
    assert str(refusal_of(caught.value)) == "This car belongs to another order."
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Vehicle.objects.create(vin="IOQ", car_model=vehicle.car_model, built_at=timezone.now())
    assert refusal_of(caught.value) is None


@pytest.mark.services
def test_every_name_in_the_table_is_a_name_in_the_database() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT indexname FROM pg_indexes")
        names = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname LIKE 'orders\\_%'")
        raised = " ".join(row[0] for row in cursor.fetchall())
    assert [name for name in KEPT if name not in names and f"'{name}'" not in raised] == []
