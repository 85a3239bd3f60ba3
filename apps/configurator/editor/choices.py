"""What the pickers of the forms offer: options by group, searched by the name in either language or the code."""

from collections.abc import Mapping
from typing import Any

from django import forms

from apps.common.translated import content_language

type Data = Mapping[str, Any]


class Picker(forms.SelectMultiple):
    """A list of several that ``editor.js`` makes a search field of; without scripts it stays the list."""

    def __init__(self, others: Mapping[str, str], *, single: bool = False) -> None:
        super().__init__(attrs={"data-picker": "one" if single else "many"})
        self.others = others

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if other := self.others.get(str(value)):
            option["attrs"]["data-other"] = other
        return option


class OnePicker(Picker):
    """The same for exactly one."""

    allow_multiple_selected = False

    def __init__(self, others: Mapping[str, str]) -> None:
        super().__init__(others, single=True)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"].pop("multiple", None)
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return data.get(name)


class ListField(forms.MultipleChoiceField):
    """Several codes; those that stood there before keep their place, so that nothing seems changed that is not."""

    def __init__(self, *, before: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.before = before

    def clean(self, value: Any) -> list[str]:
        codes: list[str] = list(dict.fromkeys(super().clean(value)))
        kept = [code for code in self.before if code in codes]
        return [*kept, *(code for code in codes if code not in kept)]


def options(data: Data) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every option of the draft, group by group."""
    return [
        (own(group), [(option["code"], f"{own(option)} · {option['code']}") for option in group["options"]])
        for group in data["groups"]
        if group["options"]
    ]


def others(data: Data) -> dict[str, str]:
    """Code to the name in the language that is not shown, and the group's, to be found by them too."""
    stem = "name_en" if content_language() == "zh" else "name_zh"
    return {
        option["code"]: f"{option[stem]} {group[stem]} {group['code']}"
        for group in data["groups"]
        for option in group["options"]
    }


def columns(data: Data) -> list[tuple[str, str]]:
    """The groups that a table can have as columns."""
    return [(group["code"], f"{own(group)} · {group['code']}") for group in data["groups"] if group["pick"] == "one"]


def own(row: Data, stem: str = "name") -> str:
    text: str = row[f"{stem}_{content_language()}"]
    return text or str(row[f"{stem}_en"])
