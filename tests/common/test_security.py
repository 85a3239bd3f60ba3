"""What every answer carries."""

import re
from typing import Any

import pytest
from django.test import Client, RequestFactory

from apps.common.views import server_error

pytestmark = pytest.mark.django_db


def test_a_page_allows_only_our_own_scripts_and_those_with_its_nonce(client: Client) -> None:
    response = client.get("/does-not-exist/")
    assert response.status_code == 404
    policy = response.headers["Content-Security-Policy"]
    nonce = re.search(r"script-src 'self' 'nonce-([^']+)'", policy)
    assert nonce
    assert f'nonce="{nonce[1]}"'.encode() in response.content
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def test_the_back_office_has_a_policy_of_its_own(client: Client) -> None:
    policy = client.get("/admin/login/").headers["Content-Security-Policy"]
    assert "'unsafe-eval'" in policy
    assert "frame-ancestors 'self'" in policy


def test_secure_headers_are_set(client: Client) -> None:
    headers = client.get("/healthz/live").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_the_theme_is_remembered_and_never_leads_elsewhere(client: Client) -> None:
    response = client.post("/theme/", {"theme": "dark", "next": "https://evil.example/"})
    assert (response.status_code, response["Location"]) == (303, "/")
    assert response.cookies["theme"].value == "dark"


def test_an_unknown_address_of_the_api_is_a_problem_document(client: Client) -> None:
    response = client.get("/api/v1/nothing/")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert response.json()["code"] == "not_found"


def test_robots_keep_out_of_what_is_personal(client: Client) -> None:
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /checkout/" in text
    assert "Disallow: /zh-hans/account/" in text
    assert "Sitemap: http://testserver/sitemap.xml" in text


@pytest.mark.parametrize(("prefix", "words"), [("", "too old to be sent"), ("/zh-hans", "页面已过期")])
def test_a_form_without_its_key_is_refused_in_our_look(prefix: str, words: str) -> None:
    answer = Client(enforce_csrf_checks=True).post(f"{prefix}/account/login/", {"login": "li@example.com"})
    text = answer.content.decode()
    assert answer.status_code == 403
    assert words in text
    assert 'class="top"' in text
    assert f'href="{prefix}/account/login/"' in text


@pytest.mark.parametrize(("path", "lang"), [("/cars/", "en"), ("/zh-hans/cars/", "zh-Hans")])
def test_the_page_of_last_resort_speaks_one_language_and_needs_no_database(
    rf: RequestFactory, path: str, lang: str, django_assert_num_queries: Any
) -> None:
    request = rf.get(path)
    request.COOKIES["theme"] = "dark"
    with django_assert_num_queries(0):
        answer = server_error(request)
    text = answer.content.decode()
    assert answer.status_code == 500
    assert f'<html lang="{lang}" data-theme="dark">' in text
    assert "css/site" in text
    assert ("出了点问题" in text) == (lang == "zh-Hans")
