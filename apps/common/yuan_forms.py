"""Money in forms: people type and read yuan, rows keep fen."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Field
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.common.worded import FEN as IN_FEN
from apps.common.worded import money_column

FEN = 100
MOST_YUAN = 10**9
ONE_FEN = Decimal("0.01")


class YuanField(forms.DecimalField):
    """Yuan as people type them, fen as they are kept."""

    def __init__(self, *, least: Decimal | int = -MOST_YUAN, **kwargs: Any) -> None:
        super().__init__(max_value=MOST_YUAN, min_value=least, decimal_places=2, max_digits=14, **kwargs)
        self.widget.attrs["inputmode"] = "decimal"

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return f"{Decimal(value) / FEN:f}" if value % FEN else str(value // FEN)
        return value

    def clean(self, value: Any) -> int | None:
        amount = super().clean(str(value).replace(",", "").replace("，", "").strip() if value is not None else value)
        return None if amount is None else int(amount * FEN)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != initial)
        except ValidationError:
            return True


class InYuan:
    """A page or inline that asks for and shows the columns of fen in yuan. Stands before unfold's class.

    ``yuan_help`` says more of some of them, and names those whose model says other than just ``fen``.
    """

    yuan_help: ClassVar[dict[str, str | Promise]] = {}
    model: Any

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        for field in self.model._meta.fields:
            if self._is_money(field):
                setattr(self, f"{field.name}_money", money_column(field.name, field.verbose_name))

    def _is_money(self, field: "Field[Any, Any]") -> bool:
        return field.name in self.yuan_help or (field.help_text == IN_FEN and not field.choices)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if not self._is_money(db_field):
            return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]  # the admin's
        return YuanField(
            label=capfirst(str(db_field.verbose_name)),
            help_text=self.yuan_help.get(db_field.name, _("In yuan.")),
            initial=db_field.get_default() if db_field.has_default() else None,
            required=not db_field.blank,
            widget=UnfoldAdminTextInputWidget(),
        )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        """Whoever may only look gets sums as text; a field would show the fen."""
        names: Sequence[Any] = super().get_fields(request, obj)  # type: ignore[misc]
        if self.has_change_permission(request, obj):  # type: ignore[attr-defined]
            return names
        return list(dict.fromkeys(f"{name}_money" if hasattr(self, f"{name}_money") else name for name in names))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        names: Sequence[Any] = super().get_readonly_fields(request, obj)  # type: ignore[misc]
        if self.has_change_permission(request, obj):  # type: ignore[attr-defined]
            return names
        return [*names, *(f"{field.name}_money" for field in self.model._meta.fields if self._is_money(field))]
