import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from apps.careers import resumes, services
from apps.careers.errors import AlreadyApplied, PostingClosed
from apps.careers.models import Application
from tests.factories.accounts import make_user
from tests.factories.careers import PDF, docx, form_data, make_application, make_posting, upload


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_an_application_is_stored_with_its_file_under_a_name_nobody_can_guess(
    client: Client, private_folder: Path
) -> None:
    posting = make_posting(slug="technician")
    response = client.post("/careers/technician/apply/", form_data(letter="I like cars."))
    assert (response.status_code, response.headers["Location"]) == (303, "/careers/technician/thanks/")
    assert "Thank you" in client.get("/careers/technician/thanks/").content.decode()
    application = Application.objects.get()
    assert (application.posting, application.name, application.letter) == (posting, "Li Lei", "I like cars.")
    assert (application.resume_kind, application.resume_size, application.status) == ("pdf", len(PDF), "received")
    [stored] = _files(private_folder)
    assert stored.read_bytes() == PDF
    assert stored.stat().st_mode & 0o077 == 0
    assert ("cv" in stored.stem, len(stored.stem)) == (False, 32)
    with pytest.raises(ValueError, match="not accessible via a URL"):
        _ = application.resume.url


@pytest.mark.django_db
def test_errors_stand_beside_their_fields_and_what_was_typed_stays(client: Client, private_folder: Path) -> None:
    make_posting(slug="technician")
    data = form_data(email="nonsense", phone="call me", letter="Hello <b>you</b>")
    response = client.post("/careers/technician/apply/", data)
    page = response.content.decode()
    assert response.status_code == 422
    assert 'id="id_email_error"' in page
    assert 'id="id_phone_error"' in page
    assert 'value="Li Lei"' in page
    assert "Hello &lt;b&gt;you&lt;/b&gt;" in page
    assert (Application.objects.count(), _files(private_folder)) == (0, [])


@pytest.mark.django_db
def test_htmx_gets_the_form_alone_and_is_sent_on_at_the_end(client: Client) -> None:
    make_posting(slug="technician")
    headers = {"HX-Request": "true"}
    refused = client.post("/careers/technician/apply/", {}, headers=headers)
    assert (refused.status_code, "<html" in refused.content.decode()) == (422, False)
    accepted = client.post("/careers/technician/apply/", form_data(), headers=headers)
    assert accepted.headers["HX-Redirect"] == "/careers/technician/thanks/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"MZ\x90\x00 this is a program", "cv.pdf"),
        (b"%PDF-1.7 cut off", "cv.pdf"),
        (b"<html>%PDF-1.7 %%EOF</html>", "cv.pdf"),
        (b"PK\x03\x04 broken archive", "cv.docx"),
        (docx(types="<Types/>"), "cv.docx"),
        (docx(word__vbaProject_dot_bin="macro"), "cv.docx"),
    ],
)
def test_a_file_is_judged_by_its_content_not_its_name(
    client: Client, private_folder: Path, content: bytes, name: str
) -> None:
    make_posting(slug="technician")
    response = client.post("/careers/technician/apply/", form_data(resume=upload(content, name)))
    assert response.status_code == 422
    assert "PDF or Word (.docx) file" in response.content.decode()
    assert (Application.objects.count(), _files(private_folder)) == (0, [])


@pytest.mark.django_db
def test_a_word_file_called_pdf_is_taken_for_what_it_is() -> None:
    assert make_application(resume=upload(docx(), "cv.pdf")).resume_kind == "docx"


@pytest.mark.django_db
def test_a_file_over_ten_megabytes_is_refused(client: Client, private_folder: Path) -> None:
    make_posting(slug="technician")
    large = PDF.ljust(resumes.MAX_BYTES - 6, b"\n") + b"%%EOF\n"
    assert resumes.kind_of(upload(large), len(large)) == "pdf"
    response = client.post("/careers/technician/apply/", form_data(resume=upload(large + b"\n")))
    assert (response.status_code, "larger than 10 MB" in response.content.decode()) == (422, True)
    assert (Application.objects.count(), _files(private_folder)) == (0, [])


@pytest.mark.django_db
def test_one_person_applies_once_for_a_position_however_the_address_is_spelt(
    client: Client, private_folder: Path
) -> None:
    make_application(make_posting(slug="technician"), email="LiLei@Example.com")
    response = client.post("/careers/technician/apply/", form_data())
    assert response.status_code == 409
    assert "We already have an application for this position" in response.content.decode()
    assert (Application.objects.count(), len(_files(private_folder))) == (1, 1)
    make_application(make_posting(), email="lilei@example.com")


@pytest.mark.django_db
@pytest.mark.parametrize("fields", [{"closes_at": timezone.now() - timedelta(hours=1)}])
def test_a_closed_position_takes_no_application(client: Client, fields: dict[str, object]) -> None:
    posting = make_posting(slug="technician", **fields)
    assert "no longer open" in client.get("/careers/technician/apply/").content.decode()
    assert client.post("/careers/technician/apply/", form_data()).status_code == 409
    with pytest.raises(PostingClosed):
        make_application(posting)
    assert not Application.objects.exists()


@pytest.mark.django_db
def test_a_draft_does_not_exist(client: Client) -> None:
    make_posting(slug="draft", published_at=None)
    for path in ("", "apply/", "thanks/"):
        assert client.get(f"/careers/draft/{path}").status_code == 404


@pytest.mark.django_db
def test_only_who_applied_is_thanked(client: Client) -> None:
    make_posting(slug="technician")
    make_posting(slug="manager")
    client.post("/careers/technician/apply/", form_data())
    response = client.get("/careers/manager/thanks/")
    assert (response.status_code, response.headers["Location"]) == (302, "/careers/manager/")


@pytest.mark.django_db
def test_nobody_is_stored_without_consent(client: Client) -> None:
    make_posting(slug="technician")
    data = form_data()
    del data["consent"]
    assert client.post("/careers/technician/apply/", data).status_code == 422
    assert not Application.objects.exists()


@pytest.mark.django_db
def test_the_form_knows_who_is_signed_in(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    make_posting(slug="technician")
    with django_assert_num_queries(1):
        client.get("/careers/technician/apply/")
    client.force_login(make_user("wang@example.com", name="Wang Fang"))
    page = client.get("/careers/technician/apply/").content.decode()
    assert ('value="Wang Fang"' in page, 'value="wang@example.com"' in page) == (True, True)


@pytest.mark.django_db
def test_the_confirmation_goes_out_once_in_the_applicant_s_language(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    posting = make_posting(title_zh="电池技师")
    with django_capture_on_commit_callbacks() as rung, translation.override("zh-hans"):
        application = make_application(posting, name="李雷")
    assert (len(rung), len(mail.outbox)) == (1, 0)
    assert (services.send_confirmations(), services.send_confirmations()) == (1, 0)
    [message] = mail.outbox
    assert message.to == [application.email]
    assert message.subject == "您的应聘申请：电池技师"
    assert "李雷" in message.body
    application.refresh_from_db()
    assert application.mailed_at is not None


@pytest.mark.django_db
def test_a_confirmation_that_could_not_be_sent_is_tried_again_later(settings: object) -> None:
    application = make_application()
    assert application.mail_due_at is not None
    Application.objects.update(mail_attempts=1, mail_due_at=application.mail_due_at + services.MAIL_LEASE)
    assert services.send_confirmations() == 0
    assert services.send_confirmations(now=application.mail_due_at + services.MAIL_LEASE) == 1


@pytest.mark.django_db
def test_the_database_itself_refuses_pay_that_is_no_range() -> None:
    with pytest.raises(IntegrityError, match="posting_salary_is_a_range"), transaction.atomic():
        make_posting(salary_min=20, salary_max=10)
    with pytest.raises(IntegrityError, match="posting_months_plausible"), transaction.atomic():
        make_posting(salary_months=11)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_ten_clicks_at_once_are_one_application(private_folder: Path) -> None:
    posting = make_posting()
    results: list[object] = []

    def run() -> None:
        try:
            results.append(make_application(posting, email="lilei@example.com"))
        except AlreadyApplied as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(result, Application) for result in results) == 1
    assert sum(isinstance(result, AlreadyApplied) for result in results) == 9
    assert (Application.objects.count(), len(_files(private_folder))) == (1, 1)
