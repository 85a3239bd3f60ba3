"""Errors as ``application/problem+json`` (RFC 9457)."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from apps.common.errors import DomainError, FieldErrors

CONTENT_TYPE = "application/problem+json"


class Replay(Exception):
    """Raised to answer with a stored response."""

    def __init__(self, response: Any) -> None:
        self.response = response
        super().__init__()


def problem(
    status: int, code: str, detail: str, *, errors: list[dict[str, str]] | None = None, **extra: Any
) -> Response:
    """A problem document. ``errors`` lists ``{field, code, detail}``; more members may follow."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": errors or [],
        **extra,
    }
    return Response(body, status=status, content_type=CONTENT_TYPE)


def handle(error: Exception, context: Mapping[str, Any]) -> Any:
    """DRF's exception handler: every refusal becomes a problem; anything else stays an error (500)."""
    if isinstance(error, Replay):
        return error.response
    if isinstance(error, DomainError):
        set_rollback()
        return problem(error.status, error.code, str(error), errors=_domain_errors(error), **error.extra)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    return _from_framework(error)


def _domain_errors(error: DomainError) -> list[dict[str, str]]:
    if isinstance(error, FieldErrors):
        return [{"field": field, "code": code, "detail": message} for field, code, message in error.errors]
    return [{"field": error.field, "code": error.code, "detail": str(error)}] if error.field else []


def _from_framework(error: exceptions.APIException) -> Response:
    if isinstance(error, exceptions.ValidationError):
        response = problem(
            400, "invalid", "Some fields are not valid.", errors=list(_flatten(error.get_full_details()))
        )
    else:
        code = error.get_codes()
        response = problem(error.status_code, code if isinstance(code, str) else "error", str(error.detail))
    wait = getattr(error, "wait", None)
    if wait:
        response["Retry-After"] = str(int(wait) + 1)
    header = getattr(error, "auth_header", None)
    if header:
        response["WWW-Authenticate"] = header
    return response


def _flatten(details: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Nested error details as flat entries; ``lines.0.sku`` names a nested field."""
    if isinstance(details, Mapping) and {"message", "code"} <= details.keys():
        yield {"field": path, "code": str(details["code"]), "detail": str(details["message"])}
    elif isinstance(details, Mapping):
        for name, inner in details.items():
            step = "" if name == "non_field_errors" else str(name)
            yield from _flatten(inner, ".".join(part for part in (path, step) if part))
    elif isinstance(details, list):
        for index, inner in enumerate(details):
            leaf = isinstance(inner, Mapping) and {"message", "code"} <= inner.keys()
            yield from _flatten(inner, path if leaf else f"{path}.{index}".lstrip("."))
