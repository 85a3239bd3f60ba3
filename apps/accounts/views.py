"""The signed-in pages: overview, profile, addresses, API tokens. Everything else of /account/ is allauth's."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse, translate_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts import services
from apps.accounts.errors import TooManyAddresses, TooManyTokens
from apps.accounts.forms import AddressForm, ProfileForm, TokenForm
from apps.accounts.models import Address, ApiToken
from apps.accounts.requests import user_of
from apps.common.pages import UNPROCESSABLE, redirect_page, render_page
from apps.messaging import services as messaging
from apps.messaging.wishes import wishes_of


@never_cache
@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    address = Address.objects.for_user(user).filter(is_default=True).first()
    context = {"address": address, "email_verified": services.has_verified_email(user=user)}
    return render_page(request, "accounts/overview.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = ProfileForm(request.POST) if request.method == "POST" else ProfileForm.of(user)
    if form.is_bound and form.is_valid():
        services.update_profile(user=user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect_page(request, translate_url(reverse("account_profile"), user.language))
    status = UNPROCESSABLE if form.is_bound else 200
    return render_page(request, "accounts/profile.html", {"form": form}, status=status)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def wishes(request: HttpRequest) -> HttpResponse:
    """Which messages reach this person, and by which way."""
    owner = messaging.owner_of(user=user_of(request), reference="")
    if request.method == "POST":
        messaging.set_wanted(owner=owner, wanted=request.POST.getlist("wanted"))
        messages.success(request, _("Saved."))
        return redirect_page(request, reverse("account_messages"))
    return render_page(request, "accounts/messages.html", {"wishes": wishes_of(owner)})


@never_cache
@login_required
@require_safe
def addresses(request: HttpRequest) -> HttpResponse:
    found = Address.objects.for_user(user_of(request))
    return render_page(request, "accounts/addresses.html", {"addresses": found})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_address(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    initial = {"recipient": user.name, "phone": user.phone}
    form = AddressForm(request.POST) if request.method == "POST" else AddressForm(initial=initial)
    if form.is_bound and form.is_valid():
        try:
            services.add_address(user=user, details=form.details(), make_default=form.cleaned_data["is_default"])
        except TooManyAddresses as error:
            form.add_error(None, str(error))
        else:
            return redirect_page(request, reverse("account_addresses"))
    status = UNPROCESSABLE if form.is_bound else 200
    return render_page(request, "accounts/address.html", {"form": form}, status=status)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_address(request: HttpRequest, pk: int) -> HttpResponse:
    address = get_object_or_404(Address.objects.for_user(user_of(request)), pk=pk)
    form = AddressForm(request.POST) if request.method == "POST" else AddressForm.of(address)
    if form.is_bound and form.is_valid():
        services.change_address(address=address, details=form.details(), make_default=form.cleaned_data["is_default"])
        return redirect_page(request, reverse("account_addresses"))
    status = UNPROCESSABLE if form.is_bound else 200
    return render_page(request, "accounts/address.html", {"form": form, "address": address}, status=status)


@login_required
@require_POST
def delete_address(request: HttpRequest, pk: int) -> HttpResponse:
    address = get_object_or_404(Address.objects.for_user(user_of(request)), pk=pk)
    services.delete_address(address=address)
    return redirect_page(request, reverse("account_addresses"))


@login_required
@require_POST
def default_address(request: HttpRequest, pk: int) -> HttpResponse:
    address = get_object_or_404(Address.objects.for_user(user_of(request)), pk=pk)
    services.set_default_address(address=address)
    return redirect_page(request, reverse("account_addresses"))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The list, and the form for a new one; the answer to that form is the only place a token is ever shown."""
    user = user_of(request)
    form, issued = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            _token, issued = services.issue_token(
                user=user,
                name=form.cleaned_data["name"],
                scope=form.cleaned_data["scope"],
                expires_at=form.expires_at(),
            )
            form = TokenForm()
        except TooManyTokens as error:
            form.add_error(None, str(error))
    context = {"form": form, "issued": issued, "tokens": ApiToken.objects.for_user(user), "now": timezone.now()}
    status = UNPROCESSABLE if form.is_bound else 200
    return render_page(request, "accounts/tokens.html", context, status=status)


@login_required
@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken.objects.for_user(user_of(request)), pk=pk)
    services.revoke_token(token=token)
    messages.success(request, _("The token “%(name)s” no longer works.") % {"name": token.name})
    return redirect_page(request, reverse("account_tokens"))
