"""One typed form for each kind of row. ``values`` is what a service writes; nobody types JSON."""

from .base import RowForm
from .options import CarForm, GroupForm, OptionForm, RentalForm
from .rules import (
    AvailableForm,
    CountForm,
    ExcludesForm,
    PriceRuleForm,
    RequiresForm,
    RuleForm,
)

__all__ = [
    "AvailableForm",
    "CarForm",
    "CountForm",
    "ExcludesForm",
    "GroupForm",
    "OptionForm",
    "PriceRuleForm",
    "RentalForm",
    "RequiresForm",
    "RowForm",
    "RuleForm",
]
