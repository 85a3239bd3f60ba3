"""Addresses: one's own only, one default."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from apps.accounts.models import Address
from apps.accounts.services import delete_address, set_default_address
from tests.factories.accounts import make_address, make_user

pytestmark = pytest.mark.django_db
FORM = {"recipient": "Li Lei", "phone": "13800138000", "province": "上海市", "city": "上海市", "street": "世纪大道1号"}


def test_the_first_address_becomes_the_default(client: Client) -> None:
    user = make_user()
    client.force_login(user)
    answer = client.post("/account/addresses/new/", FORM)
    assert (answer.status_code, answer["Location"]) == (303, "/account/addresses/")
    assert list(Address.objects.values_list("user", "street", "is_default")) == [(user.pk, "世纪大道1号", True)]


def test_a_second_default_takes_over_from_the_first() -> None:
    user = make_user()
    first, second = make_address(user), make_address(user)
    set_default_address(address=second)
    assert [(one.pk, one.is_default) for one in Address.objects.for_user(user)] == [
        (second.pk, True),
        (first.pk, False),
    ]


def test_the_database_refuses_two_defaults() -> None:
    user = make_user()
    make_address(user)
    with pytest.raises(IntegrityError, match="address_one_default_per_user"), transaction.atomic():
        Address.objects.create(user=user, is_default=True)


def test_deleting_the_default_passes_it_on() -> None:
    user = make_user()
    first, second = make_address(user), make_address(user)
    delete_address(address=first)
    second.refresh_from_db()
    assert second.is_default


@pytest.mark.parametrize("path", ["", "delete/", "default/"])
def test_another_persons_address_does_not_exist(client: Client, path: str) -> None:
    address = make_address(make_user())
    make_address(address.user)
    client.force_login(make_user())
    answer = client.post(f"/account/addresses/{address.pk}/{path}", FORM | {"street": "stolen"})
    assert answer.status_code == 404
    address.refresh_from_db()
    assert (address.is_default, address.street == "stolen") == (True, False)


def test_a_wrong_phone_is_said_beside_the_field_and_nothing_is_lost(client: Client) -> None:
    client.force_login(make_user())
    answer = client.post("/account/addresses/new/", FORM | {"phone": "12"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "id_phone_error" in text
    assert "世纪大道1号" in text
    assert not Address.objects.exists()


def test_a_guest_is_sent_to_sign_in(client: Client) -> None:
    answer = client.get("/account/addresses/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/account/addresses/")


@pytest.mark.parametrize("rows", [1, 6])
def test_the_list_needs_as_many_queries_for_six_as_for_one(
    client: Client, django_assert_num_queries: object, rows: int
) -> None:
    user = make_user()
    for _ in range(rows):
        make_address(user)
    client.force_login(user)
    with django_assert_num_queries(3):  # type: ignore[operator]  # session, user, addresses
        client.get("/account/addresses/")
