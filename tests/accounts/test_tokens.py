"""API tokens: shown once, stored as a hash, limited to a scope."""

import hashlib
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory
from django.utils import timezone
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.errors import TooManyTokens
from apps.accounts.models import ApiToken
from apps.accounts.services import issue_token, note_use, revoke_token
from tests.factories.accounts import make_token, make_user

pytestmark = pytest.mark.django_db


class Echo(APIView):
    """A view with the project's defaults: who calls?"""

    def get(self, request: Request) -> Response:
        return Response({"who": str(request.user)})

    post = get


def call(method: str, header: str = "") -> Response:
    headers = {"Authorization": header} if header else {}
    request = RequestFactory().generic(method, "/", headers=headers)
    answer = Echo.as_view()(request)
    assert isinstance(answer, Response)
    return answer


def test_only_the_hash_is_stored() -> None:
    token, text = make_token(make_user())
    assert token.digest == hashlib.sha256(text.encode()).hexdigest()
    assert text.startswith(token.prefix)
    assert text not in str(ApiToken.objects.values())


def test_a_token_says_who_calls_and_that_it_was_used() -> None:
    user = make_user("li@example.com")
    token, text = make_token(user)
    assert call("GET", f"Bearer {text}").data == {"who": "li@example.com"}
    token.refresh_from_db()
    assert token.last_used_at is not None


def test_use_is_noted_once_an_hour() -> None:
    token, _ = make_token(make_user())
    start = timezone.now()
    for minutes in (0, 59, 61):
        note_use(token=token, now=start + timedelta(minutes=minutes))
        token.refresh_from_db()
        assert token.last_used_at == start + timedelta(minutes=61 if minutes > 60 else 0)


@pytest.mark.parametrize("header", ["Bearer", "Bearer nonsense", "bearer a b", "Bearer ü"])
def test_what_is_no_token_is_401_and_says_what_is_wanted(header: str) -> None:
    answer = call("GET", header)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="api"')


def test_revoked_expired_and_suspended_tokens_open_nothing() -> None:
    revoked, one = make_token(make_user())
    assert revoke_token(token=revoked)
    assert not revoke_token(token=revoked)
    expired, two = make_token(make_user())
    moment = timezone.now()
    ApiToken.objects.filter(pk=expired.pk).update(created_at=moment - timedelta(9), expires_at=moment)
    gone, three = make_token(make_user())
    gone.user.is_active = False
    gone.user.save()
    assert [call("GET", f"Bearer {text}").status_code for text in (one, two, three)] == [401, 401, 401]


def test_a_read_token_may_look_and_not_touch() -> None:
    _, read = make_token(make_user(), "read")
    _, write = make_token(make_user(), "write")
    assert [call(verb, f"Bearer {read}").status_code for verb in ("GET", "POST")] == [200, 403]
    assert call("POST", f"Bearer {write}").status_code == 200
    assert call("POST").status_code == 200  # a guest: the view decides
    assert issubclass(Echo.permission_classes[0], BasePermission)  # type: ignore[arg-type]


def test_nobody_has_more_than_twenty() -> None:
    user = make_user()
    for _ in range(20):
        make_token(user)
    with pytest.raises(TooManyTokens):
        issue_token(user=user, name="One more")
    assert ApiToken.objects.count() == 20


def test_the_page_shows_a_new_token_once(client: Client) -> None:
    client.force_login(make_user())
    answer = client.post("/account/tokens/", {"name": "Stock sync", "scope": "write", "days": "30"})
    token = ApiToken.objects.get()
    text = answer.context["issued"]
    assert (token.name, token.scope) == ("Stock sync", "write")
    assert text in answer.content.decode()
    assert text not in client.get("/account/tokens/").content.decode()


def test_an_unknown_scope_makes_no_token(client: Client) -> None:
    client.force_login(make_user())
    assert client.post("/account/tokens/", {"name": "x", "scope": "all", "days": "30"}).status_code == 422
    assert not ApiToken.objects.exists()


def test_only_the_owner_revokes(client: Client) -> None:
    token, _ = make_token(make_user())
    client.force_login(make_user())
    assert client.post(f"/account/tokens/{token.pk}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None
    client.force_login(token.user)
    assert client.post(f"/account/tokens/{token.pk}/revoke/").status_code == 303
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_the_command_prints_a_token_that_works() -> None:
    make_user("li@example.com")
    output = StringIO()
    call_command("api_token", "Li@example.com", "--scope", "write", stdout=output)
    assert call("POST", f"Bearer {output.getvalue().strip()}").data == {"who": "li@example.com"}


def test_the_command_refuses_strangers() -> None:
    with pytest.raises(CommandError, match="Nobody active"):
        call_command("api_token", "nobody@example.com")
    assert not ApiToken.objects.exists()
