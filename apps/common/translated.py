"""Content in two languages: ``name_en`` and ``name_zh`` columns, read as ``name``."""

from collections.abc import Mapping
from typing import Any, overload

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy

_HEADS: Mapping[str, Promise] = {
    "name": pgettext_lazy("column", "name"),
    "title": pgettext_lazy("column", "title"),
    "label": pgettext_lazy("column", "label"),
    "reason": pgettext_lazy("column", "reason"),
    "summary": pgettext_lazy("column", "summary"),
    "text": pgettext_lazy("column", "text"),
}


def content_language() -> str:
    """The suffix of the columns to read: ``zh`` for any Chinese, otherwise ``en``."""
    return "zh" if (get_language() or "en").startswith("zh") else "en"


class Translated:
    """A read-only attribute that gives the column of the reader's language, or English where that is empty."""

    def __init__(self, stem: str) -> None:
        self.stem = stem

    @property
    def short_description(self) -> str:
        """What the back office heads such a column with."""
        return str(_HEADS.get(self.stem, self.stem))

    @overload
    def __get__(self, instance: None, owner: type) -> "Translated": ...
    @overload
    def __get__(self, instance: Any, owner: type) -> str: ...
    def __get__(self, instance: Any, owner: type) -> "Translated | str":
        if instance is None:
            return self
        text: str = getattr(instance, f"{self.stem}_{content_language()}")
        return text or str(getattr(instance, f"{self.stem}_en"))


def translated_column(stem: str) -> str:
    """The column to sort or search by in the reader's language: ``name`` gives ``name_zh`` or ``name_en``."""
    return f"{stem}_{content_language()}"
