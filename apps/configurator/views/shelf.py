"""The saved cars of whoever asks: a person's own list, or what a guest's session remembers."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.requests import user_of
from apps.common.pages import redirect_page
from apps.common.requests import signed_in
from apps.configurator.errors import NotYours
from apps.configurator.forms import NameForm
from apps.configurator.models import Build
from apps.configurator.querysets import BuildQuerySet
from apps.configurator.services import adopt_builds, forget_build, rename_build

KEY = "builds"
MOST_REMEMBERED = 50
PAGE = "configurator:find"


def remember(request: HttpRequest, code: str) -> None:
    """Keep a guest's build in the session, until it ends or the guest signs in."""
    codes = [one for one in request.session.get(KEY, []) if one != code]
    request.session[KEY] = [code, *codes][:MOST_REMEMBERED]


def own_builds(request: HttpRequest) -> BuildQuerySet:
    """The list, newest first. Signing in keeps the session, so what the guest saved is taken over here, once."""
    codes = request.session.get(KEY, [])
    if not signed_in(request):
        return Build.objects.whole().filter(code__in=codes, user__isnull=True)
    user = user_of(request)
    if codes:
        adopt_builds(user=user, codes=codes)
        del request.session[KEY]
    return Build.objects.whole().for_user(user)


@login_required
@require_POST
def rename(request: HttpRequest, code: str) -> HttpResponse:
    """Name an own build."""
    form = NameForm(request.POST)
    if form.is_valid():
        rename_build(code=code, user=user_of(request), name=form.cleaned_data["name"])
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("A name has at most 60 characters."))
    return redirect_page(request, reverse(PAGE))


@require_POST
def delete(request: HttpRequest, code: str) -> HttpResponse:
    """Take a build off the list; a guest's is forgotten by the session alone."""
    if signed_in(request):
        forget_build(code=code, user=user_of(request))
    elif code in request.session.get(KEY, []):
        request.session[KEY] = [one for one in request.session[KEY] if one != code]
    else:
        raise NotYours
    messages.success(request, _("Taken off your list."))
    return redirect_page(request, reverse(PAGE))
