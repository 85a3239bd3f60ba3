"""Pages and answers compressed on the way out. Static files are packed ahead (``packing.py``) and pass untouched."""

import gzip
import secrets
from collections.abc import Callable

import brotli
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

TEXTS = ("text/", "application/json", "application/problem+json", "application/xml", "image/svg+xml")
WORTHWHILE = 1_000  # bytes: below that a packet is a packet
# Of Brotli's 0 to 11 and gzip's 1 to 9: a page of 100 KB takes one to two milliseconds.
BROTLI_QUALITY, GZIP_LEVEL = 4, 5
LONGEST_PAD = 64


class CompressionMiddleware:
    """Brotli where the browser takes it, else gzip, else nothing.

    A length tells something of what was compressed (BREACH). Tokens differ in every answer, and a header of random length
    blurs the rest.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not _is_worthwhile(response):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        taken = _taken(request.headers.get("Accept-Encoding", ""))
        if "br" in taken:
            response.content = brotli.compress(response.content, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY)
            response.headers["Content-Encoding"] = "br"
        elif "gzip" in taken:
            response.content = gzip.compress(response.content, compresslevel=GZIP_LEVEL, mtime=0)
            response.headers["Content-Encoding"] = "gzip"
        else:
            return response
        response.headers["Content-Length"] = str(len(response.content))
        response.headers["X-Pad"] = secrets.token_hex(LONGEST_PAD)[: secrets.randbelow(LONGEST_PAD) + 1]
        if (tag := response.headers.get("ETag", "")).startswith('"'):
            response.headers["ETag"] = f"W/{tag}"
        return response


def _is_worthwhile(response: HttpResponse) -> bool:
    return (
        not response.streaming
        and not response.has_header("Content-Encoding")
        and response.headers.get("Content-Type", "").startswith(TEXTS)
        and len(response.content) >= WORTHWHILE
    )


def _taken(accepted: str) -> set[str]:
    """``gzip, br;q=0`` → ``{"gzip"}``."""
    offers = (part.strip().lower().partition(";") for part in accepted.split(","))
    return {name.strip() for name, _, weight in offers if weight.strip() not in ("q=0", "q=0.0", "q=0.00", "q=0.000")}
