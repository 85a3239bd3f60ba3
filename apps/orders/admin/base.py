"""What the pages of this app's back office share."""

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.common.looking import LookOnly, LookOnlyInline, LookOnlyPage
from apps.common.money import yuan

__all__ = ["LookOnly", "LookOnlyInline", "LookOnlyPage", "amount_column"]


def amount_column(field: str, label: Any) -> Any:
    """A column that shows fen as yuan."""

    @admin.display(description=label, ordering=field)
    def column(self: Any, row: Any) -> str | SafeString:
        value = getattr(row, field)
        return "" if value is None else yuan(value)

    return column


TOTAL, AMOUNT = _("total"), _("amount")
