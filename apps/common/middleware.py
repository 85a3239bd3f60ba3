"""Request ids, and domain errors that a view let through."""

import re
import time
import uuid
from collections.abc import Callable
from functools import cache
from urllib.parse import unquote
from zoneinfo import available_timezones

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from apps.common.errors import DomainError
from apps.common.requests import is_htmx

log = structlog.get_logger("kaiche.request")
_SHAPE = re.compile(r"[A-Za-z0-9._-]{8,64}")
_QUIET = ("/healthz/", "/static/")


class RequestIdMiddleware:
    """Give every request an id (the caller's ``X-Request-ID`` where it is well-formed), log it, answer with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _SHAPE.fullmatch(given) else uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        start = time.perf_counter()
        response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id
        if not request.path.startswith(_QUIET):
            took = round((time.perf_counter() - start) * 1000, 1)
            log.info("request", method=request.method, path=request.path, status=response.status_code, ms=took)
        return response


class ReaderZoneMiddleware:
    """Times as the reader's own clock shows them: the browser tells its zone in a cookie; without one, the house's zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = unquote(request.COOKIES.get("zone", ""))
        if name not in _zones():
            return self.get_response(request)
        with timezone.override(name):
            return self.get_response(request)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


class DomainErrorMiddleware:
    """Show a refusal that a page's view did not handle itself, with its reason, instead of a 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        template = "refused.html#message" if is_htmx(request) else "refused.html"
        return render(request, template, {"error": exception}, status=exception.status)
