"""The configurator and saved builds for programs. Amounts are in fen."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from apps.catalog.models import CarModel
from apps.common.api.idempotency import IdempotentMixin
from apps.common.money import CURRENCY
from apps.configurator.documents import Document
from apps.configurator.engine.answer import Answer
from apps.configurator.engine.model import Model
from apps.configurator.errors import UnknownOption
from apps.configurator.models import Build
from apps.configurator.pricing import price
from apps.configurator.selection import known, settle
from apps.configurator.services import Explanation, OpenSession, explain, open_session, quote_build

MANY = 1000


class RentalTermsOutput(serializers.Serializer[Any]):
    monthly_price = serializers.IntegerField()
    mileage_cap = serializers.IntegerField(help_text="kilometres a year")
    overage_price = serializers.IntegerField(help_text="a kilometre")
    minimum_term = serializers.IntegerField(help_text="months")
    buyout_price = serializers.IntegerField()
    instead_of = serializers.CharField(help_text="the option that buys the same battery")


class OptionOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    name_en = serializers.CharField()
    name_zh = serializers.CharField()
    description_en = serializers.CharField()
    description_zh = serializers.CharField()
    price = serializers.IntegerField()
    standard = serializers.BooleanField()
    colour = serializers.CharField()
    rental = RentalTermsOutput(allow_null=True)


class GroupOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    name_en = serializers.CharField()
    name_zh = serializers.CharField()
    pick = serializers.ChoiceField(choices=["one", "any"])
    options = OptionOutput(many=True)


class ConfiguratorOutput(serializers.Serializer[Any]):
    model = serializers.CharField()
    version = serializers.IntegerField()
    sha256 = serializers.CharField()
    base_price = serializers.IntegerField()
    currency = serializers.CharField()
    markets = serializers.ListField(child=serializers.CharField())
    groups = GroupOutput(many=True)


class ConfigureInput(serializers.Serializer[Any]):
    choices = serializers.ListField(child=serializers.CharField(max_length=41), max_length=MANY)
    budget = serializers.IntegerField(required=False, allow_null=True, min_value=0)
    explain = serializers.CharField(required=False, allow_null=True, max_length=41)
    market = serializers.CharField(required=False, max_length=12)


class OptionStateOutput(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=["chosen", "forced", "available", "blocked"])
    from_total = serializers.IntegerField(allow_null=True)


class ReasonOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    reason_en = serializers.CharField()
    reason_zh = serializers.CharField()


class ConflictOutput(serializers.Serializer[Any]):
    choices = serializers.ListField(child=serializers.CharField())
    rules = serializers.ListField(child=serializers.CharField())
    reasons = ReasonOutput(many=True)


class RepairOutput(serializers.Serializer[Any]):
    remove = serializers.ListField(child=serializers.CharField())
    add = serializers.ListField(child=serializers.CharField())
    total = serializers.IntegerField()
    delta = serializers.IntegerField(allow_null=True)


class ConfigureOutput(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    market = serializers.CharField()
    valid = serializers.BooleanField()
    total = serializers.IntegerField(
        allow_null=True, help_text="of this car where every group is decided, otherwise the least possible"
    )
    monthly = serializers.IntegerField(allow_null=True)
    terms = RentalTermsOutput(allow_null=True)
    currency = serializers.CharField()
    buildable = serializers.CharField(
        allow_null=True, help_text="how many cars are left, as a decimal number; null where they are not counted"
    )
    undecided = serializers.ListField(child=serializers.CharField())
    options = serializers.DictField(child=OptionStateOutput())
    conflict = ConflictOutput(required=False, allow_null=True)
    repair = RepairOutput(required=False, allow_null=True)
    late = serializers.BooleanField(
        required=False, help_text="the search for conflict and repair was given up: what is empty of them is not known"
    )


class BuildInput(serializers.Serializer[Any]):
    model = serializers.CharField(max_length=60)
    choices = serializers.ListField(child=serializers.CharField(max_length=41), max_length=MANY)
    market = serializers.CharField(required=False, max_length=12)


class LineOutput(serializers.Serializer[Any]):
    group_code = serializers.CharField()
    code = serializers.CharField()
    name_en = serializers.CharField()
    name_zh = serializers.CharField()
    price = serializers.IntegerField()
    monthly = serializers.IntegerField(allow_null=True)


class PriceStepOutput(serializers.Serializer[Any]):
    label_en = serializers.CharField()
    label_zh = serializers.CharField()
    amount = serializers.IntegerField()


class ChangeOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    kind = serializers.CharField(help_text="new, gone or repriced")
    name_en = serializers.CharField()
    name_zh = serializers.CharField()
    before = serializers.IntegerField(allow_null=True)
    after = serializers.IntegerField(allow_null=True)


class CurrentOfferOutput(serializers.Serializer[Any]):
    version = serializers.IntegerField(source="version_number")
    valid = serializers.BooleanField()
    problem = serializers.CharField()
    changed = serializers.BooleanField()
    total = serializers.IntegerField()
    monthly = serializers.IntegerField(allow_null=True)
    terms = RentalTermsOutput(allow_null=True)
    changes = ChangeOutput(many=True)


class BuildOutput(serializers.Serializer[Any]):
    """The car as it was saved; ``current`` is the same car on the version that is on sale now."""

    code = serializers.CharField()
    model = serializers.CharField(source="car_model.slug")
    version = serializers.IntegerField(source="version.number")
    market = serializers.CharField()
    choices = serializers.ListField(child=serializers.CharField())
    total = serializers.IntegerField()
    monthly = serializers.IntegerField(allow_null=True)
    currency = serializers.SerializerMethodField()
    lines = LineOutput(many=True)
    price_trace = PriceStepOutput(many=True)
    terms = RentalTermsOutput(allow_null=True)
    created_at = serializers.DateTimeField()
    current = serializers.SerializerMethodField()

    def get_currency(self, build: Build) -> str:
        return CURRENCY

    @extend_schema_field(CurrentOfferOutput)
    def get_current(self, build: Build) -> Any:
        return CurrentOfferOutput(quote_build(build)).data


class ConfiguratorViewSet(IdempotentMixin, GenericViewSet[CarModel]):
    """What can be chosen for a car, and what a set of choices leads to."""

    queryset = CarModel.objects.none()
    lookup_field = "slug"
    serializer_class = ConfiguratorOutput
    pagination_class = None
    filter_backends = ()
    between_transactions = ("configure",)  # computes, and writes nothing

    @extend_schema(responses=ConfiguratorOutput, operation_id="models_configurator_retrieve")
    @action(detail=True, methods=["get"])
    def configurator(self, request: Request, slug: str) -> Response:
        """Groups and options of the version that is on sale."""
        session = open_session(slug)
        document = session.document
        body = {
            "model": slug,
            "version": session.version_number,
            "sha256": document.sha256,
            "base_price": document.base_price,
            "currency": CURRENCY,
            "markets": document.markets,
            "groups": document.groups,
        }
        return Response(ConfiguratorOutput(body).data)

    @extend_schema(request=ConfigureInput, responses=ConfigureOutput, operation_id="models_configure_create")
    @action(detail=True, methods=["post"])
    def configure(self, request: Request, slug: str) -> Response:
        """Every option's state and least total after these choices. Contradicting choices answer 200 too."""
        data = ConfigureInput(data=request.data)
        data.is_valid(raise_exception=True)
        wanted = data.validated_data
        session = open_session(slug, wanted.get("market", ""))
        body = _configured(session, wanted)
        return Response({name: value for name, value in ConfigureOutput(body).data.items() if name in body})


def _configured(session: OpenSession, wanted: dict[str, Any]) -> dict[str, Any]:
    model, document = session.machine.model, session.document
    choices = _existing(model, wanted["choices"])
    answer = session.answer(choices)
    settled = settle(model, session.machine.context, choices, answer) if answer.valid else None
    picked = settled.picked if settled else frozenset(choices) & document.options.keys()
    cost = price(document, frozenset(picked), session.day)
    total = None if answer.minimum is None else document.base_price + answer.minimum
    if settled and settled.complete:
        total = cost.total
    body = {
        "version": session.version_number,
        "market": session.market,
        "valid": answer.valid,
        "total": total if answer.valid else None,
        "monthly": cost.monthly,
        "terms": cost.terms,
        "currency": CURRENCY,
        "buildable": None if answer.count is None else str(answer.count),
        "undecided": settled.undecided if settled else answer.undecided,
        "options": _states(document, choices, answer, wanted.get("budget")),
    }
    asked = wanted.get("explain")
    if asked or not answer.valid:
        if asked:
            _existing(model, [asked])
        found = explain(session, choices, asked or None)
        body |= _explanation(found, total if answer.valid else None)
    return body


def _existing(model: Model, choices: list[str]) -> tuple[str, ...]:
    good, unknown = known(model, choices)
    if unknown:
        raise UnknownOption(field="choices", extra={"option": unknown[0]})
    return good


def _states(document: Document, choices: tuple[str, ...], answer: Answer, budget: int | None) -> dict[str, Any]:
    states = {}
    for code in document.options:
        least = answer.from_total.get(code)
        total = None if least is None else least + document.base_price
        if budget is not None and total is not None and total > budget:
            total = None
        if code in choices:
            state = "chosen"
        elif code in answer.forced:
            state = "forced"
        else:
            state = "blocked" if total is None else "available"
        states[code] = {"state": state, "from_total": total}
    return states


def _explanation(found: Explanation | None, total: int | None) -> dict[str, Any]:
    if found is None:
        return {"conflict": None, "repair": None, "late": False}
    repair = {
        "remove": found.remove,
        "add": found.add,
        "total": found.total,
        "delta": None if total is None or found.total is None else found.total - total,
    }
    return {
        "conflict": {"choices": found.choices, "rules": [rule.code for rule in found.rules], "reasons": found.rules},
        "repair": repair if found.possible else None,
        "late": found.late,
    }
