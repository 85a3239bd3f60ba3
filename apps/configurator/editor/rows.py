"""Add, edit, delete and check one row: in place by htmx, on a page of its own without."""

import time
from collections.abc import Mapping
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.requests import user_of
from apps.common.pages import redirect_page
from apps.common.requests import is_htmx
from apps.configurator.editor import forms
from apps.configurator.editor.frame import page
from apps.configurator.editor.history import label_of, tell_value
from apps.configurator.editor.items import (
    WITH_TERMS,
    car_item,
    group_items,
    names_of,
    other_language,
    price_items,
    rule_items,
    tell,
)
from apps.configurator.editor.places import (
    KIND_HELP,
    Place,
    address_of,
    find_row,
    form_of,
    hidden_of,
    new_row,
    place_of,
    row_of,
)
from apps.configurator.editor.tables import TableForm, spoken
from apps.configurator.errors import ChangedMeanwhile, StillUsed, TakenMeanwhile
from apps.configurator.models import Configurator, OptionGroup, PriceRule, RentalTerms, Rule
from apps.configurator.sentences import rule_html, rule_sentence
from apps.configurator.services import audit
from apps.configurator.services.drafts import Draft, Row, delete_row, lint, mark, save_row
from apps.configurator.sheets import write


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int, what: str, row: int) -> HttpResponse:
    """The form of a row, and saving it."""
    place = place_of(request, pk, what, "change")
    current = find_row(place, row) if request.method == "POST" else row_of(place, row)
    if current is None:
        return _gone(request, place, row)
    if request.method != "POST":
        return _answer(request, place, current, form_of(place, current), seen=mark(current))
    form = form_of(place, current, request)
    seen = request.POST.get("seen", "")
    if not form.is_valid():
        return _answer(request, place, current, form, seen=seen, status=422)
    return _save(request, place, current, form, seen)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """The form of a row that is not there yet; for rules the kind is chosen first."""
    place = place_of(request, pk, what, "add")
    row = new_row(place, request)
    if row is None:
        kinds = [(kind, label, KIND_HELP[kind]) for kind, label in Rule.Kind.choices]
        context = {"kinds": kinds, "what": what}
        return page(
            request, "configurator/admin/kinds.html", place.configurator, context, title=_("New rule"), partial="kinds"
        )
    form = form_of(place, row, request if request.method == "POST" else None)
    if request.method != "POST":
        return _answer(request, place, row, form)
    if not form.is_valid():
        return _answer(request, place, row, form, status=422)
    return _save(request, place, row, form, "")


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, pk: int, what: str, row: int) -> HttpResponse:
    """Ask, then delete."""
    place = place_of(request, pk, what, "delete")
    if what == "car":
        raise Http404
    current = row_of(place, row)
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
    place = place_of(request, pk, what)
    current = row_of(place, row)
    if not is_htmx(request):
        return redirect_page(request, address_of(current, place.configurator.pk))
    return _shown(request, place, current)


@require_POST
def check(request: HttpRequest, pk: int, what: str, row: int = 0) -> HttpResponse:
    """What a rule that is being typed says, and what it would break or mend. Nothing is saved."""
    place = place_of(request, pk, what)
    current = cast("Rule | None", row_of(place, row) if row else new_row(place, request))
    if not isinstance(current, Rule):
        raise Http404
    start = time.perf_counter()
    form = cast("forms.RuleForm", form_of(place, current, request))
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
    place = place_of(request, pk, what)
    rule = row_of(place, row)
    if not isinstance(rule, Rule) or rule.kind != Rule.Kind.TABLE:
        raise Http404
    heads, cells = spoken(place.draft.data) if "names" in request.GET else ({}, {})
    text = write(rule.parameters["groups"], rule.parameters["rows"], heads=heads, cells=cells)
    response = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{rule.code}.csv"'
    return response


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
        "hidden": hidden_of(row),
        "kind_help": KIND_HELP.get(getattr(row, "kind", ""), ""),
        "sheet": form if isinstance(form, TableForm) and form.is_bound else None,
        "owners": sorted({rule["owner"] for rule in place.draft.data["rules"]}),
        "back": address_of(row, place.configurator.pk),
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
    except TakenMeanwhile as error:
        form.add_error("code" if "code" in form.fields else None, str(error))
        return _answer(request, place, row, form, status=error.status)
    except ChangedMeanwhile as error:
        return _conflict(request, place, row, form, error)
    place = place.again()
    if not is_htmx(request):
        messages.success(request, _("Saved."))
        return redirect_page(request, address_of(kept, place.configurator.pk))
    if _moves(place, form, is_new=is_new):
        messages.success(request, _("Saved."))
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    response = _shown(request, place, kept, is_new=is_new)
    response["HX-Trigger"] = "draft-changed"
    return response


def _moves(place: Place, form: forms.RowForm, *, is_new: bool) -> bool:
    """Whether more of the workspace than the row itself looks different now."""
    changed = {"group", "position", "pick"} & set(form.changed_data)
    return place.what in ("groups", "options", "rentals") and (is_new or bool(changed))


def _conflict(
    request: HttpRequest, place: Place, row: Row, form: forms.RowForm, error: ChangedMeanwhile
) -> HttpResponse:
    """Both versions: what was typed stays in the form, what somebody else saved stands above it."""
    current = find_row(place, row.pk)
    if current is None:
        return _gone(request, place, row.pk)
    entry = audit.last_entry(place.model, row.pk, place.configurator.pk)
    theirs = {"item": _item(place, current), "entry": entry, "fields": _plain(place, current)}
    return _answer(request, place, row, form, seen=mark(current), status=error.status, theirs=theirs)


def _gone(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    """Somebody has deleted the row that was typed in: what was typed can be added as a new one."""
    entry, again = audit.last_entry(place.model, pk, place.configurator.pk), new_row(place, request)
    if entry is None or again is None:
        raise Http404
    was = {name: old for name, old, _new in audit.details(entry)}
    form = form_of(place, again, request, code=str(was.get("code", "")))
    form.is_valid()
    theirs = {"item": None, "entry": entry}
    return _answer(request, place, again, form, status=ChangedMeanwhile.status, theirs=theirs)


PLAIN = (
    *("name_en", "name_zh", "reason_en", "reason_zh", "label_en", "label_zh", "owner", "valid_from", "valid_until"),
    *("price", "base_price", "standard", "description_en", "description_zh", "colour", "picture", "pick", "position"),
)
"""Fields that are told as they are; what a rule says and what renting costs is told as a sentence."""


def _plain(place: Place, row: Row) -> list[tuple[str, str]]:
    names = names_of(place.draft)
    known = {name: value for name in PLAIN if (value := getattr(row, name, None)) not in (None, "")}
    return [(label_of(row, name), tell_value(name, value, names)) for name, value in known.items()]


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
    if isinstance(row, Configurator):
        return car_item(row)
    rules = [
        *rule_items(place.draft, place.configurator.rules.all()),
        *price_items(place.draft, place.configurator.price_rules.all()),
    ]
    option = row.option if isinstance(row, RentalTerms) else row
    group_id = option.pk if isinstance(option, OptionGroup) else option.group_id
    groups = OptionGroup.objects.filter(pk=group_id).prefetch_related(WITH_TERMS)
    group = group_items(groups, place.draft, rules, lint(place.draft))[0]
    if isinstance(row, OptionGroup):
        return group
    item = next(item for item in group.options if item.row.pk == option.pk)
    return item.rental if isinstance(row, RentalTerms) else item


def _deleted(request: HttpRequest, place: Place, row: Row) -> HttpResponse:
    text = _("Deleted: %(what)s") % {"what": row}
    if not is_htmx(request):
        messages.success(request, text)
        return redirect_page(request, address_of(None, place.configurator.pk))
    if place.what == "rentals":
        messages.success(request, text)
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    context = {"announce": text}
    response = page(request, "configurator/admin/row.html", place.configurator, context, partial="gone")
    response["HX-Trigger"] = "draft-changed"
    return response


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
