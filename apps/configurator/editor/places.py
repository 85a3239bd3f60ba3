"""The car whose draft is edited and what of it: rows, their forms, their addresses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy

from apps.configurator.editor import forms
from apps.configurator.editor.access import configurator_of, require
from apps.configurator.editor.tables import TableForm
from apps.configurator.models import Configurator, Option, OptionGroup, PriceRule, RentalTerms, Rule
from apps.configurator.services.drafts import Draft, Row, open_draft, rows_of

WHATS: Mapping[str, type[Row]] = {
    "rules": Rule,
    "prices": PriceRule,
    "options": Option,
    "groups": OptionGroup,
    "rentals": RentalTerms,
    "car": Configurator,
}
ANCHORS = {"options": "option", "groups": "group"}
"""What a row's place in the workspace is called, where it is not called like its kind."""
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
    RentalTerms: forms.RentalForm,
    Configurator: forms.CarForm,
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

    def again(self) -> "Place":
        """The same place after something was written."""
        return Place(configurator_of(self.configurator.pk), open_draft(self.configurator), self.what)


def place_of(request: HttpRequest, pk: int, what: str, action: str = "") -> Place:
    """Raises:
    PermissionDenied: the person may not do this with such rows.
    """
    model = WHATS[what]
    require(request, *([f"configurator.{action}_{model._meta.model_name}"] if action else []))
    configurator = configurator_of(pk)
    return Place(configurator, open_draft(configurator), what)


def find_row(place: Place, pk: int) -> Row | None:
    found: Row | None = rows_of(place.model, place.configurator.pk).filter(pk=pk).first()
    return found


def row_of(place: Place, pk: int) -> Row:
    return cast("Row", get_object_or_404(rows_of(place.model, place.configurator.pk), pk=pk))


def new_row(place: Place, request: HttpRequest) -> Row | None:
    """A row that is not saved; ``None`` for a rule whose kind is not chosen yet. A car is never new here: 404."""
    if place.what == "rentals":
        return RentalTerms(option=_option_to_rent(place, request))
    if place.what == "car":
        raise Http404
    model: Any = place.model
    row = model(configurator=place.configurator)
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


def _option_to_rent(place: Place, request: HttpRequest) -> Option:
    code = request.POST.get("option") or request.GET.get("option", "")
    options = Option.objects.filter(configurator=place.configurator, group__pick=OptionGroup.Pick.ONE)
    return get_object_or_404(options.select_related("group"), code=code)


def form_of(place: Place, row: Row, request: HttpRequest | None = None, *, code: str = "") -> forms.RowForm:
    """The form of a row, filled with what was sent. ``code`` is what a row that is added again was called."""
    made = RULE_FORMS[row.kind] if isinstance(row, Rule) else FORMS[type(row)]
    data = request.POST.copy() if request else None
    if data is not None and code:
        data["code"] = code
    files = request.FILES if request else None
    return made(place.draft, row, data, files, auto_id=f"{place.what}-{row.pk or 'new'}-%s")


def hidden_of(row: Row) -> dict[str, str]:
    """What a form sends besides its fields, so that a new row is known by it."""
    if isinstance(row, Rule):
        return {"kind": row.kind}
    return {"option": row.option.code} if isinstance(row, RentalTerms) else {}


def address_of(row: Row | None, configurator_id: int) -> str:
    """Where the workspace shows a row; without one, the workspace."""
    address = reverse("admin:configurator_editor_workspace", args=[configurator_id])
    if row is None or row.pk is None:
        return address
    what = next(name for name, model in WHATS.items() if isinstance(row, model))
    return f"{address}#{ANCHORS.get(what, what)}-{row.code}"
