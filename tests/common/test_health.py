import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_process_that_runs_is_live(client: Client) -> None:
    response = client.get("/healthz/live")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert len(response.headers["X-Request-ID"]) == 32


def test_a_caller_s_request_id_is_carried_on(client: Client) -> None:
    response = client.get("/healthz/live", headers={"X-Request-ID": "partner-12345"})
    assert response.headers["X-Request-ID"] == "partner-12345"


def test_a_portal_with_database_and_broker_is_ready(client: Client) -> None:
    response = client.get("/healthz/ready")
    assert (response.status_code, response.json()) == (200, {"status": "ok", "problems": []})
