"""Add, edit, delete and check one row: in place by htmx, on a page of its own without."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.requests import user_of
from apps.common.pages import redirect_page
from apps.common.requests import is_htmx
from apps.configurator.editor import forms
from apps.configurator.editor.access import configurator_of, require
from apps.configurator.editor.frame import page
from apps.configurator.editor.items import group_items, names_of, other_language, price_items, rule_items, tell
from apps.configurator.editor.tables import TableForm, spoken
from apps.configurator.errors import ChangedMeanwhile, StillUsed
from apps.configurator.models import Configurator, Option, OptionGroup, PriceRule, Rule
from apps.configurator.sentences import rule_html, rule_sentence
from apps.configurator.services.drafts import Draft, Row, delete_row, lint, mark, open_draft, save_row
from apps.configurator.sheets import write

WHATS: Mapping[str, type[Row]] = {"rules": Rule, "prices": PriceRule, "options": Option, "groups": OptionGroup}
RULE_FORMS: Mapping[str, type[forms.RuleForm]] = {
    "requires": forms.RequiresForm,
    "excludes": forms.ExcludesForm,
    "at_least": forms.CountForm,
    "at_most": forms.CountForm,
    "available": forms.AvailableForm,
    "table": TableForm,
}
FORMS: Mapping[type[Row], type[forms.RowForm]] = {
    PriceRule: forms.PriceRuleForm,
    Option: forms.OptionForm,
    OptionGroup: forms.GroupForm,
}
KIND_HELP = {
    "requires": gettext_lazy("If all of these are picked, one of those must be too."),
    "excludes": gettext_lazy("No two of these go together."),
    "at_least": gettext_lazy("At least so many of these."),
    "at_most": gettext_lazy("At most so many of these."),
    "available": gettext_lazy("An option is offered only in some markets, or only for some time."),
    "table": gettext_lazy("The allowed combinations of some groups, pasted from a spreadsheet."),
}


@dataclass(frozen=True)
class Place:
    """The car and what of it is edited."""

    configurator: Configurator
    draft: Draft
    what: str

    @property
    def model(self) -> type[Row]:
        return WHATS[self.what]

    def address(self, name: str, *args: Any) -> str:
        return reverse(f"admin:configurator_editor_{name}", args=[self.configurator.pk, self.what, *args])


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int, what: str, row: int) -> HttpResponse:
    """The form of a row, and saving it."""
    place = _place(request, pk, what, "change")
    current = _row(place, row)
    if request.method != "POST":
        return _answer(request, place, current, _form(place, current), seen=mark(current))
    form = _form(place, current, request)
    seen = request.POST.get("seen", "")
    if not form.is_valid():
        return _answer(request, place, current, form, seen=seen, status=422)
    return _save(request, place, current, form, seen)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """The form of a row that is not there yet; for rules the kind is chosen first."""
    place = _place(request, pk, what, "add")
    row = _new_row(place, request)
    if row is None:
        kinds = [(kind, label, KIND_HELP[kind]) for kind, label in Rule.Kind.choices]
        context = {"kinds": kinds, "what": what}
        return page(
            request, "configurator/admin/kinds.html", place.configurator, context, title=_("New rule"), partial="kinds"
        )
    form = _form(place, row, request if request.method == "POST" else None)
    if request.method != "POST":
        return _answer(request, place, row, form)
    if not form.is_valid():
        return _answer(request, place, row, form, status=422)
    return _save(request, place, row, form, "")


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, pk: int, what: str, row: int) -> HttpResponse:
    """Ask, then delete."""
    place = _place(request, pk, what, "delete")
    current = _row(place, row)
    context: dict[str, Any] = {"row": current, "what": what, "seen": mark(current), "item": _item(place, current)}
    status = 200
    if request.method == "POST":
        try:
            delete_row(row=current, seen=request.POST.get("seen", ""), by=user_of(request))
        except (ChangedMeanwhile, StillUsed) as error:
            context["refusal"], status = str(error), error.status
        else:
            return _deleted(request, place, current)
    return page(
        request,
        "configurator/admin/delete.html",
        place.configurator,
        context,
        title=_("Delete"),
        partial="ask",
        status=status,
    )


@require_safe
def show(request: HttpRequest, pk: int, what: str, row: int) -> HttpResponse:
    """A row as the workspace shows it: what cancelling an edit brings back."""
    place = _place(request, pk, what)
    current = _row(place, row)
    if not is_htmx(request):
        return redirect_page(request, _back(place, current))
    return _shown(request, place, current)


@require_POST
def check(request: HttpRequest, pk: int, what: str, row: int = 0) -> HttpResponse:
    """What a rule that is being typed says, and what it would break or mend. Nothing is saved."""
    place = _place(request, pk, what)
    current = cast("Rule | None", _row(place, row) if row else _new_row(place, request))
    if not isinstance(current, Rule):
        raise Http404
    start = time.perf_counter()
    form = cast("forms.RuleForm", _form(place, current, request))
    form.is_valid()
    context: dict[str, Any] = {"form": form, "is_table": isinstance(form, TableForm)}
    entry = form.entry()
    if entry is not None:
        context |= _verdict(place.draft, entry, current)
    context["milliseconds"] = round((time.perf_counter() - start) * 1000)
    return page(request, "configurator/admin/check.html", place.configurator, context, title=_("Check"), partial="live")


@require_safe
def export(request: HttpRequest, pk: int, what: str, row: int) -> HttpResponse:
    """A table rule as CSV, by code or (``?names``) by name; with the mark by which spreadsheets know UTF-8."""
    place = _place(request, pk, what)
    rule = _row(place, row)
    if not isinstance(rule, Rule) or rule.kind != Rule.Kind.TABLE:
        raise Http404
    heads, cells = spoken(place.draft.data) if "names" in request.GET else ({}, {})
    text = write(rule.parameters["groups"], rule.parameters["rows"], heads=heads, cells=cells)
    response = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{rule.code}.csv"'
    return response


def _place(request: HttpRequest, pk: int, what: str, action: str = "") -> Place:
    model = WHATS[what]
    require(request, *([f"configurator.{action}_{model._meta.model_name}"] if action else []))
    configurator = configurator_of(pk)
    return Place(configurator, open_draft(configurator), what)


def _row(place: Place, pk: int) -> Row:
    found = place.model._default_manager.filter(configurator=place.configurator)
    return cast("Row", get_object_or_404(found, pk=pk))


def _new_row(place: Place, request: HttpRequest) -> Row | None:
    row: Any = place.model(configurator=place.configurator)
    if place.what == "rules":
        row.kind = request.POST.get("kind") or request.GET.get("kind", "")
        if row.kind not in RULE_FORMS:
            return None
    elif place.what == "options":
        group = request.GET.get("group", "")
        found = OptionGroup.objects.filter(configurator=place.configurator)
        wanted = found.filter(code=group).first() or found.first()
        if wanted is None:
            raise Http404
        row.group, row.position = wanted, wanted.options.count()
    elif place.what == "groups":
        row.position = len(place.draft.data["groups"])
    return cast("Row", row)


def _form(place: Place, row: Row, request: HttpRequest | None = None) -> forms.RowForm:
    made = RULE_FORMS[row.kind] if isinstance(row, Rule) else FORMS[type(row)]
    data = (request.POST, request.FILES) if request else (None, None)
    return made(place.draft, row, *data, auto_id=f"{place.what}-{row.pk or 'new'}-%s")


def _answer(
    request: HttpRequest,
    place: Place,
    row: Row,
    form: forms.RowForm,
    *,
    seen: str = "",
    status: int = 200,
    theirs: Any = None,
    refusal: str = "",
) -> HttpResponse:
    args = [row.pk] if row.pk else []
    context = {
        "form": form,
        "row": row,
        "what": place.what,
        "seen": seen,
        "theirs": theirs,
        "refusal": refusal,
        "action": place.address("edit", *args) if row.pk else place.address("new"),
        "check_url": place.address("check", *args) if place.what == "rules" else "",
        "cancel_url": place.address("show", row.pk) if row.pk else "",
        "kind": getattr(row, "kind", ""),
        "kind_help": KIND_HELP.get(getattr(row, "kind", ""), ""),
        "sheet": form if isinstance(form, TableForm) and form.is_bound else None,
        "owners": sorted({rule["owner"] for rule in place.draft.data["rules"]}),
        "back": _back(place, row),
    }
    title = _("Edit") if row.pk else _("New")
    return page(
        request, "configurator/admin/form.html", place.configurator, context, title=title, partial="row", status=status
    )


def _save(request: HttpRequest, place: Place, row: Row, form: forms.RowForm, seen: str) -> HttpResponse:
    is_new = row.pk is None
    try:
        kept = save_row(row=row, values=form.values(), seen=seen, by=user_of(request))
    except StillUsed as error:
        return _answer(request, place, row, form, seen=seen, status=error.status, refusal=str(error))
    except ChangedMeanwhile as error:
        return _conflict(request, place, row, form, error)
    place = Place(place.configurator, open_draft(place.configurator), place.what)
    if not is_htmx(request):
        messages.success(request, _("Saved."))
        return redirect_page(request, _back(place, kept))
    if place.what in ("groups", "options") and (is_new or {"group", "position", "pick"} & set(form.changed_data)):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    response = _shown(request, place, kept, is_new=is_new)
    response["HX-Trigger"] = "draft-changed"
    return response


def _conflict(
    request: HttpRequest, place: Place, row: Row, form: forms.RowForm, error: ChangedMeanwhile
) -> HttpResponse:
    """Both versions: what was typed stays in the form, what somebody else saved stands above it."""
    current: Any = place.model._default_manager.filter(pk=row.pk).first()
    theirs: dict[str, Any] = {"item": None, "entry": _last_entry(row)}
    if current is None:
        again = cast("Row", _again(place, row))
        form = _form(place, again, request)
        form.is_valid()
        return _answer(request, place, again, form, status=error.status, theirs=theirs)
    theirs["item"] = _item(place, current)
    theirs["fields"] = _plain(current)
    return _answer(request, place, row, form, seen=mark(current), status=error.status, theirs=theirs)


def _again(place: Place, row: Any) -> Any:
    """A new row in the place of a deleted one."""
    again: Any = place.model(configurator=place.configurator)
    for name in ("kind", "group"):
        if hasattr(row, name):
            setattr(again, name, getattr(row, name))
    return again


PLAIN = (
    *("name_en", "name_zh", "reason_en", "reason_zh", "label_en", "label_zh", "owner", "valid_from", "valid_until"),
    *("standard", "description_en", "description_zh", "colour", "pick", "position"),
)
"""Fields that are told as they are; what a rule says is told as its sentence."""


def _plain(row: Any) -> list[tuple[str, Any]]:
    return [(str(row._meta.get_field(name).verbose_name), getattr(row, name)) for name in PLAIN if hasattr(row, name)]


def _last_entry(row: Row) -> LogEntry | None:
    kind = ContentType.objects.get_for_model(type(row))
    entries = LogEntry.objects.filter(content_type=kind, object_id=str(row.pk)).select_related("user")
    return entries.order_by("-action_time", "-pk").first()


def _shown(request: HttpRequest, place: Place, row: Row, *, is_new: bool = False) -> HttpResponse:
    context = {
        "item": _item(place, row),
        "what": place.what,
        "is_new": is_new,
        "announce": is_new or request.method == "POST",
    }
    return page(request, "configurator/admin/row.html", place.configurator, context, partial=f"{place.what}-item")


def _item(place: Place, row: Row) -> Any:
    if isinstance(row, Rule):
        return rule_items(place.draft, [row], lint(place.draft))[0]
    if isinstance(row, PriceRule):
        return price_items(place.draft, [row])[0]
    rules = [
        *rule_items(place.draft, place.configurator.rules.all()),
        *price_items(place.draft, place.configurator.price_rules.all()),
    ]
    if isinstance(row, OptionGroup):
        return group_items([row], rules, lint(place.draft))[0]
    group = group_items([row.group], rules, lint(place.draft))[0]
    return next(item for item in group.options if item.row.pk == row.pk)


def _deleted(request: HttpRequest, place: Place, row: Row) -> HttpResponse:
    text = _("Deleted: %(what)s") % {"what": row}
    if not is_htmx(request):
        messages.success(request, text)
        return redirect_page(request, _back(place, None))
    context = {"announce": text}
    response = page(request, "configurator/admin/row.html", place.configurator, context, partial="gone")
    response["HX-Trigger"] = "draft-changed"
    return response


def _back(place: Place, row: Row | None) -> str:
    address = reverse("admin:configurator_editor_workspace", args=[place.configurator.pk])
    if row is None or row.pk is None:
        return address
    return f"{address}#{place.what.removesuffix('s') if place.what in ('options', 'groups') else place.what}-{row.code}"


def _verdict(draft: Draft, entry: Mapping[str, Any], row: Rule) -> dict[str, Any]:
    """The sentence in both languages, and the remarks that come and go with the rule."""
    names = names_of(draft)
    language, _stem = other_language()
    with translation.override(language):
        other = rule_sentence(entry["kind"], entry["parameters"], names)
    before, after = lint(draft), lint(draft.with_rule(entry, row.code if row.pk else ""))
    known = {remark.identity for remark in before}
    left = {remark.identity for remark in after}
    return {
        "sentence": rule_html(entry["kind"], entry["parameters"], names),
        "other": other,
        "other_language": language,
        "come": [tell(remark, names) for remark in after if remark.identity not in known],
        "gone": [tell(remark, names) for remark in before if remark.identity not in left],
    }
