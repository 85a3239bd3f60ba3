"""Sign-up, sign-in, password reset: in our look, in both languages, telling strangers nothing."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from apps.accounts.models import User
from tests.factories.accounts import PASSWORD, make_user

pytestmark = pytest.mark.django_db
GUEST_PAGES = ("login/", "signup/", "password/reset/", "password/reset/done/", "confirm-email/", "inactive/")
OWN_PAGES = (
    "",
    "profile/",
    "addresses/",
    "addresses/new/",
    "tokens/",
    "logout/",
    "email/",
    "password/change/",
    "reauthenticate/",
    "2fa/",
)
RECENT_PAGES = ("2fa/totp/activate/", "2fa/webauthn/", "2fa/webauthn/add/")
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"(?:application/json|speculationrules)\")|\son[a-z]+=\"|\sstyle=\""
)


def look(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    text = answer.content.decode()
    assert 'class="top"' in text
    assert INLINE.search(text) is None
    return text


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
@pytest.mark.parametrize("path", GUEST_PAGES)
def test_a_guests_pages_are_in_our_look(client: Client, prefix: str, path: str) -> None:
    look(client, f"{prefix}/account/{path}")


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_ones_own_pages_are_in_our_look(client: Client, prefix: str) -> None:
    make_user("li@example.com")
    client.post("/account/login/", {"login": "li@example.com", "password": PASSWORD})
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    for page in (*OWN_PAGES, *RECENT_PAGES):
        text = look(client, f"{prefix}/account/{page}")
        assert ("account-nav" in text) or page in ("reauthenticate/", "logout/"), page


def test_sign_up_signs_in_and_speaks_the_pages_language(client: Client) -> None:
    answer = client.post("/zh-hans/account/signup/", {"email": "Neu@Example.com", "password1": "weit-genug-weg-7"})
    assert (answer.status_code, answer["Location"]) == (302, "/zh-hans/account/")
    user = User.objects.get()
    assert (user.email, user.language) == ("neu@example.com", "zh-hans")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert re.search("[\u4e00-\u9fff]", str(mail.outbox[0].subject))


def test_sign_up_with_a_taken_address_makes_nobody_and_names_nobody(client: Client) -> None:
    make_user("li@example.com")
    answer = client.post("/account/signup/", {"email": "LI@example.com", "password1": "weit-genug-weg-7"})
    assert "No account could be made with this address." in answer.content.decode()
    assert (User.objects.count(), "_auth_user_id" in client.session) == (1, False)


def test_sign_in_says_the_same_of_a_wrong_password_and_a_stranger(client: Client) -> None:
    make_user("li@example.com")
    texts = []
    for email in ("li@example.com", "nobody@example.com"):
        page = client.post("/account/login/", {"login": email, "password": "wrong"}).content.decode()
        texts.append(re.findall(r'role="alert">.*?<span>(.*?)</span>', page))
    assert texts == [["This e-mail address or password is not right."]] * 2


def test_password_reset_answers_alike_and_mails_in_the_persons_language(client: Client) -> None:
    make_user("li@example.com", language="zh-hans")
    targets = [
        client.post("/account/password/reset/", {"email": email})["Location"]
        for email in ("li@example.com", "nobody@example.com")
    ]
    assert targets == ["/account/password/reset/done/"] * 2
    assert re.search("[\u4e00-\u9fff]", str(mail.outbox[0].subject))
    assert not re.search("[\u4e00-\u9fff]", str(mail.outbox[1].subject))


def test_the_link_of_the_reset_mail_sets_a_new_password(client: Client) -> None:
    user = make_user("li@example.com")
    client.post("/account/password/reset/", {"email": "li@example.com"})
    link = re.search(r"http://testserver(/\S+)", str(mail.outbox[0].body))
    assert link is not None
    page = client.get(link[1], follow=True)
    client.post(page.request["PATH_INFO"], {"password1": "ganz-anderes-9", "password2": "ganz-anderes-9"})
    user.refresh_from_db()
    assert user.check_password("ganz-anderes-9")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_sign_in_never_leads_off_this_site(client: Client, target: str) -> None:
    make_user("li@example.com")
    form = {"login": "li@example.com", "password": PASSWORD, "next": target}
    assert client.post("/account/login/", form)["Location"] == "/account/"


def test_the_profile_is_saved_and_the_page_changes_its_language(client: Client) -> None:
    user = make_user()
    client.force_login(user)
    form = {"name": "王芳", "phone": "138 0013 8000", "language": "zh-hans"}
    assert client.post("/account/profile/", form)["Location"] == "/zh-hans/account/profile/"
    user.refresh_from_db()
    assert (user.name, user.phone, user.language) == ("王芳", "138 0013 8000", "zh-hans")


def test_a_wrong_profile_changes_nothing(client: Client) -> None:
    user = make_user()
    client.force_login(user)
    answer = client.post("/account/profile/", {"name": "X", "phone": "abc", "language": "fr"})
    user.refresh_from_db()
    assert (answer.status_code, user.name, user.phone, user.language) == (422, "", "", "en")


@pytest.mark.parametrize(
    ("path", "way_on"),
    [
        ("password/reset/done/", "/zh-hans/account/login/"),
        ("password/reset/key/1-bad/", "/zh-hans/account/password/reset/"),
        ("password/reset/key/done/", "/zh-hans/account/login/"),
        ("confirm-email/", "/zh-hans/"),
        ("confirm-email/bad/", "/zh-hans/account/email/"),
        ("inactive/", "/zh-hans/orders/find/"),
    ],
)
def test_no_page_of_signing_in_ends_without_a_way_on(client: Client, path: str, way_on: str) -> None:
    main = look(client, f"/zh-hans/account/{path}").partition("<main")[2].partition("</main>")[0]
    assert re.search(rf'<a class="btn[^"]*" href="{way_on}"', main)
    assert "token" not in main
    assert "Email" not in main


def test_a_password_is_explained_in_a_sentence(client: Client) -> None:
    page = look(client, "/account/signup/")
    assert "At least eight characters" in page
    assert "<ul><li>" not in page.replace("\n", "")
    assert "placeholder" not in page.partition("<main")[2]


def test_a_second_address_is_added_made_the_main_one_and_deleted(client: Client) -> None:
    user = make_user("li@example.com")
    client.force_login(user)
    client.post("/account/email/", {"email": "li@example.org", "action_add": ""})
    page = look(client, "/account/email/")
    assert 'name="action_send"' in page
    EmailAddress.objects.filter(email="li@example.org").update(verified=True)
    assert 'name="action_primary"' in look(client, "/account/email/")
    client.post("/account/email/", {"email": "li@example.org", "action_primary": ""})
    client.post("/account/email/", {"email": "li@example.com", "action_remove": ""})
    assert [(one.email, one.primary) for one in EmailAddress.objects.all()] == [("li@example.org", True)]


def test_the_mails_of_an_account_are_letters_like_all_others(client: Client) -> None:
    make_user("li@example.com", language="zh-hans")
    client.post("/account/password/reset/", {"email": "li@example.com"})
    client.post("/account/password/reset/", {"email": "nobody@example.com"})
    known, unknown = mail.outbox
    assert (known.subject, unknown.subject) == ("设置新密码", "There is no account with this address")
    for sent in (known, unknown):
        assert isinstance(sent, EmailMultiAlternatives)
        html = str(sent.alternatives[0][0])
        link = re.search(r"http://testserver/\S+", str(sent.body))
        assert link is not None
        assert f'href="{link[0]}"' in html
        assert 'class="m-card' in html
    assert "Email" not in str(known.body)
