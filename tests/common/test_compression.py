"""What is compressed on its way out, and for whom."""

import gzip

import brotli
import pytest
from django.test import Client

from apps.common.compression import LONGEST_PAD

pytestmark = pytest.mark.django_db
PAGE = "/careers/"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, br;q=0", "gzip"),
        ("BR;q=0.5", "br"),
        ("gzip", "gzip"),
        ("identity", None),
        ("br; q=0", None),
        ("", None),
    ],
)
def test_a_page_is_compressed_as_the_browser_takes_it(client: Client, accepted: str, encoding: str | None) -> None:
    answer = client.get(PAGE, headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == encoding
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert answer.headers["Content-Length"] == str(len(answer.content))
    read = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    text = read(answer.content).decode()
    assert text.rstrip().endswith("</html>")
    if encoding:
        assert len(answer.content) < len(text) / 2


def test_lengths_differ_where_pages_do_not(client: Client) -> None:
    pads = {client.get(PAGE, headers={"Accept-Encoding": "br"}).headers["X-Pad"] for _ in range(12)}
    assert len({len(pad) for pad in pads}) > 1
    assert all(1 <= len(pad) <= LONGEST_PAD for pad in pads)


def test_what_is_short_or_no_text_goes_as_it_is(client: Client) -> None:
    for path in ("/healthz/live", "/robots.txt"):
        assert "Content-Encoding" not in client.get(path, headers={"Accept-Encoding": "br"}).headers


def test_problems_of_the_api_are_compressed_with_their_type(client: Client) -> None:
    answer = client.get("/api/v1/schema/", headers={"Accept-Encoding": "br", "Accept": "application/json"})
    assert answer.headers["Content-Encoding"] == "br"
    assert answer.headers["Content-Type"].startswith("application/")
