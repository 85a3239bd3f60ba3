"""The form of a table rule: pasted from a spreadsheet or sent as a file, shown as it was understood, then saved."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.configurator.editor import choices
from apps.configurator.editor.forms import RuleForm
from apps.configurator.sheets import Column, Fault, Sheet, decode, read, write

SHOWN = 20
MOST_BYTES = 4 * 1024 * 1024


class TableForm(RuleForm):
    places = {"groups": "sheet", "rows": "sheet"}
    sheet = forms.CharField(
        label=_("Allowed combinations"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "ed-sheet", "wrap": "off"}),
        help_text=_("Paste from a spreadsheet: the first line names groups, each other line one option of each."),
    )
    file = forms.FileField(
        label=_("or a CSV file"), required=False, widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt"})
    )

    def build(self) -> None:
        if not self.is_bound and self.stored:
            groups, rows = self.stored["groups"], self.stored["rows"]
            heads, cells = spoken(self.draft.data)
            self.initial["sheet"] = write(groups, rows, heads=heads, cells=cells, delimiter="\t")

    @cached_property
    def understood(self) -> Sheet:
        """What stands in the file, or else in the field."""
        file = self.files.get(self.add_prefix("file")) if self.files else None
        if file:
            if (file.size or 0) > MOST_BYTES:
                return Sheet(faults=(Fault(1, 0, str(_("This file is too large."))),))
            return read(decode(file.read()), columns_of(self.draft.data))
        return read(self.data.get(self.add_prefix("sheet"), ""), columns_of(self.draft.data))

    @property
    def shown(self) -> list[list[str]]:
        """The first rows, by name."""
        names = {o["code"]: choices.own(o) for group in self.draft.data["groups"] for o in group["options"]}
        return [[names[cell] for cell in row] for row in self.understood.rows[:SHOWN]]

    @property
    def heads(self) -> list[str]:
        names = {group["code"]: choices.own(group) for group in self.draft.data["groups"]}
        return [names[code] for code in self.understood.groups]

    def checked(self, cleaned: dict[str, Any]) -> None:
        sheet = self.understood
        if sheet.faults:
            self.add_error("sheet", _("Not everything was understood; below it says what."))
        else:
            super().checked(cleaned)

    def parameters(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        return {"groups": list(self.understood.groups), "rows": [list(row) for row in self.understood.rows]}


def columns_of(data: Mapping[str, Any]) -> list[Column]:
    """The car's groups as a sheet's columns."""
    return [
        Column(
            group["code"],
            (group["name_en"], group["name_zh"]),
            tuple((o["code"], o["name_en"], o["name_zh"]) for o in group["options"]),
            group["pick"] == "one",
        )
        for group in data["groups"]
    ]


def spoken(data: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Code to name (groups, options) for ``sheets.write``, where the name means nothing else; the others are written as codes."""
    columns = columns_of(data)
    cells: dict[str, str] = {}
    for column in columns:
        cells |= _clear(list(column.options))
    return _clear([(column.code, *column.names) for column in columns]), cells


def _clear(entries: list[tuple[str, str, str]]) -> dict[str, str]:
    every = [text for entry in entries for text in {part.casefold() for part in entry}]
    named = ((code, choices.own({"name_en": english, "name_zh": chinese})) for code, english, chinese in entries)
    return {code: name for code, name in named if every.count(name.casefold()) == 1}
