"""The waiting list for programs: a place is reached by its unguessable token, as in the mail."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.viewsets import GenericViewSet

from apps.accounts.requests import user_or_none
from apps.common.api.idempotency import IdempotentMixin
from apps.common.api.throttling import RareRate
from apps.orders import services
from apps.orders.models import Waiting
from apps.orders.services import replacing, waiting

_TOKEN = OpenApiParameter("token", OpenApiTypes.UUID, OpenApiParameter.PATH)


class JoinInput(serializers.Serializer[Any]):
    build = serializers.CharField(max_length=20, help_text="the code of a build that is sold out")
    email = serializers.EmailField(required=False, max_length=254, help_text="your account's when left out")
    language = serializers.ChoiceField(choices=settings.LANGUAGES, default="en", help_text="of what is written to you")


class TakeInput(serializers.Serializer[Any]):
    basket = serializers.UUIDField(required=False, allow_null=True, help_text="a new one when left out")


class PlaceOutput(serializers.Serializer[Any]):
    token = serializers.UUIDField()
    model = serializers.CharField()
    build = serializers.CharField()
    status = serializers.ChoiceField(choices=Waiting.Status.choices)
    place = serializers.IntegerField(help_text="how many are served until you are, yourself included; 0 unless waiting")
    joined_at = serializers.DateTimeField()
    month = serializers.DateField(allow_null=True, help_text="of the offer")
    offer_until = serializers.DateTimeField(allow_null=True)
    order = serializers.CharField(allow_null=True, help_text="the number of the order that came of it")


class TakenOutput(serializers.Serializer[Any]):
    basket = serializers.UUIDField(help_text="the car is in it; ordering it by `orders/` takes the offer")


def place_body(entry: Waiting) -> dict[str, Any]:
    return {
        "token": str(entry.token),
        "model": entry.model,
        "build": entry.build.code,
        "status": entry.status,
        "place": waiting.place_of(entry),
        "joined_at": entry.joined_at,
        "month": entry.month,
        "offer_until": entry.offer_until,
        "order": entry.order.number if entry.order else None,
    }


class WaitingViewSet(IdempotentMixin, GenericViewSet[Waiting]):
    """Joining, one's place, leaving, and taking the offer."""

    serializer_class = PlaceOutput
    queryset = Waiting.objects.none()
    lookup_field = "token"
    lookup_value_regex = "[0-9a-fA-F-]{32,36}"
    ordering = ("-joined_at", "-pk")

    def get_queryset(self) -> QuerySet[Waiting]:
        user = user_or_none(self.request)
        mine = Waiting.objects.select_related("build", "order")
        return mine.filter(user=user) if user else mine.none()

    def get_throttles(self) -> list[BaseThrottle]:
        """Joining sends mail, and is rarely done twice."""
        return [*super().get_throttles(), *([RareRate()] if self.action == "create" else [])]

    @extend_schema(responses=PlaceOutput(many=True))
    def list(self, request: Request) -> Response:
        """One's own places, newest first."""
        if user_or_none(request) is None:
            raise NotAuthenticated
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response([place_body(entry) for entry in page or []])

    @extend_schema(request=JoinInput, responses={201: PlaceOutput})
    def create(self, request: Request) -> Response:
        """Queue for a car that is sold out; 409 when it is not, or when the address has a place already."""
        data = JoinInput(data=request.data)
        data.is_valid(raise_exception=True)
        user, values = user_or_none(request), data.validated_data
        entry = waiting.join_once(
            build=values["build"],
            email=values.get("email") or (user.email if user else ""),
            language=values["language"],
            user=user,
        )
        return Response(place_body(entry), status=status.HTTP_201_CREATED)

    @extend_schema(parameters=[_TOKEN], responses=PlaceOutput)
    def retrieve(self, request: Request, token: str) -> Response:
        return Response(place_body(waiting.found(token)))

    @extend_schema(parameters=[_TOKEN], request=None, responses=PlaceOutput)
    @action(detail=True, methods=["post"])
    def leave(self, request: Request, token: str) -> Response:
        """Give the place up; what was offered goes to the next."""
        waiting.leave(waiting.found(token))
        return Response(place_body(waiting.found(token)))

    @extend_schema(parameters=[_TOKEN], request=TakeInput, responses=TakenOutput)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, token: str) -> Response:
        """Put the offered car into a basket in place of the one there; its order takes the offer. 409 when nothing is offered."""
        data = TakeInput(data=request.data)
        data.is_valid(raise_exception=True)
        entry, user, known = waiting.found(token), user_or_none(request), data.validated_data.get("basket")
        waiting.require_offer(entry)
        basket = services.open_basket(basket_id=str(known), user=user) if known else services.create_basket(user=user)
        replacing.take_offer(entry=entry, basket=basket)
        return Response({"basket": str(basket.pk)})
