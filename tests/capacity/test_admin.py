"""The back office: looking, opening, withdrawing, closing; and who may not."""

import pytest
from django.test import Client

from apps.capacity import naming, services
from apps.capacity.models import Movement, Pool
from tests.factories.accounts import make_staff

pytestmark = pytest.mark.django_db
LOOK = ("capacity.view_pool", "capacity.view_hold", "capacity.view_movement", "capacity.view_proof")


def test_whoever_may_look_sees_what_there_is_and_who_holds_it(client: Client) -> None:
    pool = services.open(resource="stock:MAT", quantity=5)
    services.hold(resource="stock:MAT", quantity=2, owner="K123", until=None)
    client.force_login(make_staff(permissions=LOOK))
    page = client.get("/admin/capacity/pool/?kind=stock")
    assert b"stock:MAT" in page.content
    assert b"stock:MAT" not in client.get("/admin/capacity/pool/?kind=voucher").content
    assert b"K123" in client.get(f"/admin/capacity/hold/?pool__id__exact={pool.pk}").content
    assert client.get(f"/admin/capacity/movement/?pool__id__exact={pool.pk}").status_code == 200
    assert client.get("/admin/capacity/proof/").status_code == 200
    assert client.get(f"/admin/capacity/pool/{pool.pk}/adjust/").status_code == 403
    client.post("/admin/capacity/pool/", {"action": "close_pools", "_selected_action": pool.pk})
    assert not Pool.objects.get().closed


def test_whoever_may_change_opens_withdraws_and_closes_with_a_reason(client: Client) -> None:
    pool = services.open(resource="build:ut:*:2026-12", quantity=5)
    services.hold(resource=pool.resource, quantity=2, owner="K123", until=None)
    clerk = make_staff(permissions=(*LOOK, "capacity.change_pool"))
    client.force_login(clerk)
    url = f"/admin/capacity/pool/{pool.pk}/adjust/"
    assert "5 opened, 2 promised, 0 used, 3 free." in client.get(url).content.decode()
    refused = client.post(url, {"change": -4, "reason": "The maker builds fewer"})
    assert (refused.status_code, Pool.objects.get().total) == (422, 5)
    assert client.post(url, {"change": -3, "reason": "The maker builds fewer"}).status_code == 302
    movement = Movement.objects.latest("pk")
    assert (movement.total_change, movement.user, Pool.objects.get().free) == (-3, clerk, 0)
    client.post("/admin/capacity/pool/", {"action": "close_pools", "_selected_action": pool.pk})
    assert Pool.objects.get().closed
    client.post("/admin/capacity/pool/", {"action": "reopen_pools", "_selected_action": pool.pk})
    assert not Pool.objects.get().closed


def test_a_code_is_named_and_what_nobody_names_keeps_its_key() -> None:
    names = naming.names_of(["voucher:SPRING", "voucher:SPRING:0123", "stock:NOTHING"])
    assert names == {
        "voucher:SPRING": "Code SPRING",
        "voucher:SPRING:0123": "Code SPRING, one customer",
        "stock:NOTHING": "stock:NOTHING",
    }
