"""Saved builds for programs. Amounts are in fen."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from apps.accounts.models import User
from apps.accounts.requests import user_or_none
from apps.catalog.models import CarModel
from apps.common.api.idempotency import IdempotentMixin
from apps.common.errors import InvalidInput
from apps.configurator import side_by_side
from apps.configurator.api import BuildInput, BuildOutput, CurrentOfferOutput, LineOutput, RentalTermsOutput
from apps.configurator.codes import WrongCode, read_code
from apps.configurator.errors import NotConfigurable
from apps.configurator.models import Build
from apps.configurator.services import (
    forget_build,
    freeze,
    quote_build,
    quote_builds,
    rename_build,
    work_out,
)

MIN_COMPARED = 2
CODE = OpenApiParameter("code", str, OpenApiParameter.PATH)


class WrongNumber(InvalidInput):
    code = "wrong_number"
    message = _("Two to four builds can be compared.")


class NameInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=60, allow_blank=True)


class BuildRowOutput(serializers.Serializer[Any]):
    """One of the caller's own builds; ``current`` is the same car on the version that is on sale now."""

    code = serializers.CharField(source="build.code")
    name = serializers.CharField(source="build.name")
    model = serializers.CharField(source="build.car_model.slug")
    market = serializers.CharField(source="build.market")
    total = serializers.IntegerField(source="build.total")
    monthly = serializers.IntegerField(source="build.monthly", allow_null=True)
    terms = RentalTermsOutput(source="build.terms", allow_null=True)
    created_at = serializers.DateTimeField(source="build.created_at")
    current = CurrentOfferOutput()


class ComparedBuildOutput(serializers.Serializer[Any]):
    code = serializers.CharField(source="build.code")
    model = serializers.CharField(source="build.car_model.slug")
    version = serializers.IntegerField(source="build.version.number")
    total = serializers.IntegerField(source="build.total")
    terms = RentalTermsOutput(allow_null=True)
    current = CurrentOfferOutput(source="quote")


class ComparedGroupOutput(serializers.Serializer[Any]):
    """``cells`` has one list of options a build, in the order of ``builds``."""

    code = serializers.CharField()
    name_en = serializers.CharField()
    name_zh = serializers.CharField()
    equal = serializers.BooleanField()
    cells = serializers.ListField(child=LineOutput(many=True))


class CompareOutput(serializers.Serializer[Any]):
    builds = ComparedBuildOutput(many=True)
    groups = ComparedGroupOutput(many=True)


class BuildViewSet(IdempotentMixin, GenericViewSet[Build]):
    """Saved cars. Whoever has the code may read one; only the owner lists, names and deletes them."""

    queryset = Build.objects.whole()
    lookup_field = "code"
    serializer_class = BuildOutput
    filter_backends = ()
    ordering = ("-created_at", "-pk")
    between_transactions = ("create",)  # works the car out first, which may take seconds

    @extend_schema(responses=BuildRowOutput(many=True), operation_id="builds_list")
    def list(self, request: Request) -> Response:
        """The caller's own builds, newest first, each with what it costs now."""
        page = self.paginate_queryset(Build.objects.whole().for_user(_user(request)))
        builds = page or []
        rows = [{"build": build, "current": quote} for build, quote in zip(builds, quote_builds(builds), strict=True)]
        return self.get_paginated_response(BuildRowOutput(rows, many=True).data)

    @extend_schema(request=BuildInput, responses={201: BuildOutput})
    def create(self, request: Request) -> Response:
        """Save a whole car; an incomplete one is refused with its groups, a contradicting one with the conflict."""
        data = BuildInput(data=request.data)
        data.is_valid(raise_exception=True)
        car_model = CarModel.objects.filter(slug=data.validated_data["model"]).first()
        if car_model is None:
            raise NotConfigurable(field="model")
        car = work_out(
            car_model=car_model,
            choices=data.validated_data["choices"],
            market=data.validated_data.get("market", ""),
        )
        self.begin_writing()
        build = freeze(car, user=request.user if isinstance(request.user, AbstractBaseUser) else None)
        saved = self.get_queryset().get(pk=build.pk)
        return Response(BuildOutput(saved).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=BuildOutput, parameters=[CODE])
    def retrieve(self, request: Request, code: str) -> Response:
        """A saved car, and what it costs now."""
        try:
            build = self.get_queryset().filter(code=read_code(code)).first()
        except WrongCode as error:
            raise Http404 from error
        if build is None:
            raise Http404
        return Response(BuildOutput(build).data)

    @extend_schema(request=NameInput, responses=BuildRowOutput, parameters=[CODE])
    def partial_update(self, request: Request, code: str) -> Response:
        """Name an own build; an empty name takes it away. Everything else of a build is frozen."""
        data = NameInput(data=request.data)
        data.is_valid(raise_exception=True)
        rename_build(code=code, user=_user(request), name=data.validated_data["name"])
        build = self.get_queryset().get(code=code)
        return Response(BuildRowOutput({"build": build, "current": quote_build(build)}).data)

    @extend_schema(responses={204: None}, parameters=[CODE])
    def destroy(self, request: Request, code: str) -> Response:
        """Delete an own build; one in a basket or an order stays there, without its owner."""
        forget_build(code=code, user=_user(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        responses=CompareOutput,
        operation_id="builds_compare",
        parameters=[OpenApiParameter("build", str, many=True, description="The code of a build; two to four of them.")],
    )
    @action(detail=False, methods=["get"], pagination_class=None)
    def compare(self, request: Request) -> Response:
        """Builds side by side: groups that differ first, prices as saved and all on the versions of today."""
        codes = list(dict.fromkeys(read_code(text) for text in request.query_params.getlist("build")))
        if not MIN_COMPARED <= len(codes) <= side_by_side.MOST:
            raise WrongNumber(field="build")
        found = {build.code: build for build in self.get_queryset().filter(code__in=codes)}
        if len(found) < len(codes):
            raise Http404
        builds = [found[code] for code in codes]
        table = side_by_side.compare(builds, quote_builds(builds))
        return Response(CompareOutput({"builds": table.columns, "groups": [*table.different, *table.equal]}).data)


def _user(request: Request) -> User:
    user = user_or_none(request)
    if user is None:
        raise NotAuthenticated
    return user
