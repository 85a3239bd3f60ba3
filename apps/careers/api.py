"""Open positions for programs, and applying for them."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from apps.careers import services
from apps.careers.forms import PHONE, PostingFilter
from apps.careers.models import Application, Posting
from apps.careers.pay import fen
from apps.common.api.idempotency import IdempotentMixin
from apps.common.money import CURRENCY


class SalaryOut(serializers.Serializer[Any]):
    """Fen; the yearly figures are month × months."""

    month_min = serializers.SerializerMethodField()
    month_max = serializers.SerializerMethodField()
    months = serializers.IntegerField(source="salary_months")
    year_min = serializers.SerializerMethodField()
    year_max = serializers.SerializerMethodField()
    currency = serializers.SerializerMethodField()

    def get_month_min(self, posting: Posting) -> int:
        return fen(posting.salary_min)

    def get_month_max(self, posting: Posting) -> int:
        return fen(posting.salary_max)

    def get_year_min(self, posting: Posting) -> int:
        return fen(posting.yearly_min)

    def get_year_max(self, posting: Posting) -> int:
        return fen(posting.salary_max * posting.salary_months)

    def get_currency(self, posting: Posting) -> str:
        return CURRENCY


class JobOut(serializers.Serializer[Any]):
    slug = serializers.CharField()
    title_en = serializers.CharField()
    title_zh = serializers.CharField()
    department = serializers.ChoiceField(choices=Posting.Department.choices)
    city = serializers.CharField()
    city_name_en = serializers.CharField()
    city_name_zh = serializers.CharField()
    employment = serializers.ChoiceField(choices=Posting.Kind.choices, source="kind")
    experience_years = serializers.IntegerField()
    education = serializers.ChoiceField(choices=Posting.Education.choices)
    headcount = serializers.IntegerField()
    salary = SalaryOut(source="*")
    published_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField(allow_null=True)


class JobDetailOut(JobOut):
    description_en = serializers.CharField()
    description_zh = serializers.CharField()
    requirements_en = serializers.CharField(help_text="One on each line.")
    requirements_zh = serializers.CharField(help_text="One on each line.")
    benefits_en = serializers.CharField(help_text="One on each line.")
    benefits_zh = serializers.CharField(help_text="One on each line.")


class ApplicationIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    email = serializers.EmailField(max_length=254)
    phone = serializers.CharField(max_length=20, validators=[PHONE])
    letter = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    resume = serializers.FileField(max_length=255, help_text="PDF or Word (.docx), up to 10 MB.")
    consent = serializers.BooleanField(help_text="Must be true: the data is used for this application.")


class ApplicationOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    job = serializers.CharField(source="posting.slug")
    status = serializers.ChoiceField(choices=Application.Status.choices)
    created_at = serializers.DateTimeField()


@extend_schema_view(
    list=extend_schema(
        parameters=[
            OpenApiParameter("q", str, description="Words in title, description or requirements."),
            OpenApiParameter("department", str, many=True, enum=list(Posting.Department.values)),
            OpenApiParameter("city", str, many=True),
            OpenApiParameter("kind", str, many=True, enum=list(Posting.Kind.values)),
            OpenApiParameter("salary_min", int, description="Thousand yuan a month that may be paid at least."),
        ]
    )
)
class JobViewSet(IdempotentMixin, ListModelMixin, RetrieveModelMixin, GenericViewSet[Posting]):
    """Positions that are open now, the newest first."""

    queryset = Posting.objects.none()
    lookup_field = "slug"
    ordering = ("-published_at", "-pk")

    def get_queryset(self) -> QuerySet[Posting]:
        rows = Posting.objects.open_at(timezone.now())
        if self.action == "applications":  # a closed position says so itself
            return Posting.objects.filter(published_at__lte=timezone.now())
        if self.action != "list" or getattr(self, "swagger_fake_view", False):
            return rows
        wanted = PostingFilter(self.request.query_params).values()
        rows = rows.matching(wanted["q"]).paying(wanted["salary_min"])
        for column in ("department", "city", "kind"):
            rows = rows.among(column, wanted[column])
        return rows

    def get_serializer_class(self) -> type[serializers.Serializer[Any]]:
        return JobOut if self.action == "list" else JobDetailOut

    @extend_schema(request={"multipart/form-data": ApplicationIn}, responses={201: ApplicationOut})
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def applications(self, request: Request, slug: str) -> Response:
        """Apply. The same e-mail address for the same job again is 409, a closed job is 409."""
        posting = self.get_object()
        given = ApplicationIn(data=request.data)
        given.is_valid(raise_exception=True)
        application = services.apply(posting=posting, **given.validated_data)
        return Response(ApplicationOut(application).data, status=status.HTTP_201_CREATED)
