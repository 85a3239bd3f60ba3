"""The campaigns in force, for anybody. What needs a code is not shown: the code is the invitation."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import override
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.permissions import AllowAny
from rest_framework.viewsets import GenericViewSet

from apps.promotions.models import Campaign
from apps.promotions.terms import terms_of


class CampaignOutput(serializers.ModelSerializer[Campaign]):
    """Empty conditions are always met; dates are half-open; money in fen."""

    group = serializers.CharField(source="group.code", help_text="of one group the best campaign counts")
    terms_en = serializers.SerializerMethodField(help_text="in sentences")
    terms_zh = serializers.SerializerMethodField(help_text="in sentences")

    class Meta:
        model = Campaign
        fields = [
            "slug", "name_en", "name_zh", "group", "kind", "amount", "percent", "most", "targets", "starts_on", "ends_on",
            "car_models", "options", "things", "cities", "markets", "segments", "first_order", "least", "terms_en",
            "terms_zh",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_terms_en(self, campaign: Campaign) -> list[str]:
        with override("en"):
            return terms_of(campaign)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_terms_zh(self, campaign: Campaign) -> list[str]:
        with override("zh-hans"):
            return terms_of(campaign)


class PromotionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Campaign]):
    permission_classes = (AllowAny,)
    serializer_class = CampaignOutput
    queryset = Campaign.objects.none()
    lookup_field = "slug"
    ordering = ("slug",)

    def get_queryset(self) -> QuerySet[Campaign]:
        running = Campaign.objects.public().running(timezone.localdate()).select_related("group")
        model = self.request.query_params.get("car_model", "")[:80]
        return running.for_model(model) if model else running

    @extend_schema(
        parameters=[
            OpenApiParameter("car_model", OpenApiTypes.STR, description="only what this model (its slug) can have")
        ]
    )
    def list(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Everything that holds today."""
        return super().list(request, *args, **kwargs)
