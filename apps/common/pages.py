"""One template, two answers: a fragment for htmx, the whole page for everyone else."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from apps.common.requests import is_htmx

UNPROCESSABLE = 422
VARY = "HX-Request, HX-Boosted, HX-History-Restore-Request"


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    partial: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render ``template``, or only its ``partial`` when htmx asks.

    ``Vary`` is set whenever there are two answers, so that no cache or back button shows a fragment as a page.
    """
    name = f"{template}#{partial}" if partial and is_htmx(request) else template
    response = render(request, name, dict(context or {}), status=status)
    if partial:
        patch_vary_headers(response, VARY.split(", "))
    return response


def redirect_page(request: HttpRequest, url: str) -> HttpResponse:
    """Send the browser to another page, whether htmx or the browser itself asked (303, so that it asks with GET)."""
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponse(status=303, headers={"Location": url})
