"""Rental terms, pictures, the base price and markets: changes of the draft like any other."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.configurator.models import Configurator, Option, OptionGroup, RentalTerms
from apps.configurator.services import draft
from apps.configurator.services.drafts import cannot_publish, lint, mark, open_draft
from tests.factories.configurator import make_configurator

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
TERMS = {
    "monthly_price": "399.50",
    "mileage_cap": "25000",
    "overage_price": "0.12",
    "minimum_term": "36",
    "buyout_price": "37,000",
}


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("boss@kaiche.example", "x"))
    return client


def url(car: Configurator, name: str, *args: Any) -> str:
    return reverse(f"admin:configurator_editor_{name}", args=[car.pk, *args])


def fields(**more: str) -> dict[str, Any]:
    buy = Option.objects.get(code="buy", configurator__car_model__slug="small-car")
    return {**TERMS, "instead_of": buy.pk, "option": "rent", **more}


def test_rental_terms_are_changed_logged_and_part_of_the_draft(car: Configurator, editor: Client) -> None:
    terms = RentalTerms.objects.get()
    page = editor.get(url(car, "workspace")).content.decode()
    assert "¥400 a month instead of Buy, 20,000 km a year, then ¥0.15 a km, 24 months, buy-out ¥38,000" in page
    response = editor.post(url(car, "edit", "rentals", terms.pk), fields(seen=mark(terms)), headers=HTMX)
    assert (response.status_code, response["HX-Trigger"]) == (200, "draft-changed")
    assert "¥399.50 a month instead of Buy, 25,000 km a year, then ¥0.12 a km, 36 months" in response.content.decode()
    terms.refresh_from_db()
    assert (terms.monthly_price, terms.overage_price, terms.buyout_price) == (39_950, 12, 3_700_000)
    assert '"monthly_price":39950' in draft(car)
    told = editor.get(url(car, "log")).context["entries"][0][1]
    assert ("monthly price", "¥400", "¥399.50") in {(one.label, one.before, one.after) for one in told}
    assert "¥399.50" in editor.get(url(car, "changes")).content.decode()


@pytest.mark.parametrize("name", TERMS)
@pytest.mark.parametrize("typed", ["", "0", "-5", "nonsense"])
def test_a_monthly_price_that_lacks_a_term_is_not_saved(
    car: Configurator, editor: Client, name: str, typed: str
) -> None:
    terms, before = RentalTerms.objects.get(), draft(car)
    sent = fields(seen=mark(terms)) | {name: typed}
    response = editor.post(url(car, "edit", "rentals", terms.pk), sent, headers=HTMX)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [name]
    assert draft(car) == before
    assert not LogEntry.objects.exists()


def test_rental_terms_are_added_once_and_deleted(car: Configurator, editor: Client) -> None:
    terms = RentalTerms.objects.get()
    gone = editor.post(url(car, "delete", "rentals", terms.pk), {"seen": mark(terms)}, headers=HTMX)
    assert gone["HX-Refresh"] == "true"
    assert not RentalTerms.objects.exists()
    new = url(car, "new", "rentals")
    assert "New rental terms of Rent" in editor.get(f"{new}?option=rent").content.decode()
    assert editor.post(new, fields()).status_code == 303
    assert RentalTerms.objects.get().option.code == "rent"
    again = editor.post(new, fields())
    assert again.status_code == 409
    assert "There is one with this code already." in again.content.decode()
    assert [entry.action_flag for entry in LogEntry.objects.order_by("pk")] == [3, 1]
    assert editor.get(f"{new}?option=tow").status_code == 404
    assert editor.get(f"{new}?option=nothing").status_code == 404


def test_only_another_option_of_the_same_group_is_bought_instead(car: Configurator, editor: Client) -> None:
    terms = RentalTerms.objects.get()
    other = make_configurator("other-car", published=False)
    for wrong in (terms.option, Option.objects.get(configurator=car, code="red"), other.options.get(code="buy")):
        sent = fields(seen=mark(terms)) | {"instead_of": wrong.pk}
        response = editor.post(url(car, "edit", "rentals", terms.pk), sent, headers=HTMX)
        assert list(response.context["form"].errors) == ["instead_of"]


def test_the_database_refuses_terms_of_two_cars(car: Configurator) -> None:
    other = make_configurator("other-car", published=False)
    with pytest.raises(IntegrityError, match="two options of one car"), transaction.atomic():
        RentalTerms.objects.filter(option__configurator=car).update(instead_of=other.options.get(code="buy"))


def test_what_is_bought_instead_cannot_be_deleted_or_leave_the_group(car: Configurator, editor: Client) -> None:
    buy = Option.objects.get(code="buy")
    response = editor.post(url(car, "delete", "options", buy.pk), {"seen": mark(buy)}, headers=HTMX)
    assert response.status_code == 409
    assert "The rental terms of rent name it as what is bought instead." in response.content.decode()
    group = OptionGroup.objects.get(code="battery")
    assert editor.post(url(car, "delete", "groups", group.pk), {"seen": mark(group)}, headers=HTMX).status_code == 409
    moved = {"group": OptionGroup.objects.get(code="paint").pk, "name_en": "Buy", "name_zh": "购买", "price": "40000"}
    refused = editor.post(url(car, "edit", "options", buy.pk), {**moved, "seen": mark(buy)}, headers=HTMX)
    assert refused.status_code == 409
    assert "Rental terms of rent: buy must be in the same group" in refused.content.decode()
    assert not LogEntry.objects.exists()
    Option.objects.filter(pk=buy.pk).update(group=OptionGroup.objects.get(code="paint"))
    assert cannot_publish(lint(open_draft(car)))


def test_a_picture_is_chosen_among_the_cars_own(car: Configurator, editor: Client) -> None:
    type(car.car_model).objects.filter(pk=car.car_model_id).update(image="aion-ut-super")
    red = Option.objects.get(code="red")
    page = editor.get(url(car, "edit", "options", red.pk)).content.decode()
    assert "img/cars/aion-ut-super-wine-front34" in page
    assert "avatr-" not in page
    sent = {"group": red.group_id, "name_en": "Red", "name_zh": "红色", "price": "2000", "seen": mark(red)}
    wrong = editor.post(url(car, "edit", "options", red.pk), {**sent, "picture": "avatr-black-front34"}, headers=HTMX)
    assert list(wrong.context["form"].errors) == ["picture"]
    good = {**sent, "position": red.position, "picture": "aion-ut-super-wine-front34"}
    assert editor.post(url(car, "edit", "options", red.pk), good, headers=HTMX).status_code == 200
    assert '"picture":"aion-ut-super-wine-front34"' in draft(car)
    told = editor.get(url(car, "log")).context["entries"][0][1]
    assert ("picture", "", "aion-ut-super-wine-front34") in {(one.label, one.before, one.after) for one in told}
    kept = editor.post(url(car, "edit", "options", red.pk), {**good, "seen": mark(Option.objects.get(code="red"))})
    assert kept.status_code == 303


def test_base_price_and_markets_are_changed_in_the_workspace(car: Configurator, editor: Client) -> None:
    sent = {"base_price": "51,500", "markets": ["CN-N"], "seen": mark(car)}
    response = editor.post(url(car, "edit", "car", car.pk), sent, headers=HTMX)
    assert response.status_code == 200
    assert "¥51,500" in response.content.decode()
    assert '"base_price":5150000' in draft(car)
    assert '"markets":["CN-N"]' in draft(car)
    told = editor.get(url(car, "log")).context["entries"][0][1]
    assert [(one.label, one.before, one.after) for one in told] == [
        ("base price", "¥50,000", "¥51,500"),
        ("markets", "Mainland China and Cold regions of the north", "Cold regions of the north"),
    ]
    stale = editor.post(url(car, "edit", "car", car.pk), sent, headers=HTMX)
    assert stale.status_code == 409
    assert "¥51,500" in stale.content.decode()
    mistakes: list[dict[str, Any]] = [{"base_price": "0"}, {"markets": []}, {"markets": ["Mars"]}]
    for wrong in mistakes:
        response = editor.post(url(car, "edit", "car", car.pk), {**sent, **wrong}, headers=HTMX)
        assert list(response.context["form"].errors) == list(wrong)


def test_a_car_is_not_added_or_deleted_as_a_row_and_not_under_another_cars_address(
    car: Configurator, editor: Client
) -> None:
    other = make_configurator("other-car", published=False)
    assert editor.get(url(car, "new", "car")).status_code == 404
    assert editor.get(url(car, "edit", "car", other.pk)).status_code == 404
    assert editor.post(url(car, "delete", "car", car.pk), {"seen": mark(car)}).status_code == 404
    assert Configurator.objects.count() == 2
