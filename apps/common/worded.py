"""Codes of the back office's rows as people call them: in lists, filters and forms alike."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from apps.common.money import yuan

# What the models say of a column of money.
FEN = "fen"
Namer = Callable[[Any], str]


def words(names: Mapping[str, str | Promise]) -> Namer:
    """What a code is called; one that nobody named stays as it is."""
    return lambda code: str(names.get(code, code))


def language_name(code: str) -> str:
    """A language in the reader's own."""
    return str(dict(settings.LANGUAGES).get(code, code))


class Worded:
    """A page or inline whose ``worded`` names the columns that hold codes; fen are yuan by themselves. Stands before unfold's class."""

    worded: ClassVar[Mapping[str, Namer]] = {}
    model: Any

    def __init_subclass__(cls, **rest: Any) -> None:
        super().__init_subclass__(**rest)
        for field, name in cls.__dict__.get("worded", {}).items():
            setattr(cls, f"{field}_word", _column(field, name))

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        for field in self.worded:
            column = getattr(type(self), f"{field}_word")
            column.short_description = self.model._meta.get_field(field).verbose_name
        self.fen = {one.name for one in self.model._meta.fields if one.help_text == FEN and not one.choices}
        for name in self.fen:
            setattr(self, f"{name}_money", money_column(name, self.model._meta.get_field(name).verbose_name))

    def in_words(self, names: Sequence[Any]) -> list[Any]:
        """These columns, codes as words."""
        shown = (
            f"{name}_word" if name in self.worded else f"{name}_money" if name in self.fen else name for name in names
        )
        return list(dict.fromkeys(shown))

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return self.in_words(super().get_list_display(request))  # type: ignore[misc]  # it is the admin's

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return self.in_words(super().get_fields(request, obj))  # type: ignore[misc]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        own = super().get_readonly_fields(request, obj)  # type: ignore[misc]
        both = [*self.in_words(own), *self.in_words([*self.worded, *sorted(self.fen)])]
        return list(dict.fromkeys(both))

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        filters = super().get_list_filter(request)  # type: ignore[misc]
        return [(one, _filter(self.worded[one])) if one in self.worded else one for one in filters]


def facts(values: Any) -> SafeString | str:
    """What a row keeps as JSON, a line for each fact."""
    rows = values.items() if isinstance(values, Mapping) else ((str(at), one) for at, one in enumerate(values, 1))
    return format_html_join(mark_safe("<br>"), "{}: {}", ((name, _plain(value)) for name, value in rows))


def _plain(value: Any) -> str:
    """A fact that is a list or has facts of its own is one line of them."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plain(one)}" for name, one in value.items())
    return ", ".join(_plain(one) for one in value) if isinstance(value, list | tuple) else str(value)


def money_column(field: str, label: Any) -> Callable[[Any], str]:
    @admin.display(description=label, ordering=field)
    def column(row: Any) -> str:
        amount = getattr(row, field)
        return "–" if amount is None else yuan(amount)

    return column


def _column(field: str, name: Namer) -> Callable[[Any, Any], str]:
    @admin.display(ordering=field)
    def column(_page: Any, row: Any) -> str:
        code = getattr(row, field)
        return name(code) if code else "–"

    return column


def _filter(name: Namer) -> type[admin.AllValuesFieldListFilter]:
    class InWords(admin.AllValuesFieldListFilter):
        def choices(self, changelist: Any) -> Any:
            for one in super().choices(changelist):
                yield {**one, "display": name(str(one["display"]))}

    return InWords
