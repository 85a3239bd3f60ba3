"""Films, plans, accessories and chargers for programs; ``?fits=<model or trim>`` leaves what fits."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from apps.bundles.errors import UnknownCar
from apps.bundles.models import Accessory, Charger, Cover, MaintenancePlan, SizeClass
from apps.catalog.models import CarModel, Trim
from apps.common.api.idempotency import IdempotentMixin
from apps.common.money import CURRENCY

FITS = OpenApiParameter("fits", str, description="Slug of a model or code of a trim: only what fits it.")


def car_and_energy(request: Request) -> tuple[CarModel | None, str | None]:
    """The car that ``?fits=`` names, and its drive, which a trim may have of its own.

    Raises:
        UnknownCar: neither a model nor a trim is called so.
    """
    wanted = _printable(request.query_params.get("fits", ""))
    if not wanted:
        return None, None
    car_model = CarModel.objects.filter(slug=wanted).first()
    if car_model is not None:
        return car_model, car_model.energy
    trim = Trim.objects.select_related("car_model").filter(code=wanted).first()
    if trim is None:
        raise UnknownCar(field="fits", extra={"fits": wanted})
    return trim.car_model, trim.energy


class ProductOut(serializers.Serializer[Any]):
    sku = serializers.CharField()
    kind = serializers.SerializerMethodField()
    name_en = serializers.CharField()
    name_zh = serializers.CharField()
    summary_en = serializers.CharField()
    summary_zh = serializers.CharField()
    currency = serializers.SerializerMethodField()

    def get_kind(self, product: Any) -> str:
        return str(product.kind.value)

    def get_currency(self, product: Any) -> str:
        return CURRENCY


class CoverOut(ProductOut):
    material = serializers.ChoiceField(choices=Cover.Material.choices)
    thickness_um = serializers.IntegerField()
    finish = serializers.ChoiceField(choices=Cover.Finish.choices)
    coverage = serializers.ChoiceField(choices=Cover.Coverage.choices)
    colour_en = serializers.CharField()
    colour_zh = serializers.CharField()
    colour_hex = serializers.CharField()
    warranty_years = serializers.IntegerField()
    fitting_minutes = serializers.IntegerField()
    prices = serializers.SerializerMethodField(help_text="Fen by body size; null where it is not made.")
    price = serializers.SerializerMethodField(help_text="Fen, on the car that `fits` names; otherwise the lowest.")

    @extend_schema_field(
        {
            "type": "object",
            "properties": {size: {"type": "integer", "nullable": True} for size in SizeClass.values},
            "required": list(SizeClass.values),
        }
    )
    def get_prices(self, cover: Cover) -> dict[str, int | None]:
        return {size: cover.price_for(size) for size in SizeClass.values}

    def get_price(self, cover: Cover) -> int | None:
        car_model: CarModel | None = self.context.get("car_model")
        return cover.price_for(car_model.size_class) if car_model else cover.price


class PlanItemOut(serializers.Serializer[Any]):
    name_en = serializers.CharField()
    name_zh = serializers.CharField()
    every = serializers.IntegerField(help_text="Done at every n-th visit.")


class MaintenancePlanOut(ProductOut):
    price = serializers.IntegerField(help_text="fen")
    visits = serializers.IntegerField()
    months = serializers.IntegerField()
    kilometres = serializers.IntegerField(allow_null=True)
    energies = serializers.ListField(child=serializers.ChoiceField(choices=CarModel.Energy.choices))
    items = PlanItemOut(many=True)


class AccessoryOut(ProductOut):
    price = serializers.IntegerField(help_text="fen")
    category = serializers.ChoiceField(choices=Accessory.Category.choices)
    fits_all = serializers.BooleanField()
    needs_fitting = serializers.BooleanField()
    fitting_price = serializers.IntegerField(help_text="fen")
    fitting_minutes = serializers.IntegerField()
    max_quantity = serializers.IntegerField()
    available = serializers.IntegerField()


class ChargerOut(ProductOut):
    price = serializers.IntegerField(help_text="fen")
    power_kw = serializers.DecimalField(max_digits=5, decimal_places=1)
    phases = serializers.IntegerField()
    cable_m = serializers.IntegerField()
    price_per_extra_metre = serializers.IntegerField(help_text="fen")
    installation_included = serializers.BooleanField()
    fitting_minutes = serializers.IntegerField()
    energies = serializers.ListField(child=serializers.ChoiceField(choices=CarModel.Energy.choices))
    available = serializers.IntegerField()


class ProductViewSet(IdempotentMixin, ListModelMixin, RetrieveModelMixin, GenericViewSet[Any]):
    """What all four share: reading, by article number, fitting a car."""

    lookup_field = "sku"
    lookup_value_regex = "[A-Z0-9-]+"
    ordering = ("position", "sku")
    products: Any

    def get_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.products().on_sale()
        if getattr(self, "swagger_fake_view", False):
            return rows
        car_model, energy = self._car()
        fitting: QuerySet[Any] = rows.fitting(car_model, energy)  # type: ignore[attr-defined]
        return fitting

    def get_serializer_context(self) -> dict[str, Any]:
        fake = getattr(self, "swagger_fake_view", False)
        return {**super().get_serializer_context(), "car_model": None if fake else self._car()[0]}

    def _car(self) -> tuple[CarModel | None, str | None]:
        """Read once for each request."""
        if not hasattr(self, "_found_car"):
            self._found_car = car_and_energy(self.request)
        return self._found_car


_DOCUMENTED = {"list": extend_schema(parameters=[FITS]), "retrieve": extend_schema(parameters=[FITS])}


@extend_schema_view(**_DOCUMENTED)
class CoverViewSet(ProductViewSet):
    """Films for the paint."""

    queryset = Cover.objects.none()
    serializer_class = CoverOut
    products = staticmethod(lambda: Cover.objects.with_prices())


@extend_schema_view(**_DOCUMENTED)
class MaintenancePlanViewSet(ProductViewSet):
    """Visits at a fixed price."""

    queryset = MaintenancePlan.objects.none()
    serializer_class = MaintenancePlanOut
    products = staticmethod(lambda: MaintenancePlan.objects.with_items())


@extend_schema_view(
    list=extend_schema(
        parameters=[
            FITS,
            OpenApiParameter("q", str, description="Words in name, summary or number."),
            OpenApiParameter("category", str, enum=list(Accessory.Category.values)),
        ]
    ),
    retrieve=extend_schema(parameters=[FITS]),
)
class AccessoryViewSet(ProductViewSet):
    """Parts, with the labour where a store fits them."""

    queryset = Accessory.objects.none()
    serializer_class = AccessoryOut
    products = staticmethod(lambda: Accessory.objects.with_available())

    def get_queryset(self) -> QuerySet[Any]:
        rows: Any = super().get_queryset()
        if getattr(self, "swagger_fake_view", False) or self.action != "list":
            return rows  # type: ignore[no-any-return]
        params = self.request.query_params
        found: QuerySet[Any] = rows.matching(_printable(params.get("q", ""))).in_category(
            _printable(params.get("category", ""))
        )
        return found


def _printable(text: str) -> str:
    """Without what PostgreSQL cannot store, at most 100 characters."""
    return text.replace("\x00", "")[:100]


@extend_schema_view(**_DOCUMENTED)
class ChargerViewSet(ProductViewSet):
    """Charging piles for home."""

    queryset = Charger.objects.none()
    serializer_class = ChargerOut
    products = staticmethod(lambda: Charger.objects.with_available())
