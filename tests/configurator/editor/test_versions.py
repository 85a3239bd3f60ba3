"""What the draft changes, asking for publishing, four eyes, and going back."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.configurator.loading import publish
from apps.configurator.models import Configurator, Option, Publication
from apps.configurator.services import draft
from apps.configurator.services.checking import work
from tests.factories.configurator import make_rule

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
ASKER = ("view_configurator", "add_publication")
APPROVER = ("view_configurator", "approve_publication")
EDITOR = ("view_configurator", "change_configurator", "change_rule", "change_option")


def person(name: str, *permissions: str) -> Client:
    user = User.objects.create_user(f"{name}@kaiche.example", "x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def url(car: Configurator, name: str, *args: Any) -> str:
    return reverse(f"admin:configurator_editor_{name}", args=[car.pk, *args])


def asked(car: Configurator, asker: Client) -> Publication:
    Option.objects.filter(code="tow").update(price=200_000)
    response = asker.post(url(car, "publish"))
    made = Publication.objects.get(direct=False)
    assert response["Location"] == url(car, "publication", made.pk)
    return made


def test_the_draft_is_compared_with_what_is_on_sale_in_words(car: Configurator) -> None:
    Option.objects.filter(code="tow").update(price=200_000)
    page = person("asker", *ASKER).get(url(car, "changes")).content.decode()
    assert "<del>¥1,000</del>" in page
    assert "<ins>¥2,000</ins>" in page
    assert "Ask for publishing" in page
    assert "Ask for publishing" not in person("viewer", "view_configurator").get(url(car, "changes")).content.decode()


def test_a_draft_with_no_car_offers_no_button_and_asking_is_refused(car: Configurator) -> None:
    make_rule(car, "bad", "excludes", options=["tow", "wings"])
    asker = person("asker", *ASKER)
    page = asker.get(url(car, "changes")).content.decode()
    assert "This draft cannot be published." in page
    assert "Ask for publishing" not in page
    response = asker.post(url(car, "publish"))
    assert "This car has no option wings." in asker.get(response["Location"]).content.decode()
    assert not Publication.objects.filter(direct=False).exists()


def test_a_request_is_worked_on_shown_and_approved_by_somebody_else(car: Configurator) -> None:
    asker, approver = person("asker", *ASKER), person("approver", *APPROVER)
    made = asked(car, asker)
    page = asker.get(url(car, "publication", made.pk)).content.decode()
    assert 'hx-trigger="every 1s"' in page
    assert "<progress" in page
    work()
    fragment = approver.get(url(car, "publication", made.pk), headers=HTMX).content.decode()
    assert "hx-trigger" not in fragment
    assert "Approve and put on sale" in fragment
    assert "<ins>¥2,000</ins>" in fragment
    assert approver.post(url(car, "decide", made.pk, "approve")).status_code == 303
    car.refresh_from_db()
    assert car.current is not None
    assert (car.current.number, car.current.sha256) == (2, made.sha256)
    assert "Version 2" in approver.get(url(car, "version", 2)).content.decode()


def test_who_asked_does_not_approve_or_refuse_but_may_cancel(car: Configurator) -> None:
    both = person("both", *ASKER, "approve_publication")
    made = asked(car, both)
    work()
    page = both.get(url(car, "publication", made.pk)).content.decode()
    assert "who asks does not approve" in page
    assert "Approve and put on sale" not in page
    assert both.post(url(car, "decide", made.pk, "approve")).status_code == 403
    assert both.post(url(car, "decide", made.pk, "refuse"), {"reason": "No."}).status_code == 403
    made.refresh_from_db()
    assert made.state == "waiting"
    assert both.post(url(car, "decide", made.pk, "cancel")).status_code == 303
    made.refresh_from_db()
    assert made.state == "cancelled"


def test_refusing_needs_a_reason_which_is_then_shown(car: Configurator) -> None:
    asker, approver = person("asker", *ASKER), person("approver", *APPROVER)
    made = asked(car, asker)
    work()
    assert approver.post(url(car, "decide", made.pk, "refuse"), {"reason": " "}).status_code == 422
    made.refresh_from_db()
    assert made.state == "waiting"
    approver.post(url(car, "decide", made.pk, "refuse"), {"reason": "The tow bar is too dear."})
    assert "The tow bar is too dear." in asker.get(url(car, "publication", made.pk)).content.decode()
    car.refresh_from_db()
    assert car.current is not None
    assert car.current.number == 1


@pytest.mark.parametrize("what", ["approve", "refuse", "cancel", "fallback"])
def test_who_has_no_permission_decides_nothing(car: Configurator, what: str) -> None:
    made = asked(car, person("asker", *ASKER))
    work()
    for client in (person("viewer", "view_configurator"), person("editor", *EDITOR), person("nobody")):
        assert client.post(url(car, "decide", made.pk, what), {"reason": "x"}).status_code == 403
        assert client.post(url(car, "publish")).status_code == 403
    guest = Client().post(url(car, "decide", made.pk, what))
    assert guest.status_code == 302
    made.refresh_from_db()
    assert made.state == "waiting"


def test_asking_while_something_else_is_under_way_leads_to_that(car: Configurator) -> None:
    asker = person("asker", *ASKER)
    made = asked(car, asker)
    Option.objects.filter(code="rack").update(price=1)
    response = asker.post(url(car, "publish"))
    assert response["Location"] == url(car, "publication", made.pk)
    assert Publication.objects.filter(direct=False).count() == 1


def test_an_earlier_version_goes_back_into_the_draft_for_editors_only(car: Configurator) -> None:
    first = car.current
    assert first is not None
    Option.objects.filter(code="tow").update(price=200_000)
    publish(configurator=car)
    before = draft(car)
    for client in (person("viewer", "view_configurator"), person("asker", *ASKER)):
        assert client.post(url(car, "restore", 1)).status_code == 403
    assert draft(car) == before
    assert person("editor", *EDITOR).post(url(car, "restore", 1)).status_code == 303
    assert draft(car) == first.document
    assert LogEntry.objects.get().user.email == "editor@kaiche.example"


def test_an_earlier_version_is_put_on_sale_again_through_four_eyes(car: Configurator) -> None:
    first = car.current
    Option.objects.filter(code="tow").update(price=200_000)
    publish(configurator=car)
    asker, approver = person("asker", *ASKER), person("approver", *APPROVER)
    assert asker.post(url(car, "publish_again", 1)).status_code == 303
    made = Publication.objects.get(direct=False)
    assert made.restores == first
    work()
    assert approver.post(url(car, "decide", made.pk, "approve")).status_code == 303
    car.refresh_from_db()
    assert car.current == first


def test_versions_list_what_each_changed(car: Configurator) -> None:
    Option.objects.filter(code="tow").update(price=200_000)
    publish(configurator=car)
    viewer = person("viewer", "view_configurator")
    assert viewer.get(url(car, "versions")).status_code == 200
    page = viewer.get(url(car, "version", 2)).content.decode()
    assert "<ins>¥2,000</ins>" in page
    assert "Write it back" not in page
    assert "there is nothing before it" in viewer.get(url(car, "version", 1)).content.decode()
    against = viewer.get(url(car, "version", 1) + "?against=draft").content.decode()
    assert "<ins>¥2,000</ins>" in against
    assert viewer.get(url(car, "version", 9)).status_code == 404
