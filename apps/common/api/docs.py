"""The browsable documentation of the API."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csp import csp_override

# Swagger UI styles its elements from its own script; nothing else on the site may.
DOCS_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    "connect-src": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}


@csp_override(DOCS_CSP)
def docs(request: HttpRequest) -> HttpResponse:
    return render(request, "common/api_docs.html")
