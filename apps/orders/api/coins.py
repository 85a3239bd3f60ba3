"""One's own coins for programs. A coin is a fen."""

from collections.abc import Sequence
from typing import Any, cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from apps.common.requests import require_user
from apps.ledger.models import Posting
from apps.orders.purse import Purse, history, move_of, purse_of

_MINE: "list[type[BasePermission]]" = [
    *cast("Sequence[type[BasePermission]]", api_settings.DEFAULT_PERMISSION_CLASSES),
    IsAuthenticated,
]


class PendingOutput(serializers.Serializer[Any]):
    order = serializers.CharField(help_text="the order's number")
    coins = serializers.IntegerField()
    until = serializers.DateTimeField(allow_null=True, help_text="when they become yours, where that is known")


class PurseOutput(serializers.Serializer[Any]):
    balance = serializers.IntegerField(help_text="what can be spent")
    held = serializers.IntegerField(help_text="set aside for orders that are not signed")
    pending = PendingOutput(many=True, help_text="earned by orders that can still be returned")


class MoveOutput(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    kind = serializers.CharField()
    order = serializers.CharField(allow_blank=True)
    coins = serializers.IntegerField(help_text="negative: left the purse")


class PurseView(GenericAPIView[Any]):
    """What you have, and what waits."""

    permission_classes = _MINE
    serializer_class = PurseOutput
    pagination_class = None
    queryset = Posting.objects.none()

    @extend_schema(responses=PurseOutput)
    def get(self, request: Request) -> Response:
        found: Purse = purse_of(require_user(request).pk)
        return Response(PurseOutput(found).data)


class MovesView(GenericAPIView[Posting]):
    """Everything that came into your purse or left it, newest first."""

    permission_classes = _MINE
    serializer_class = MoveOutput
    queryset = Posting.objects.none()
    ordering = ("-pk",)

    def get_queryset(self) -> QuerySet[Posting]:
        return history(require_user(self.request).pk)

    @extend_schema(responses=MoveOutput(many=True))
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([MoveOutput(move_of(one)).data for one in page])
