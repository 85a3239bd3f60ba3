"""A contract's PDF as an answer: to the page, the back office and programs alike."""

from typing import Any

from django.http import HttpResponse
from rest_framework.renderers import BaseRenderer

from apps.orders.models import Contract
from apps.orders.services.contracts import pdf_of


class PdfRenderer(BaseRenderer):
    """So that a program may ask for ``application/pdf``; problems are still told as JSON."""

    media_type = "application/pdf"
    format = "pdf"
    charset = None
    render_style = "binary"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> Any:
        return data


def send_contract(contract: Contract) -> HttpResponse:
    """As a download that no browser shows as a page of ours, and no cache keeps."""
    response = HttpResponse(pdf_of(contract), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="kaiche-{contract.order.number}-{contract.seq}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
