import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from apps.accounts.models import User
from apps.bundles.models import StockItem
from apps.capacity.models import Movement
from tests.factories.bundles import make_accessory, make_charger, make_cover, make_plan, stock_of
from tests.factories.catalog import make_car_model

pytestmark = pytest.mark.django_db


def test_stock_is_adjusted_with_a_reason_and_the_name_of_who_did_it(admin_client: Client, admin_user: User) -> None:
    sku = make_accessory(stock=5).sku
    url = f"/admin/bundles/stockitem/{StockItem.objects.get().pk}/adjust/"
    assert admin_client.post(url, {"change": "3", "reason": ""}).status_code == 422
    assert admin_client.post(url, {"change": "-6", "reason": "Counted"}).status_code == 422
    assert stock_of(sku) == (5, 0)
    assert admin_client.post(url, {"change": "3", "reason": "Delivery 4711"}).status_code == 302
    assert stock_of(sku) == (8, 0)
    movement = Movement.objects.latest("pk")
    assert (movement.reason, movement.user) == ("Delivery 4711", admin_user)


def test_staff_without_the_right_cannot_adjust(client: Client) -> None:
    make_accessory(stock=5)
    staff = User.objects.create_user("staff@kaiche.example", "secret", is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="view_stockitem"))
    client.force_login(staff)
    url = f"/admin/bundles/stockitem/{StockItem.objects.get().pk}/adjust/"
    assert client.post(url, {"change": "3", "reason": "Because"}).status_code == 403
    assert StockItem.objects.get().on_hand == 5


def test_every_list_and_form_of_the_back_office_opens(admin_client: Client) -> None:
    car = make_car_model()
    things = [make_cover(), make_plan(), make_accessory(cars=(car,)), make_charger()]
    for thing in things:
        base = f"/admin/bundles/{thing._meta.model_name}/"
        assert thing.sku in admin_client.get(base, {"q": thing.sku}).content.decode()
        assert admin_client.get(f"{base}{thing.pk}/change/").status_code == 200
    for name in ("stockitem", "accessoryfitment"):
        assert admin_client.get(f"/admin/bundles/{name}/").status_code == 200


def test_stock_is_listed_and_titled_by_the_article_s_name(admin_client: Client) -> None:
    accessory = make_accessory(stock=5)
    pool = StockItem.objects.get()
    for url in (
        "/admin/bundles/stockitem/",
        f"/admin/bundles/stockitem/{pool.pk}/change/",
        f"/admin/bundles/stockitem/{pool.pk}/adjust/",
        "/admin/capacity/pool/",
        "/admin/capacity/movement/",
    ):
        page = admin_client.get(url).content.decode()
        assert f"{accessory.name_en} ({accessory.sku})" in page, url


def test_prices_are_asked_for_in_yuan(admin_client: Client) -> None:
    charger = make_charger(price=268_000)
    url = f"/admin/bundles/charger/{charger.pk}/change/"
    form = admin_client.get(url).context["adminform"].form
    assert form["price"].value() == "2680"
    data = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    told = {"points_en": "\n".join(charger.points_en), "points_zh": "\n".join(charger.points_zh)}
    answer = admin_client.post(url, {**data, **told, "energies": charger.energies, "price": "2,680.50"})
    assert answer.status_code == 302, answer.context["errors"]
    charger.refresh_from_db()
    assert charger.price == 268_050


def test_whoever_may_only_look_reads_prices_as_sums(client: Client) -> None:
    charger = make_charger(price=268_000)
    staff = User.objects.create_user("staff@kaiche.example", "secret", is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="view_charger"))
    client.force_login(staff)
    page = client.get(f"/admin/bundles/charger/{charger.pk}/change/").content.decode()
    assert "¥2,680" in page
    assert "268000" not in page
