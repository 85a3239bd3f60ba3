"""Webhooks for programs: what they want to know of, and what was sent to them."""

from collections.abc import Sequence
from typing import Any, cast

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.viewsets import GenericViewSet

from apps.common.api.idempotency import IdempotentMixin
from apps.common.requests import require_user
from apps.outbox import services, topics
from apps.outbox.models import Delivery, Subscription


class WebhookInput(serializers.Serializer[Any]):
    """``topics`` holds topics (``order``) and kinds of events (``order.signed``)."""

    url = serializers.CharField(max_length=500)
    topics = serializers.ListField(child=serializers.CharField(max_length=60), min_length=1, max_length=50)
    every_event = serializers.BooleanField(default=False, help_text="Everybody's events, for whom that is allowed.")


class WebhookOutput(serializers.Serializer[Any]):
    """``failures`` in a row; until ``paused_until`` nothing is sent."""

    id = serializers.UUIDField()
    url = serializers.CharField()
    topics = serializers.ListField(child=serializers.CharField())
    every_event = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    failures = serializers.IntegerField()
    paused_until = serializers.DateTimeField(allow_null=True)


class NewWebhookOutput(WebhookOutput):
    """With the secret, which is shown this once."""

    secret = serializers.CharField()


class AttemptOutput(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    took_ms = serializers.IntegerField()
    answer = serializers.CharField()


class DeliveryOutput(serializers.Serializer[Any]):
    """One event that was, is being or could not be sent, with every attempt, the newest first."""

    id = serializers.IntegerField()
    event = serializers.UUIDField(source="event.uid")
    type = serializers.CharField(source="event.kind")
    subject = serializers.CharField(source="stream.subject")
    sequence = serializers.IntegerField(source="seq")
    status = serializers.ChoiceField(choices=Delivery.Status.choices)
    next_at = serializers.DateTimeField()
    delivered_at = serializers.DateTimeField(allow_null=True)
    attempts = AttemptOutput(source="log", many=True)


class PingOutput(serializers.Serializer[Any]):
    sequence = serializers.IntegerField()


class TopicsOutput(serializers.Serializer[Any]):
    topic = serializers.CharField()
    kinds = serializers.ListField(child=serializers.CharField())


_ID = [OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH)]


class WebhookViewSet(IdempotentMixin, GenericViewSet[Subscription]):
    """A client's own webhooks. Each is signed (``webhook-id``, ``webhook-timestamp``, ``webhook-signature``: Standard Webhooks);
    refuse a timestamp more than five minutes away, and know a repeated message by its id."""

    permission_classes = [
        *cast("Sequence[type[BasePermission]]", api_settings.DEFAULT_PERMISSION_CLASSES),
        IsAuthenticated,
    ]
    queryset = Subscription.objects.none()
    serializer_class = WebhookOutput
    lookup_value_converter = "uuid"
    lookup_url_kwarg = "id"
    ordering: tuple[str, ...] = ("-created_at", "-pk")

    def get_queryset(self) -> QuerySet[Subscription]:
        return Subscription.objects.for_user(require_user(self.request).pk)

    def _one(self) -> Subscription:
        found = self.get_queryset().filter(pk=self.kwargs["id"]).first()
        if found is None:
            raise Http404
        return found

    @extend_schema(responses=WebhookOutput(many=True))
    def list(self, request: Request) -> Response:
        """One's own, newest first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(WebhookOutput(page or [], many=True).data)

    @extend_schema(request=WebhookInput, responses={201: NewWebhookOutput})
    def create(self, request: Request) -> Response:
        """Be told at an https address of the public internet. The answer has the secret, this once."""
        given = WebhookInput(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        made = services.subscribe(
            user=require_user(request), url=wanted["url"], names=wanted["topics"], every_event=wanted["every_event"]
        )
        body = WebhookOutput(made).data | {"secret": services.secret_of(made)}
        return Response(body, status=status.HTTP_201_CREATED)

    @extend_schema(parameters=_ID, responses=WebhookOutput)
    def retrieve(self, request: Request, **_path: Any) -> Response:
        return Response(WebhookOutput(self._one()).data)

    @extend_schema(parameters=_ID, responses={204: None})
    def destroy(self, request: Request, **_path: Any) -> Response:
        """Hear nothing more, not even of what was still owed."""
        services.unsubscribe(self._one())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(parameters=_ID, request=None, responses={202: PingOutput})
    @action(detail=True, methods=["post"])
    def ping(self, request: Request, **_path: Any) -> Response:
        """Send an event of the kind ``webhook.ping`` to this address alone; its delivery shows what came back."""
        return Response({"sequence": services.ping(self._one())}, status=status.HTTP_202_ACCEPTED)

    @extend_schema(
        parameters=[*_ID, OpenApiParameter("status", str, enum=Delivery.Status.values)],
        responses=DeliveryOutput(many=True),
    )
    @action(detail=True, methods=["get"])
    def deliveries(self, request: Request, **_path: Any) -> Response:
        """What was sent or is to be sent, newest first."""
        rows = self._one().deliveries.select_related("event", "stream").prefetch_related("log")
        wanted = request.query_params.get("status")
        if wanted in Delivery.Status.values:
            rows = rows.filter(status=wanted)
        self.ordering = ("-pk",)
        page = self.paginator.paginate_queryset(rows, request, view=self) if self.paginator else []
        return self.get_paginated_response(DeliveryOutput(page or [], many=True).data)

    @extend_schema(responses=TopicsOutput(many=True))
    @action(detail=False, methods=["get"], pagination_class=None)
    def topics(self, request: Request) -> Response:
        """What there is to be told of."""
        return Response([{"topic": name, "kinds": list(kinds)} for name, kinds in sorted(topics.known().items())])
