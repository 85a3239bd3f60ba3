"""Open positions, and applying for one."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from apps.careers import services
from apps.careers.errors import AlreadyApplied, BadResume, ConsentMissing
from apps.careers.facets import facets
from apps.careers.forms import SORTS, ApplicationForm, PostingFilter
from apps.careers.jobposting import document
from apps.careers.models import Posting
from apps.common import linked
from apps.common.pages import UNPROCESSABLE, redirect_page, render_page
from apps.common.requests import signed_in

PAGE_SIZE = 20
PAYS = (8, 12, 20, 30, 40)
APPLIED = "careers_applied"
REMEMBERED = 20


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Open positions with filters that say how many each would leave."""
    wanted = PostingFilter(request.GET).values()
    found = Posting.objects.open_at(timezone.now()).matching(wanted["q"]).paying(wanted["salary_min"])
    rows = found
    for column in ("department", "city", "kind"):
        rows = rows.among(column, wanted[column])
    page = Paginator(rows.sorted_by(wanted["sort"]), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "wanted": wanted,
        "facets": facets(found, wanted),
        "pays": PAYS,
        "sorts": SORTS,
        "filtered": any(wanted[name] for name in ("q", "salary_min", "department", "city", "kind")),
    }
    return render_page(request, "careers/list.html", context, partial="results")


def _way(posting: Posting) -> dict[str, Any]:
    return linked.crumbs((gettext("Careers"), reverse("careers:list")), (posting.title, posting.get_absolute_url()))


@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One position. A closed one stays readable and says so; a draft does not exist."""
    posting = _published(slug)
    similar = Posting.objects.open_at(timezone.now()).filter(department=posting.department).exclude(pk=posting.pk)
    url = request.build_absolute_uri(posting.get_absolute_url())
    is_open = posting.is_open(timezone.now())
    context = {
        "posting": posting,
        "is_open": is_open,
        "similar": similar.sorted_by("newest")[:3],
        "json_ld": linked.script(document(posting, url), _way(posting)) if is_open else "",
    }
    return render(request, "careers/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, slug: str) -> HttpResponse:
    """The application form; after it the thank-you page."""
    posting = _published(slug)
    context: dict[str, Any] = {"posting": posting, "is_open": posting.is_open(timezone.now())}
    if request.method != "POST":
        return render_page(request, "careers/apply.html", context | {"form": _empty_form(request)}, partial="form")
    form = ApplicationForm(request.POST, request.FILES)
    status = UNPROCESSABLE
    if form.is_valid():
        try:
            services.apply(posting=posting, **form.cleaned_data)
        except (BadResume, ConsentMissing, AlreadyApplied) as error:
            form.add_error(error.field, str(error))
            status = error.status
        else:
            request.session[APPLIED] = [*request.session.get(APPLIED, [])[-REMEMBERED:], slug]
            return redirect_page(request, reverse("careers:thanks", args=[slug]))
    return render_page(request, "careers/apply.html", context | {"form": form}, partial="form", status=status)


@require_safe
def thanks(request: HttpRequest, slug: str) -> HttpResponse:
    """What happens next, for whoever has just applied; others are led to the position."""
    posting = _published(slug)
    if slug not in request.session.get(APPLIED, []):
        return redirect(posting)
    similar = Posting.objects.open_at(timezone.now()).filter(department=posting.department).exclude(pk=posting.pk)
    return render(request, "careers/thanks.html", {"posting": posting, "similar": similar.sorted_by("newest")[:3]})


def _published(slug: str) -> Posting:
    return get_object_or_404(Posting.objects.filter(published_at__lte=timezone.now()), slug=slug)


def _empty_form(request: HttpRequest) -> ApplicationForm:
    """Filled in with what we know of somebody who is signed in."""
    initial = {}
    if signed_in(request):
        initial = {name: getattr(request.user, name, "") for name in ("name", "email", "phone")}
    return ApplicationForm(initial=initial)
