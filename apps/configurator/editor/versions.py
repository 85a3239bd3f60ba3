"""What the draft changes, asking for it to be published, deciding, and going back to an earlier version."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.requests import user_of
from apps.common.errors import DomainError
from apps.common.pages import redirect_page
from apps.configurator import services
from apps.configurator.comparison import SECTIONS, Change, compare
from apps.configurator.editor.access import RESTORE, configurator_of, may, require
from apps.configurator.editor.frame import page
from apps.configurator.editor.items import names_of, tell_finding
from apps.configurator.errors import CannotPublish
from apps.configurator.models import Configurator, ConfiguratorVersion, Publication
from apps.configurator.problems import sentence
from apps.configurator.screen import market_name
from apps.configurator.services.drafts import Draft, cannot_publish, lint, open_draft
from apps.configurator.services.permissions import APPROVE, ASK
from apps.configurator.services.restoring import restore

SHOWN = 100


@require_safe
def changes(request: HttpRequest, pk: int) -> HttpResponse:
    """What is different between the version on sale and the draft, and the button that asks for publishing it."""
    require(request)
    configurator = configurator_of(pk)
    draft = open_draft(configurator)
    remarks = lint(draft)
    current = _document(configurator.current_id)
    context = {
        "version": configurator.current,
        "sections": _sections(current, draft.data),
        "cannot_publish": cannot_publish(remarks),
        "open": configurator.publications.filter(state__in=Publication.OPEN).first(),
        "may_ask": may(request, ASK),
        "is_new": current is None,
    }
    return page(request, "configurator/admin/changes.html", configurator, context, title=_("Changes"))


@require_safe
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    """Every version that was on sale, and every request to publish."""
    require(request)
    configurator = configurator_of(pk)
    rows = configurator.versions.defer("document").select_related("published_by").order_by("-number")[:SHOWN]
    asked = configurator.publications.defer("document").select_related("asked_by", "decided_by", "version")
    context = {
        "versions": rows,
        "publications": asked.defer("document", "version__document")[:SHOWN],
        "may_restore": may(request, *RESTORE),
        "may_ask": may(request, ASK),
    }
    return page(request, "configurator/admin/versions.html", configurator, context, title=_("Versions"))


@require_safe
def version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """What a version changed against the one before it, or (``?against=draft``) what the draft is now against it."""
    require(request)
    configurator = configurator_of(pk)
    found = get_object_or_404(configurator.versions, number=number)
    if request.GET.get("against") == "draft":
        before, after = json.loads(found.document), open_draft(configurator).data
    else:
        earlier = configurator.versions.filter(number__lt=number).order_by("-number").first()
        before, after = (json.loads(earlier.document) if earlier else None), json.loads(found.document)
    context = {
        "version": found,
        "sections": _sections(before, after),
        "against_draft": request.GET.get("against") == "draft",
        "is_first": before is None,
        "may_restore": may(request, *RESTORE),
        "may_ask": may(request, ASK),
    }
    title = _("Version %(number)s") % {"number": number}
    return page(request, "configurator/admin/version.html", configurator, context, title=title)


@require_POST
def bring_back(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Make the draft what an earlier version says."""
    require(request, *RESTORE)
    configurator = configurator_of(pk)
    found = get_object_or_404(configurator.versions, number=number)
    restore(version=found, by=user_of(request))
    messages.success(request, _("The draft is now what version %(number)s says.") % {"number": number})
    return redirect_page(request, _address(configurator, "changes"))


@require_POST
def ask(request: HttpRequest, pk: int, number: int | None = None) -> HttpResponse:
    """Ask for the draft, or an earlier version as it was, to be put on sale."""
    require(request, ASK)
    configurator = configurator_of(pk)
    earlier = None if number is None else get_object_or_404(configurator.versions, number=number)
    try:
        made = services.request_publication(configurator=configurator, by=user_of(request), restores=earlier)
    except CannotPublish as error:
        for problem in error.problems:
            messages.error(request, problem)
    except DomainError as error:
        messages.error(request, str(error))
        if under_way := error.extra.get("publication"):
            return redirect_page(request, _address(configurator, "publication", under_way))
    else:
        return redirect_page(request, _address(configurator, "publication", made.pk))
    return redirect_page(request, _address(configurator, "changes"))


@require_safe
def publication(request: HttpRequest, pk: int, publication_id: int) -> HttpResponse:
    """One request to publish: its progress (asked for again every second), its report, what can be decided."""
    require(request)
    configurator = configurator_of(pk)
    return _publication(request, configurator, _found(configurator, publication_id))


@require_POST
def decide(request: HttpRequest, pk: int, publication_id: int, what: str) -> HttpResponse:
    """Approve, refuse, cancel or go on in fallback mode; the service says who may."""
    require(request)
    configurator = configurator_of(pk)
    found, user = _found(configurator, publication_id), user_of(request)
    reason = request.POST.get("reason", "")
    try:
        if what == "approve":
            services.approve(publication=found, by=user)
        elif what == "refuse":
            services.refuse(publication=found, by=user, reason=reason)
        elif what == "cancel":
            services.cancel(publication=found, by=user)
        else:
            services.go_on_in_fallback(publication=found, by=user)
    except DomainError as error:
        found = _found(configurator, publication_id)
        return _publication(request, configurator, found, refusal=str(error), reason=reason, status=error.status)
    return redirect_page(request, _address(configurator, "publication", publication_id))


def _publication(
    request: HttpRequest,
    configurator: Configurator,
    found: Publication,
    *,
    refusal: str = "",
    reason: str = "",
    status: int = 200,
) -> HttpResponse:
    user = user_of(request)
    own = found.asked_by_id == user.pk
    context: dict[str, Any] = {
        "publication": found,
        "refusal": refusal,
        "reason": reason,
        "problems": [sentence(problem) for problem in found.problems],
        "cars": f"{int(found.report.get('cars') or 0):,}",
        "warnings": [sentence(problem) for problem in found.report.get("warnings", [])],
        "may_decide": found.state == Publication.State.WAITING and may(request, APPROVE) and not own,
        "own": own,
        "may_cancel": found.is_open and (may(request, APPROVE) or (own and may(request, ASK))),
        "may_go_on": found.state == Publication.State.TOO_LARGE and may(request, ASK),
    }
    if not found.is_working:
        data = json.loads(found.document)
        names = names_of(Draft(data, found.document))
        context["findings"] = [tell_finding(entry, names) for entry in found.report.get("findings", [])]
        context["parts"] = [{**part, "market": market_name(part["market"])} for part in found.report.get("parts", [])]
        context["sections"] = _sections(_before(found), data) if found.is_open else []
    title = _("Publication")
    return page(
        request,
        "configurator/admin/publication.html",
        configurator,
        context,
        title=title,
        partial="state",
        status=status,
    )


def _before(found: Publication) -> Mapping[str, Any] | None:
    return _document(Configurator.objects.values_list("current_id", flat=True).get(pk=found.configurator_id))


def _found(configurator: Configurator, pk: int) -> Publication:
    rows = configurator.publications.select_related("asked_by", "decided_by", "restores", "version")
    return get_object_or_404(rows.defer("restores__document", "version__document"), pk=pk)


def _document(version_id: int | None) -> Mapping[str, Any] | None:
    if version_id is None:
        return None
    text = ConfiguratorVersion.objects.values_list("document", flat=True).get(pk=version_id)
    found: Mapping[str, Any] = json.loads(text)
    return found


def _sections(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[tuple[str, list[Change]]]:
    """The changes by section, with its title; none where nothing is on sale to compare with."""
    if before is None:
        return []
    titles = {
        "car": _("The car"),
        "groups": _("Option groups"),
        "options": _("Options and prices"),
        "rules": _("Rules"),
        "price_rules": _("Price rules"),
    }
    found = compare(before, after, market_name)
    by_section = [(titles[name], [change for change in found if change.section == name]) for name in SECTIONS]
    return [(title, some) for title, some in by_section if some]


def _address(configurator: Configurator, name: str, *args: Any) -> str:
    return reverse(f"admin:configurator_editor_{name}", args=[configurator.pk, *args])
