"""The person itself, the demo's cast, and the back office."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client

from apps.accounts import demo
from apps.accounts.models import ApiToken, User
from apps.common.demo import DemoOptions
from tests.factories.accounts import make_address, make_staff, make_token, make_user

pytestmark = pytest.mark.django_db
ADMIN = "/admin/accounts/"


def test_an_address_is_one_person_whatever_its_case() -> None:
    assert make_user("Li@Example.com").email == "li@example.com"
    with pytest.raises(IntegrityError, match="user_email_unique"), transaction.atomic():
        User.objects.create_user("LI@example.com")
    with pytest.raises(IntegrityError, match="user_email_lower_case"), transaction.atomic():
        User.objects.create(email="Han@example.com")


def test_the_project_has_nothing_to_complain_about_the_user_model() -> None:
    call_command("check", "--fail-level", "WARNING", verbosity=0)


def test_the_demo_makes_the_cast_once() -> None:
    for _ in range(2):
        demo.load(DemoOptions(), lambda label, done, total: None)
        state = list(User.objects.order_by("email").values_list("email", "is_staff", "is_superuser", "password"))
    assert [row[:3] for row in state] == [
        ("admin@kaiche.example", True, True),
        ("clerk@kaiche.example", True, False),
        ("product@kaiche.example", True, False),
        ("release@kaiche.example", True, False),
        ("store@kaiche.example", True, False),
        ("wang@kaiche.example", False, False),
    ]
    assert User.objects.get(email="wang@kaiche.example").check_password("kaiche-demo")
    clerk = User.objects.get(email="clerk@kaiche.example")
    assert [group.name for group in clerk.groups.all()] == ["Order clerks"]
    assert not Group.objects.filter(permissions__codename__endswith="apitoken").exists()
    asks, decides = Permission.objects.get(codename="add_publication"), "configurator.approve_publication"
    product, release = (User.objects.get(email=f"{name}@kaiche.example") for name in ("product", "release"))
    assert product.has_perm("configurator.change_rule")
    assert product.groups.get().permissions.contains(asks)
    assert (product.has_perm(decides), release.has_perm(decides)) == (False, True)
    assert not release.has_perm("configurator.change_rule")


@pytest.mark.parametrize(
    "path", ["accounts/user/", "accounts/user/add/", "auth/group/", "accounts/address/", "accounts/apitoken/"]
)
def test_the_back_offices_pages_open(client: Client, path: str) -> None:
    user = make_user()
    make_address(user)
    make_token(user)
    client.force_login(make_user(is_staff=True, is_superuser=True))
    assert client.get(f"/admin/{path}").status_code == 200
    assert client.get(f"{ADMIN}user/{user.pk}/change/").status_code == 200


def test_staff_without_permission_sees_no_people(client: Client) -> None:
    client.force_login(make_staff())
    assert client.get(f"{ADMIN}user/").status_code == 403


def test_staff_cannot_edit_a_colleague_or_raise_themselves(client: Client) -> None:
    clerk = make_staff(permissions=("accounts.view_user", "accounts.change_user"))
    boss = make_user(is_staff=True, is_superuser=True)
    client.force_login(clerk)
    for person in (boss, clerk):
        form = {"email": person.email, "language": "en", "is_superuser": "on", "is_active": "on"}
        assert client.post(f"{ADMIN}user/{person.pk}/change/", form).status_code == 403
    clerk.refresh_from_db()
    assert not clerk.is_superuser


def test_a_clerk_gives_a_customer_no_rights(client: Client) -> None:
    customer, group = make_user("li@example.com"), Group.objects.create(name="Anything")
    client.force_login(make_staff(permissions=("accounts.view_user", "accounts.change_user")))
    form = {
        "email": customer.email,
        "name": "Li",
        "language": "en",
        "is_active": "on",
        "is_staff": "on",
        "groups": [group.pk],
    }
    form |= {"user_permissions": [Permission.objects.get(codename="refund_order").pk]}
    form |= {f"addresses-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")}
    assert client.post(f"{ADMIN}user/{customer.pk}/change/", form).status_code == 302
    customer.refresh_from_db()
    assert (customer.name, customer.is_staff) == ("Li", False)
    assert (customer.groups.count(), customer.user_permissions.count()) == (0, 0)


def test_an_administrator_revokes_a_token(client: Client) -> None:
    token, _ = make_token(make_user())
    client.force_login(make_user(is_staff=True, is_superuser=True))
    client.post(f"{ADMIN}apitoken/", {"action": "revoke", "_selected_action": [token.pk]})
    assert ApiToken.objects.get().revoked_at is not None


def test_a_passwords_hash_is_shown_to_nobody_who_may_only_look(client: Client) -> None:
    person = make_user("li@example.com")
    client.force_login(make_staff(permissions=("accounts.view_user",)))
    page = client.get(f"{ADMIN}user/{person.pk}/change/").content.decode()
    assert person.email in page
    assert person.password not in page
    assert "Password" not in page


def test_groups_and_rights_are_called_in_the_readers_language(client: Client) -> None:
    person, group = make_staff(), Group.objects.create(name=demo.STORE_STAFF)
    rights = Permission.objects.filter(codename__in=("view_user", "download_resume"))
    person.groups.add(group)
    person.user_permissions.set(rights)
    client.force_login(make_user(is_staff=True, is_superuser=True))
    picked = client.get(f"/zh-hans{ADMIN}user/{person.pk}/change/").content.decode()
    told = client.get(f"/zh-hans/admin/auth/group/{group.pk}/change/").content.decode()
    client.force_login(make_staff(permissions=("accounts.view_user",)))
    read = client.get(f"/zh-hans{ADMIN}user/{person.pk}/change/").content.decode()
    for page in (picked, read):
        assert "门店人员" in page
        assert "Store staff" not in page
    for page in (picked, told):
        assert "可以下载简历" in page
        assert not re.search(r">[^<]*Can (add|change|delete|view) ", page)
    assert "可以查看" in read


def test_staff_vouch_for_customers_addresses_and_for_no_colleagues(client: Client) -> None:
    rows = {
        name: EmailAddress.objects.get_or_create(user=person, email=person.email)[0]
        for name, person in (("customer", make_user("li@example.com")), ("colleague", make_staff()))
    }
    client.force_login(make_staff(permissions=("account.view_emailaddress", "account.change_emailaddress")))
    EmailAddress.objects.update(verified=False)
    chosen = {"action": "make_verified", "_selected_action": [row.pk for row in rows.values()]}
    client.post("/admin/account/emailaddress/", chosen)
    assert list(EmailAddress.objects.filter(verified=True)) == [rows["customer"]]
    assert client.post(f"/admin/account/emailaddress/{rows['colleague'].pk}/change/", {}).status_code == 403
    client.force_login(make_staff(permissions=("account.view_emailaddress",)))
    EmailAddress.objects.update(verified=False)
    client.post("/admin/account/emailaddress/", chosen)
    assert not EmailAddress.objects.filter(verified=True).exists()
