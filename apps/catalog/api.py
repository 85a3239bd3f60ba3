"""Brands and cars for programs. Reading needs no login."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from apps.catalog.filters import BODIES, ENERGIES, SORTS, parse_filters
from apps.catalog.models import Brand, CarModel, SpecSheet, Trim
from apps.catalog.specs import ORDER, definition
from apps.common.api.pagination import Pages
from apps.common.errors import FieldErrors
from apps.common.money import CURRENCY


class BrandSerializer(serializers.ModelSerializer[Brand]):
    """A make; ``cars`` is how many of its models are on sale."""

    cars = serializers.IntegerField(source="car_count", read_only=True)

    class Meta:
        model = Brand
        fields = ["slug", "name_en", "name_zh", "maker_en", "maker_zh", "about_en", "about_zh", "relation", "cars"]
        read_only_fields = fields


class BrandNameSerializer(serializers.ModelSerializer[Brand]):
    class Meta:
        model = Brand
        fields = ["slug", "name_en", "name_zh"]
        read_only_fields = fields


class CarModelSerializer(serializers.ModelSerializer[CarModel]):
    """A car of the list. ``from_price`` is in fen, lengths are in millimetres and null where not published."""

    brand = BrandNameSerializer(read_only=True)
    from_price = serializers.IntegerField(allow_null=True, read_only=True, help_text="fen, with battery")
    currency = serializers.SerializerMethodField()
    range_km = serializers.IntegerField(source="range_max", allow_null=True, read_only=True)
    range_cycle = serializers.CharField(allow_null=True, read_only=True)
    energies = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="As energy, of all versions."
    )
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = CarModel
        fields = [
            "slug", "brand", "name_en", "name_zh", "tagline_en", "tagline_zh", "body", "energy", "energies", "seats",
            "size_class", "length", "width", "height", "wheelbase", "exclusive", "configurable", "on_sale",
            "from_price", "currency", "range_km", "range_cycle", "url",
        ]  # fmt: skip
        read_only_fields = fields

    def get_currency(self, car_model: CarModel) -> str:
        return CURRENCY


class SpecSerializer(serializers.Serializer[Any]):
    """One value: ``number`` in ``unit``, or a text in both languages; ``cycle`` where it was measured by one."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the name of an option of every field, too
    group = serializers.CharField()
    number = serializers.DecimalField(max_digits=12, decimal_places=3, allow_null=True)
    text_en = serializers.CharField(allow_blank=True)
    text_zh = serializers.CharField(allow_blank=True)
    unit = serializers.CharField(allow_blank=True)
    cycle = serializers.CharField(allow_blank=True)


class TrimSerializer(serializers.ModelSerializer[Trim]):
    """A version that can be bought. The price without battery is told by the configurator, with all its terms."""

    currency = serializers.SerializerMethodField()
    spec_version = serializers.SerializerMethodField()
    specs = serializers.SerializerMethodField()

    class Meta:
        model = Trim
        fields = ["code", "name_en", "name_zh", "energy", "price", "currency", "on_sale", "spec_version", "specs"]
        read_only_fields = fields

    def get_currency(self, trim: Trim) -> str:
        return CURRENCY

    def get_spec_version(self, trim: Trim) -> int | None:
        sheet = self._sheet(trim)
        return sheet.version if sheet else None

    @extend_schema_field(SpecSerializer(many=True))
    def get_specs(self, trim: Trim) -> Any:
        sheet = self._sheet(trim)
        values = sorted(sheet.values.all(), key=lambda v: (ORDER.get(v.key, 999), v.cycle)) if sheet else []
        return SpecSerializer(
            [
                {
                    "key": value.key,
                    "label": str(definition(value.key).label),
                    "group": definition(value.key).group,
                    "number": value.number,
                    "text_en": value.text_en,
                    "text_zh": value.text_zh,
                    "unit": value.unit,
                    "cycle": value.cycle,
                }
                for value in values
            ],
            many=True,
        ).data

    @staticmethod
    def _sheet(trim: Trim) -> SpecSheet | None:
        return next(iter(getattr(trim, "current_sheets", [])), None)


class CarModelDetailSerializer(CarModelSerializer):
    trims = TrimSerializer(source="offers", many=True, read_only=True)

    class Meta(CarModelSerializer.Meta):
        fields = [*CarModelSerializer.Meta.fields, "trims"]
        read_only_fields = fields


class BrandPages(Pages):
    ordering = ("position", "pk")


class CarPages(Pages):
    ordering = ("-exclusive", "position", "pk")

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        """The page's orders; a cursor needs a column for each part, so a range that is unknown counts as 0."""
        return {
            "price": ("from_price", "pk"),
            "-price": ("-from_price", "pk"),
            "-range": ("-range_or_zero", "pk"),
        }.get(view.filters.sort, self.ordering)


class BrandViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Brand]):
    """The brands, those without a car on sale included: we look after them."""

    queryset = Brand.objects.with_car_count()
    serializer_class = BrandSerializer
    permission_classes = [AllowAny]
    pagination_class = BrandPages
    lookup_field = "slug"


def _several(name: str, values: tuple[str, ...] | None, text: str) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, many=True, explode=True, enum=values, description=text)


_FILTERS = [
    OpenApiParameter("q", OpenApiTypes.STR, description="Words: Latin, Chinese or pinyin; all must be found."),
    _several("brand", None, "Slugs of brands; any of them."),
    _several("body", BODIES, "Any of them."),
    _several("energy", ENERGIES, "Any of them."),
    OpenApiParameter("seats", OpenApiTypes.INT, many=True, explode=True, description="Any of them."),
    OpenApiParameter("price_min", OpenApiTypes.INT, description="Whole yuan, as on the page."),
    OpenApiParameter("price_max", OpenApiTypes.INT, description="Whole yuan, as on the page."),
    OpenApiParameter("range_min", OpenApiTypes.INT, description="Electric range in km."),
    OpenApiParameter("sort", OpenApiTypes.STR, enum=[sort for sort in SORTS if sort]),
]


@extend_schema_view(list=extend_schema(parameters=_FILTERS))
class CarModelViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[CarModel]):
    """Cars on sale, with the filters of the page; one car with its versions and specs."""

    queryset = CarModel.objects.all()
    permission_classes = [AllowAny]
    pagination_class = CarPages
    lookup_field = "slug"

    def get_serializer_class(self) -> type[CarModelSerializer]:
        return CarModelDetailSerializer if self.action == "retrieve" else CarModelSerializer

    def get_queryset(self) -> QuerySet[CarModel]:
        if self.action == "retrieve":
            return CarModel.objects.with_from_price().with_offers().select_related("brand")
        return CarModel.objects.answering(self.filters).with_from_price(self.filters).select_related("brand")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Read the filters once. A program is told what a person is forgiven.

        Raises:
            FieldErrors: a parameter that could not be understood.
        """
        super().initial(request, *args, **kwargs)
        if self.action != "list":
            return
        parsed = parse_filters(request.query_params, brands=set(Brand.objects.values_list("slug", flat=True)))
        if parsed.ignored:
            raise FieldErrors([(name, "invalid", _("This value is not known here.")) for name in parsed.ignored])
        self.filters = parsed.filters
