import pytest

from apps.bundles import demo
from apps.bundles.models import Accessory, Charger, Cover, CoverPrice, MaintenancePlan, StockItem
from apps.capacity.models import Movement
from apps.capacity.services import prove
from apps.common.demo import DemoOptions
from tests.factories.catalog import make_car_model

pytestmark = pytest.mark.django_db


def test_the_catalogue_loads_once_and_keeps_what_people_changed() -> None:
    make_car_model("van", body="van"), make_car_model("suv", body="suv", size_class="L")
    for _ in range(2):
        demo.load(DemoOptions(), lambda label, done, total: None)
        Cover.objects.filter(sku="CV-CLEAR-FULL-190").update(on_sale=False)
    assert [model.objects.count() for model in (Cover, MaintenancePlan, Accessory, Charger)] == [12, 10, 64, 6]
    assert (CoverPrice.objects.count(), Movement.objects.count()) == (48, 70)
    assert (StockItem.objects.of_articles().count(), prove()) == (70, [])
    assert not Cover.objects.get(sku="CV-CLEAR-FULL-190").on_sale
    fitted = {car.slug for car in Accessory.objects.get(sku="AC-VAN-SHELF").cars.all()}
    assert fitted == {"van"}
