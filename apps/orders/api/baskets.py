"""Baskets for programs: reached by their unguessable id, or by their owner."""

from typing import Any

from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from apps.accounts.requests import user_or_none
from apps.common.api.idempotency import IdempotentMixin
from apps.common.errors import InvalidInput
from apps.common.money import CURRENCY
from apps.configurator.api import RentalTermsOutput
from apps.orders import services
from apps.orders.models import Basket, LineKind
from apps.orders.models.kinds import BUYABLE_CHOICES
from apps.orders.region import answer
from apps.orders.services import PricedBasket, PricedLine
from apps.orders.services.allotments import months_of
from apps.orders.services.placing import city_named, region_case

_BASKET = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH)
_CODE = OpenApiParameter("code", OpenApiTypes.STR, OpenApiParameter.PATH)
_CITY = OpenApiParameter("city", OpenApiTypes.STR, OpenApiParameter.QUERY, required=True, description="slug or name")
_INVOICE = OpenApiParameter("invoice", OpenApiTypes.STR, OpenApiParameter.QUERY, enum=["personal", "company"])
_ANSWERS = OpenApiParameter("answer", OpenApiTypes.STR, OpenApiParameter.QUERY, many=True)
_LINE = OpenApiParameter("line_id", OpenApiTypes.INT64, OpenApiParameter.PATH)


class UnknownCity(InvalidInput):
    code = "unknown_city"
    message = gettext_lazy("There is no such city, or no car in the basket.")


class LineInput(serializers.Serializer[Any]):
    """A car by the code of its build; anything else by its SKU."""

    kind = serializers.ChoiceField(choices=BUYABLE_CHOICES)
    build = serializers.CharField(required=False, max_length=20, help_text="of a car")
    sku = serializers.CharField(required=False, max_length=60, help_text="of everything else")
    quantity = serializers.IntegerField(required=False, min_value=1, max_value=99, default=1)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        wanted = "build" if attrs["kind"] == LineKind.CAR else "sku"
        if not attrs.get(wanted):
            raise serializers.ValidationError({wanted: "This field is required."}, code="required")
        return attrs


class QuantityInput(serializers.Serializer[Any]):
    quantity = serializers.IntegerField(min_value=1, max_value=99)


class BasketLineOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=BUYABLE_CHOICES)
    build = serializers.CharField(allow_null=True)
    sku = serializers.CharField(allow_null=True)
    name_en = serializers.CharField()
    name_zh = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = serializers.IntegerField()
    fitting_price = serializers.IntegerField()
    discount = serializers.IntegerField(help_text="what the line bears of the campaigns")
    total = serializers.IntegerField()
    currency = serializers.CharField()
    monthly = serializers.IntegerField(allow_null=True)
    terms = RentalTermsOutput(allow_null=True)
    problem = serializers.CharField(help_text="why it cannot be bought as it stands; empty when it can")


class SavingOutput(serializers.Serializer[Any]):
    """What a campaign takes off; ``amount`` is negative."""

    campaign = serializers.CharField()
    name_en = serializers.CharField()
    name_zh = serializers.CharField()
    base = serializers.IntegerField()
    amount = serializers.IntegerField()


class CodeOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    saved = serializers.IntegerField()
    why = serializers.CharField(help_text="why it takes nothing off; empty when it does", allow_blank=True)


class CodeInput(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=40)


class MonthOutput(serializers.Serializer[Any]):
    month = serializers.CharField(help_text="YYYY-MM")
    free = serializers.IntegerField(help_text="cars like this that are left of it")


class SubsidyOutput(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name_en = serializers.CharField()
    name_zh = serializers.CharField()
    eligible = serializers.BooleanField()
    amount = serializers.IntegerField()
    why = serializers.CharField(allow_blank=True)
    source_en = serializers.CharField()
    source_zh = serializers.CharField()
    paid_en = serializers.CharField()
    paid_zh = serializers.CharField()


class CompanyOutput(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name_en = serializers.CharField()
    name_zh = serializers.CharField()
    city = serializers.CharField()
    tax_number = serializers.CharField()


class RegionOutput(serializers.Serializer[Any]):
    """Who invoices and which subsidies there are, as an order would store it."""

    as_of = serializers.DateField()
    day = serializers.DateField()
    city = serializers.CharField()
    province = serializers.CharField()
    company = CompanyOutput()
    questions = serializers.ListField(child=serializers.CharField(), help_text="statements the buyer may affirm")
    answers = serializers.ListField(child=serializers.CharField())
    subsidies = SubsidyOutput(many=True)
    total = serializers.IntegerField()


class BasketOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    lines = BasketLineOutput(many=True)
    gross = serializers.IntegerField(help_text="before campaigns")
    savings = SavingOutput(many=True)
    codes = CodeOutput(many=True)
    total = serializers.IntegerField()
    monthly = serializers.IntegerField(allow_null=True)
    deposit = serializers.IntegerField(help_text="due at once under the deposit plan")
    currency = serializers.CharField()
    can_order = serializers.BooleanField()


def line_body(line: PricedLine) -> dict[str, Any]:
    is_car = line.kind == LineKind.CAR
    return {
        "id": line.id,
        "kind": line.kind,
        "build": line.code if is_car else None,
        "sku": None if is_car else line.code,
        "name_en": line.name_en,
        "name_zh": line.name_zh,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "fitting_price": line.fitting_price,
        "discount": line.discount,
        "total": line.total,
        "currency": CURRENCY,
        "monthly": line.monthly,
        "terms": line.terms.as_json() if line.terms else None,
        "problem": line.problem,
    }


def basket_body(priced: PricedBasket) -> dict[str, Any]:
    return {
        "id": str(priced.id),
        "lines": [line_body(line) for line in priced.lines],
        "gross": priced.gross,
        "savings": savings_body(priced.trace),
        "codes": [{"code": one.code, "saved": one.saved, "why": one.why} for one in priced.code_states],
        "total": priced.total,
        "monthly": priced.monthly,
        "deposit": priced.deposit,
        "currency": CURRENCY,
        "can_order": priced.can_order,
    }


def savings_body(trace: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The campaigns of a trace."""
    return [
        {
            "campaign": step["rule"].removeprefix("promotion:"),
            "name_en": step["label_en"],
            "name_zh": step["label_zh"],
            "base": step["base"],
            "amount": step["amount"],
        }
        for step in trace
        if step["rule"].startswith("promotion:")
    ]


class BasketViewSet(IdempotentMixin, GenericViewSet[Basket]):
    """A basket holds at most one car, and what fits it. Prices are those of the moment."""

    serializer_class = BasketOutput
    queryset = Basket.objects.none()
    lookup_value_regex = "[0-9a-f-]{36}"

    @extend_schema(request=None, responses={201: BasketOutput})
    def create(self, request: Request) -> Response:
        """A guest's new basket; a person with a token gets the one they are filling."""
        basket = services.create_basket(user=user_or_none(request))
        return Response(basket_body(services.price_basket(basket)), status=status.HTTP_201_CREATED)

    @extend_schema(parameters=[_BASKET], responses=BasketOutput)
    def retrieve(self, request: Request, pk: Any) -> Response:
        return Response(basket_body(services.price_basket(self._basket(request, pk))))

    @extend_schema(parameters=[_BASKET], request=LineInput, responses={201: BasketLineOutput})
    @action(detail=True, methods=["post"], url_path="lines")
    def lines(self, request: Request, pk: Any) -> Response:
        """More of the same adds up. What does not fit the basket's car is refused with the reason (409)."""
        data = LineInput(data=request.data)
        data.is_valid(raise_exception=True)
        basket = self._basket(request, pk)
        line = services.add_line(basket=basket, **data.validated_data)
        return Response(self._line(basket, line.pk), status=status.HTTP_201_CREATED)

    @extend_schema(parameters=[_BASKET, _LINE], request=QuantityInput, responses=BasketLineOutput, methods=["PATCH"])
    @extend_schema(parameters=[_BASKET, _LINE], responses={204: None}, methods=["DELETE"])
    @extend_schema(parameters=[_BASKET, _LINE], responses=BasketLineOutput, methods=["GET"])
    @action(detail=True, methods=["get", "patch", "delete"], url_path=r"lines/(?P<line_id>[0-9]{1,18})")
    def line(self, request: Request, pk: Any, line_id: str) -> Response:
        basket = self._basket(request, pk)
        if request.method == "DELETE":
            services.remove_line(basket=basket, line_id=int(line_id))
            return Response(status=status.HTTP_204_NO_CONTENT)
        if request.method == "PATCH":
            data = QuantityInput(data=request.data)
            data.is_valid(raise_exception=True)
            services.change_quantity(basket=basket, line_id=int(line_id), **data.validated_data)
        return Response(self._line(basket, int(line_id)))

    @extend_schema(parameters=[_BASKET], request=CodeInput, responses={201: BasketOutput})
    @action(detail=True, methods=["post"], url_path="codes")
    def codes(self, request: Request, pk: Any) -> Response:
        """Enter a code; the answer says what it takes off, or why nothing."""
        data = CodeInput(data=request.data)
        data.is_valid(raise_exception=True)
        basket = self._basket(request, pk)
        services.enter_code(basket=basket, **data.validated_data)
        return Response(basket_body(services.price_basket(basket)), status=status.HTTP_201_CREATED)

    @extend_schema(parameters=[_BASKET, _CODE], responses={204: None})
    @action(detail=True, methods=["delete"], url_path=r"codes/(?P<code>[A-Za-z0-9-]{1,40})")
    def code(self, request: Request, pk: Any, code: str) -> Response:
        services.drop_code(basket=self._basket(request, pk), code=code)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(parameters=[_BASKET], responses=MonthOutput(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def months(self, request: Request, pk: Any) -> Response:
        """In which months the basket's car can be built."""
        priced = services.price_basket(self._basket(request, pk))
        if priced.car is None or priced.car_model is None:
            return Response([])
        options = {str(option["code"]) for option in priced.car.details.get("options", ())}
        found = months_of(priced.car_model.slug, options)
        return Response([{"month": one.key, "free": max(0, one.free)} for one in found])

    @extend_schema(parameters=[_BASKET, _CITY, _INVOICE, _ANSWERS], responses=RegionOutput)
    @action(detail=True, methods=["get"], pagination_class=None)
    def region(self, request: Request, pk: Any) -> Response:
        """What the city decides, before any money: who invoices, which subsidies the buyer can have. 422 without a car."""
        city = city_named(request.query_params.get("city", ""))
        priced = services.price_basket(self._basket(request, pk), city=city.slug if city else "")
        invoice = request.query_params.get("invoice", "personal")
        case = region_case(priced, city, invoice, request.query_params.getlist("answer")) if city else None
        if case is None:
            raise UnknownCity(field="city")
        found = answer(case)
        return Response(found.as_json(case) | {"questions": [one.field for one in found.questions]})

    def _basket(self, request: Request, pk: Any) -> Basket:
        return services.open_basket(basket_id=str(pk), user=user_or_none(request))

    def _line(self, basket: Basket, pk: int) -> dict[str, Any]:
        from apps.orders.errors import LineNotFound

        priced = services.price_basket(basket)
        found = next((line for line in priced.lines if line.id == pk), None)
        if found is None:
            raise LineNotFound
        return line_body(found)
