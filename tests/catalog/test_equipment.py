"""A picture may show less than a trim has, never more."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import translation

from apps.catalog.cabins import cabins_of, cars
from apps.catalog.demo import load
from apps.catalog.equipment import Equipment, Sheet, excess, options_shown, shown
from apps.catalog.errors import PictureShowsMore, WrongSpecValue
from apps.catalog.looks import image_of, looks
from apps.catalog.models import CarModel, SpecSheet, Trim
from apps.catalog.services import SpecEntry, check_pictures, publish_sheet
from apps.catalog.stills import names
from apps.common.demo import DemoOptions
from tests.factories.catalog import make_car_model, make_sheet, make_trim

GLASS = ("Panoramic glass", "全景天幕")
PAINTED = ("Painted", "车漆")


@pytest.fixture
def office() -> Client:
    user_model: Any = get_user_model()
    client = Client()
    client.force_login(user_model.objects.create_superuser(email="admin@kaiche.example", password="x"))
    return client


@pytest.mark.parametrize(
    ("equipment", "sheet", "found"),
    [
        (Equipment(), Sheet({}), []),
        (Equipment(roof="glass"), Sheet({}), ["roof"]),
        (Equipment(roof="glass"), Sheet({"roof": "glass"}), []),
        (Equipment(), Sheet({"roof": "glass", "calipers": "coloured"}), []),
        (Equipment(rims="two-tone", calipers="coloured"), Sheet({"rims": "plain"}), ["rims", "calipers"]),
        (Equipment(wheel_size=19), Sheet({}), []),
        (Equipment(wheel_size=19), Sheet({}, Decimal(18)), ["wheel_size"]),
        (Equipment(wheel_size=19), Sheet({}, Decimal(20)), []),
    ],
)
def test_a_picture_may_show_less_and_never_more(equipment: Equipment, sheet: Sheet, found: list[str]) -> None:
    assert list(excess(equipment, sheet)) == found


def test_what_a_still_shows_is_what_it_was_rendered_from() -> None:
    assert shown("avatr") == Equipment(roof="glass", wheel_size=20)
    assert shown("aion-ut-super", "wine") == Equipment(wheel_size=17)
    assert shown("no-such-picture") == Equipment()


@pytest.mark.parametrize(
    ("still", "options"),
    [
        ("aion-ut-super-front34", {"roof-body", "wheels-16"}),
        ("aion-ut-super-mist-front34", {"roof-body", "wheels-16"}),
        ("aion-ut-super-wine-front34", {"roof-body", "wheels-17"}),
        ("avatr-matt-front34", {"roof-glass", "wheels-21-dark"}),
        ("aion-ut-front34", set()),
        ("nothing", set()),
    ],
)
def test_a_still_knows_the_options_that_it_shows(still: str, options: set[str]) -> None:
    assert options_shown(still) == options


def test_every_still_is_of_a_known_look_and_paint() -> None:
    known = {f"{image_of(slug)}{suffix}" for slug, look in looks().items() for suffix in ("", *(f"-{one}" for one in look.get("paints", {})))}  # fmt: skip

    insides = {cabin.stem for car in cars() for cabin in cabins_of(car)}

    assert {stem.rpartition("-")[0] for stem in names()} <= known | insides


@pytest.mark.django_db
def test_no_picture_of_the_demo_shows_what_a_trim_does_not_have() -> None:
    load(DemoOptions(), lambda label, done, total: None)

    assert sum(bool(shown(car.image) != Equipment()) for car in CarModel.objects.all()) >= 40
    for car_model in CarModel.objects.all():
        check_pictures(image=car_model.image, trims=Trim.objects.filter(car_model=car_model))


@pytest.mark.django_db
def test_a_sheet_without_what_the_picture_shows_is_not_published() -> None:
    trim = make_trim(make_car_model(image="byd-seal"), code="seal-base", range_km=None)

    with pytest.raises(PictureShowsMore, match="seal-base: the car's picture shows “Panoramic glass”") as refusal:
        publish_sheet(trim=trim, entries=[SpecEntry("battery", 60)])
    assert refusal.value.field == "roof"
    with translation.override("zh-hans"), pytest.raises(PictureShowsMore, match="全景天幕"):
        publish_sheet(trim=trim, entries=[SpecEntry("roof", text_en=PAINTED[0], text_zh=PAINTED[1])])
    assert not SpecSheet.objects.exists()

    assert make_sheet(trim, roof=GLASS).version == 1
    with pytest.raises(PictureShowsMore, match="19″"):
        make_sheet(trim, roof=GLASS, wheel_size=18)


@pytest.mark.django_db
def test_a_choice_is_one_of_the_registrys() -> None:
    with pytest.raises(WrongSpecValue, match="one of the choices"):
        make_sheet(make_trim(range_km=None), roof=("Thatched", "茅草"))


@pytest.mark.django_db
def test_the_office_is_told_beside_the_field(office: Client) -> None:
    trim = make_trim(make_car_model(image="byd-seal"), range_km=None)
    url = f"/admin/catalog/specsheet/add/?trim={trim.pk}"
    refused = office.post(url, {"trim": trim.pk, "note": "", "battery:": "60", "roof:": "painted"})
    assert refused.status_code == 200
    assert list(refused.context["adminform"].form.errors) == ["roof:"]
    assert not SpecSheet.objects.exists()

    assert office.post(url, {"trim": trim.pk, "note": "", "battery:": "60", "roof:": "glass"}).status_code == 302
    assert office.get(url).context["adminform"].form.initial["roof:"] == "glass"


@pytest.mark.django_db
def test_a_car_gets_no_picture_that_promises_more(office: Client) -> None:
    trim = make_trim(make_car_model("plain"))
    url = f"/admin/catalog/carmodel/{trim.car_model_id}/change/"
    form = office.get(url).context["adminform"].form
    fields = {name: value for name, value in form.initial.items() if value not in (None, False)}
    fields |= {f"trims-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")}

    refused = office.post(url, fields | {"image": "byd-seal"})
    assert list(refused.context["adminform"].form.errors) == ["image"]
    assert "Panoramic glass" in re.sub(r"\s+", " ", refused.content.decode())
    assert office.post(url, fields | {"image": "byd-qin-l"}).status_code == 302


@pytest.mark.django_db
def test_a_trim_comes_on_sale_once_it_has_what_the_picture_shows(office: Client) -> None:
    trim = make_trim(make_car_model(image="byd-seal"), range_km=None, on_sale=False)
    url = f"/admin/catalog/trim/{trim.pk}/change/"
    fields = {
        name: value for name, value in office.get(url).context["adminform"].form.initial.items() if value is not None
    }
    refused = office.post(url, fields | {"on_sale": "on"})
    assert list(refused.context["adminform"].form.errors) == ["on_sale"]

    make_sheet(trim, roof=GLASS)
    assert office.post(url, fields | {"on_sale": "on"}).status_code == 302
    assert Trim.objects.get().on_sale
