from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.careers import services
from apps.careers.errors import StatusNotPossible
from apps.careers.models import Application, StatusChange
from apps.common.errors import NotAllowed
from tests.factories.accounts import make_staff, make_user
from tests.factories.careers import PDF, make_application

pytestmark = pytest.mark.django_db


def test_the_resume_is_a_download_for_those_who_may(client: Client) -> None:
    application = make_application(name="李 雷")
    url = f"/admin/careers/application/{application.pk}/resume/"
    client.force_login(make_staff(permissions=("careers.view_application", "careers.download_resume")))
    response = client.get(url)
    assert b"".join(response.streaming_content) == PDF  # type: ignore[attr-defined]
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert "no-store" in response.headers["Cache-Control"]


def test_nobody_else_gets_the_resume(client: Client) -> None:
    application = make_application()
    url = f"/admin/careers/application/{application.pk}/resume/"
    assert client.get(url).status_code == 302
    client.force_login(make_user())
    assert client.get(url).status_code == 302
    client.force_login(make_staff(permissions=("careers.view_application",)))
    assert client.get(url).status_code == 403
    assert client.get(f"/media/{application.resume.name}").status_code == 404


def test_applications_are_moved_along_by_actions_that_are_written_down(admin_client: Client, admin_user: User) -> None:
    first, second = make_application(), make_application()
    url = "/admin/careers/application/"
    admin_client.post(url, {"action": "to_interview", "_selected_action": [first.pk, second.pk]})
    assert set(Application.objects.values_list("status", flat=True)) == {"interview"}
    changes = list(StatusChange.objects.values_list("old", "new", "actor"))
    assert changes == [("received", "interview", admin_user.pk)] * 2
    page = admin_client.post(url, {"action": "to_hired", "_selected_action": [first.pk]}, follow=True)
    assert "cannot go from" in page.content.decode()
    assert StatusChange.objects.count() == 2


def test_a_status_changes_only_along_the_table_and_only_by_those_who_may() -> None:
    application = make_application()
    allowed = make_staff(permissions=("careers.change_application",))
    with pytest.raises(NotAllowed):
        services.change_status(application_id=application.pk, status="review", actor=make_staff())
    with pytest.raises(StatusNotPossible):
        services.change_status(application_id=application.pk, status="hired", actor=allowed)
    for _ in range(2):
        services.change_status(application_id=application.pk, status="review", actor=allowed)
    assert StatusChange.objects.count() == 1


def test_deleting_an_application_deletes_its_file(admin_client: Client, private_folder: Path) -> None:
    application = make_application()
    assert len(list(private_folder.rglob("*.pdf"))) == 1
    admin_client.post(f"/admin/careers/application/{application.pk}/delete/", {"post": "yes"})
    assert (Application.objects.count(), list(private_folder.rglob("*.pdf"))) == (0, [])


def test_files_that_no_row_names_are_swept_after_a_day(private_folder: Path) -> None:
    kept = make_application()
    lost = private_folder / "resumes" / str(kept.posting_id) / "lost.pdf"
    lost.write_bytes(b"%PDF-")
    assert services.sweep_resumes() == 0
    assert services.sweep_resumes(now=timezone.now() + timedelta(days=2)) == 1
    assert [path.name for path in private_folder.rglob("*.pdf")] == [str(kept.resume.name).rpartition("/")[2]]


def test_an_application_is_forgotten_half_a_year_after_the_decision(private_folder: Path) -> None:
    open_one, decided = make_application(), make_application()
    staff = make_staff(permissions=("careers.change_application",))
    services.change_status(application_id=decided.pk, status="rejected", actor=staff)
    now = timezone.now()
    assert services.forget_decided(now=now + timedelta(days=181)) == 0
    assert services.forget_decided(now=now + timedelta(days=183)) == 1
    assert list(Application.objects.all()) == [open_one]
    assert len(list(private_folder.rglob("*.pdf"))) == 1


def test_every_list_and_form_of_the_back_office_opens(admin_client: Client) -> None:
    application = make_application()
    for name, pk in (("posting", application.posting_id), ("application", application.pk)):
        assert admin_client.get(f"/admin/careers/{name}/").status_code == 200
        assert admin_client.get(f"/admin/careers/{name}/{pk}/change/").status_code == 200
    assert admin_client.get("/admin/careers/statuschange/").status_code == 200
    assert admin_client.get("/admin/careers/application/add/").status_code == 403
