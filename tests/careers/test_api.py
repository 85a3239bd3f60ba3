import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.careers.models import Application
from tests.factories.careers import form_data, make_application, make_posting, upload

pytestmark = pytest.mark.django_db


def test_a_job_states_its_pay_in_fen(client: Client) -> None:
    make_posting(slug="engineer", salary_min=35, salary_max=65, salary_months=19)
    [row] = client.get("/api/v1/jobs/").json()["results"]
    assert row["salary"] == {
        "month_min": 3_500_000,
        "month_max": 6_500_000,
        "months": 19,
        "year_min": 66_500_000,
        "year_max": 123_500_000,
        "currency": "CNY",
    }
    assert client.get("/api/v1/jobs/engineer/").json()["requirements_en"] == "A licence\nPatience"


def test_jobs_are_filtered_as_on_the_page(client: Client) -> None:
    make_posting(slug="a", department="data", salary_max=30), make_posting(slug="b"), make_posting(published_at=None)
    for query, expected in (
        ("", ["b", "a"]),
        ("?department=data", ["a"]),
        ("?salary_min=20", ["a"]),
        ("?kind=shift", []),
    ):
        assert [row["slug"] for row in client.get(f"/api/v1/jobs/{query}").json()["results"]] == expected


def test_an_application_is_taken_once_and_replayed_under_its_key(client: Client) -> None:
    make_posting(slug="engineer")
    url, headers = "/api/v1/jobs/engineer/applications/", {"Idempotency-Key": "one"}
    first = client.post(url, form_data(consent="true"), headers=headers)
    assert (first.status_code, first.json()["job"], first.json()["status"]) == (201, "engineer", "received")
    again = client.post(url, form_data(consent="true"), headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    second = client.post(url, form_data(consent="true"))
    assert (second.status_code, second.json()["code"]) == (409, "already_applied")
    assert Application.objects.count() == 1


def test_a_bad_file_and_a_closed_job_are_problems(client: Client) -> None:
    make_posting(slug="engineer"), make_posting(slug="draft", published_at=None)
    url = "/api/v1/jobs/engineer/applications/"
    bad = client.post(url, form_data(consent="true", resume=upload(b"hello", "cv.pdf")))
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "resume")
    assert client.post(url, form_data(consent="false")).json()["code"] == "consent_missing"
    assert client.post(url, {}).status_code == 400
    assert client.post("/api/v1/jobs/draft/applications/", form_data(consent="true")).status_code == 404
    assert not Application.objects.exists()


def test_applications_cannot_be_read_by_anybody(client: Client) -> None:
    application = make_application(make_posting(slug="engineer"))
    assert client.get("/api/v1/jobs/engineer/applications/").status_code == 405
    assert client.get(f"/api/v1/jobs/engineer/applications/{application.pk}/").status_code == 404


@pytest.mark.parametrize("number", [1, 6])
def test_the_number_of_queries_does_not_grow(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    for _ in range(number):
        make_posting()
    with django_assert_num_queries(1):
        client.get("/api/v1/jobs/")
