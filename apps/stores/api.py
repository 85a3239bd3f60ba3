"""Stores, free times and appointments over HTTP."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from apps.accounts.models import User
from apps.common.api.idempotency import IdempotentMixin
from apps.common.api.pagination import Pages
from apps.common.errors import InvalidInput
from apps.stores import opening, services
from apps.stores.api_pages import NearPages
from apps.stores.errors import BadPlace
from apps.stores.hours import DAYS
from apps.stores.kinds import Kind, Service
from apps.stores.models import Appointment, City, Store
from apps.stores.querysets import StoreQuerySet
from apps.stores.search import Place, Search

MOST_RADIUS_KM = 5_000.0


class StoreOut(serializers.ModelSerializer[Store]):
    """One of a list. ``distance_m`` is along the earth's surface, in metres, and only there when ``near`` was given."""

    name = serializers.CharField(read_only=True)
    city = serializers.CharField(source="city.name", read_only=True)
    address = serializers.CharField(read_only=True)
    distance_m = serializers.SerializerMethodField()
    services = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Store
        fields = [
            "code", "kind", "name", "name_en", "name_zh", "city", "province", "address", "phone", "latitude",
            "longitude", "services", "confirms_at_once", "distance_m",
        ]  # fmt: skip

    def get_distance_m(self, store: Store) -> float | None:
        metres = getattr(store, "distance_m", None)
        return None if metres is None else round(metres, 1)


class OpeningOut(serializers.Serializer[Any]):
    weekday = serializers.ChoiceField(choices=DAYS)
    opens = serializers.CharField(help_text="HH:MM")
    closes = serializers.CharField(help_text="HH:MM; earlier than opens: on the next day")


class StoreDetailOut(StoreOut):
    time_zone = serializers.CharField(read_only=True)
    hours = serializers.SerializerMethodField()
    open_now = serializers.SerializerMethodField()

    class Meta(StoreOut.Meta):
        fields = [*StoreOut.Meta.fields, "time_zone", "hours", "open_now"]

    @extend_schema_field(OpeningOut(many=True))
    def get_hours(self, store: Store) -> list[dict[str, str]]:
        return [
            {"weekday": DAYS[day.weekday], "opens": opens, "closes": closes}
            for day in opening.week(store, timezone.now())
            for opens, closes in day.times
        ]

    def get_open_now(self, store: Store) -> bool:
        return opening.state(store, timezone.now()).is_open


class SlotOut(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class SlotsOut(serializers.Serializer[Any]):
    service = serializers.CharField()
    date = serializers.DateField()
    results = SlotOut(many=True)


class ContactIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    phone = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)
    email = serializers.EmailField(required=False, default="", allow_blank=True)


class AppointmentIn(serializers.Serializer[Any]):
    store = serializers.CharField(max_length=12, help_text="A store's code.")
    service = serializers.ChoiceField(choices=Service.choices)
    starts_at = serializers.DateTimeField()
    contact = ContactIn()
    note = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class MoveIn(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField()


class AppointmentOut(serializers.ModelSerializer[Appointment]):
    """``id`` is unguessable: a guest keeps it to see, move and cancel the appointment."""

    store = serializers.CharField(source="store.code", read_only=True)
    starts_at = serializers.DateTimeField(read_only=True)
    ends_at = serializers.DateTimeField(read_only=True)
    contact = serializers.SerializerMethodField()
    replaces = serializers.UUIDField(source="replaces_id", read_only=True, allow_null=True)

    class Meta:
        model = Appointment
        fields = [
            "id", "store", "service", "status", "starts_at", "ends_at", "reference", "contact", "note", "answer_by",
            "replaces", "created_at",
        ]  # fmt: skip

    @extend_schema_field(ContactIn)
    def get_contact(self, mine: Appointment) -> dict[str, str]:
        return {"name": mine.name, "phone": mine.phone, "email": mine.email}


class BadFilter(InvalidInput):
    code = "bad_filter"


def _number(request: Request, name: str, most: float) -> float | None:
    given = request.query_params.get(name, "")
    if not given:
        return None
    try:
        number = float(given)
    except ValueError:
        number = -1.0
    if not 0 < number <= most:
        raise BadFilter(field=name)
    return number


def _choice(request: Request, name: str, known: list[str]) -> str:
    given = request.query_params.get(name, "")
    if given and given not in known:
        raise BadFilter(field=name)
    return given


def _found(request: Request) -> StoreQuerySet:
    """The stores that a call's parameters ask for."""
    given = request.query_params
    place = Place.parse(given["near"]) if given.get("near") else None
    radius = _number(request, "radius_km", MOST_RADIUS_KM)
    if radius is not None and place is None:
        raise BadPlace(field="near")
    is_open = given.get("open_now", "").lower() in ("1", "true", "yes", "on")
    question = Search(
        kind=_choice(request, "kind", Kind.values),
        service=_choice(request, "service", Service.values),
        open_at=timezone.now() if is_open else None,
        place=place,
    )
    stores = question.found()
    if radius is not None and place is not None:
        stores = stores.within(place.latitude, place.longitude, radius * 1000)
    if given.get("city"):
        cities = City.objects.filter(slug=given["city"]) | City.objects.matching(given["city"])
        stores = stores.filter(city__in=list(cities.order_by().values_list("pk", flat=True)))
    return stores


class StoreViewSet(RetrieveModelMixin, GenericViewSet[Store]):
    """The network: no sign-in is needed."""

    queryset = Store.objects.none()
    serializer_class = StoreOut
    lookup_field = "code"

    def get_queryset(self) -> StoreQuerySet:
        return Store.objects.active().select_related("city").prefetch_related("closures")

    @extend_schema(
        parameters=[
            OpenApiParameter("near", str, description="latitude,longitude: sorts by distance"),
            OpenApiParameter("radius_km", float, description="with near: no farther than that"),
            OpenApiParameter("kind", str, enum=Kind.values),
            OpenApiParameter("service", str, enum=Service.values),
            OpenApiParameter("city", str, description="A city's name, in English, Chinese or pinyin"),
            OpenApiParameter("open_now", bool),
            OpenApiParameter("cursor", str),
            OpenApiParameter("page_size", int),
        ],
        responses=StoreOut(many=True),
    )
    def list(self, request: Request) -> Response:
        """Stores, the nearest first with ``near``, otherwise by code."""
        near = request.query_params.get("near")
        pages: Any = NearPages(Place.parse(near)) if near else _ByCode()
        rows = pages.paginate_queryset(_found(request), request, view=self)
        answer: Response = pages.get_paginated_response(StoreOut(rows, many=True).data)
        return answer

    @extend_schema(responses=StoreDetailOut)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One store with its opening hours."""
        return Response(StoreDetailOut(self.get_object()).data)

    @extend_schema(
        parameters=[
            OpenApiParameter("service", str, required=True, enum=Service.values),
            OpenApiParameter("date", OpenApiTypes.DATE, required=True, description="A day by the store's clock"),
        ],
        responses=SlotsOut,
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def slots(self, request: Request, code: str) -> Response:
        """The free times of a day."""
        try:
            day = date.fromisoformat(request.query_params.get("date", ""))
        except ValueError as error:
            raise BadFilter(field="date") from error
        service = request.query_params.get("service", "")
        found = services.free_slots(store=self.get_object(), service=service, day=day)
        return Response(SlotsOut({"service": service, "date": day, "results": found}).data)


class _ByCode(Pages):
    ordering = ("code",)


class AppointmentViewSet(IdempotentMixin, GenericViewSet[Appointment]):
    """A signed-in caller's own appointments; a guest's by their unguessable id."""

    queryset = Appointment.objects.none()
    serializer_class = AppointmentOut
    lookup_value_converter = "uuid"

    def _mine(self, pk: UUID) -> Appointment:
        found = Appointment.objects.with_store().visible_to(self.request.user).filter(pk=pk).first()
        if found is None:
            raise Http404
        return found

    def _user(self) -> User | None:
        user = self.request.user
        return user if isinstance(user, User) else None

    @extend_schema(request=AppointmentIn, responses={201: AppointmentOut})
    def create(self, request: Request) -> Response:
        """Book a time. Taken meanwhile: 409 with ``next_free``, the next five free times."""
        given = AppointmentIn(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        store = Store.objects.active().filter(code=wanted["store"]).first()
        if store is None:
            raise BadFilter(field="store")
        made = services.book(
            store=store,
            service=wanted["service"],
            starts_at=wanted["starts_at"],
            contact=services.Contact(**wanted["contact"], note=wanted["note"]),
            user=self._user(),
        )
        return Response(AppointmentOut(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=AppointmentOut)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """How it stands."""
        return Response(AppointmentOut(self._mine(pk)).data)

    @extend_schema(request=None, responses=AppointmentOut)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: UUID) -> Response:
        """Give the time back. Again: the same answer."""
        return Response(AppointmentOut(services.cancel(self._mine(pk), actor=self._user())).data)

    @extend_schema(request=MoveIn, responses={201: AppointmentOut})
    @action(detail=True, methods=["post"])
    def reschedule(self, request: Request, pk: UUID) -> Response:
        """Move to another time: answers with a new appointment; until that is certain the old one stands."""
        given = MoveIn(data=request.data)
        given.is_valid(raise_exception=True)
        starts_at: datetime = given.validated_data["starts_at"]
        moved = services.reschedule(self._mine(pk), starts_at, actor=self._user())
        return Response(AppointmentOut(moved).data, status=status.HTTP_201_CREATED)
