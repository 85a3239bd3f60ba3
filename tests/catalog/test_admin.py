import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from apps.catalog.models import CarModel, SpecSheet, SpecValue
from tests.factories.catalog import make_brand, make_car_model, make_sheet, make_trim

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Client:
    user_model: Any = get_user_model()
    client = Client()
    client.force_login(user_model.objects.create_superuser(email="admin@kaiche.example", password="x"))
    return client


@pytest.mark.parametrize("model", ["brand", "carmodel", "trim", "specsheet"])
def test_lists_and_searches_open(office: Client, model: str) -> None:
    make_trim()

    assert office.get(f"/admin/catalog/{model}/?q=aion").status_code == 200


def test_a_new_version_starts_from_the_one_in_force_and_is_published(office: Client) -> None:
    trim = make_trim(range_km=None)
    make_sheet(trim, range=(500, "CLTC"), battery=54, drive=("Front", "前驱"))
    url = f"/admin/catalog/specsheet/add/?trim={trim.pk}"
    initial = office.get(url).context["adminform"].form.initial
    assert initial["range:CLTC"] == "500"
    fields = {name: str(value) for name, value in initial.items()}
    response = office.post(url, fields | {"range:CLTC": "520", "note": "Bigger battery"})

    assert response.status_code == 302
    sheet = SpecSheet.objects.get(trim=trim, current=True)
    assert (sheet.version, sheet.note) == (2, "Bigger battery")
    values = {value.key: value.value for value in sheet.values.all()}
    assert values == {"range": 520, "battery": 54, "drive": "Front"}


def test_a_text_in_one_language_is_refused_and_nothing_published(office: Client) -> None:
    trim = make_trim(range_km=500)
    response = office.post("/admin/catalog/specsheet/add/", {"trim": trim.pk, "note": "", "drive:en": "Front"})

    assert response.status_code == 200
    assert "both languages" in response.content.decode()
    assert SpecSheet.objects.count() == 1


def test_a_published_sheet_can_only_be_read(office: Client) -> None:
    make_trim(range_km=500)
    sheet = SpecSheet.objects.get()
    url = f"/admin/catalog/specsheet/{sheet.pk}/change/"

    page = office.get(url).content.decode()
    assert "Electric range" in page
    assert "500 km" in page
    assert office.post(url, {"note": "x"}).status_code == 403
    assert office.post(f"/admin/catalog/specsheet/{sheet.pk}/delete/", {"post": "yes"}).status_code == 403
    assert SpecValue.objects.get().number == 500


def test_a_renamed_car_is_found_by_its_new_name(office: Client) -> None:
    car_model = make_car_model("ut")
    page = office.get(f"/admin/catalog/carmodel/{car_model.pk}/change/").content.decode()
    fields = {
        name: getattr(car_model, name) for name in re.findall(r'name="([a-z_]+)"', page) if hasattr(car_model, name)
    }
    fields = {name: value for name, value in fields.items() if isinstance(value, str | int) and value is not False}
    formset = {f"trims-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")}
    response = office.post(
        f"/admin/catalog/carmodel/{car_model.pk}/change/",
        fields | formset | {"brand": make_brand().pk, "name_zh": "鹦鹉龙"},
    )

    assert response.status_code == 302
    assert [one.slug for one in CarModel.objects.matching("鹦鹉")] == ["ut"]
