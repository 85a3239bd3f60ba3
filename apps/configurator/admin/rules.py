"""Rules and price rules, searched over all cars; they are written in a car's workspace."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from apps.common.money import yuan
from apps.configurator.models import Configurator, PriceRule, Rule
from apps.configurator.rules import Groups, InvalidParameters, check_rule, check_when, read_rule


def _groups_of(configurator: Configurator) -> Groups:
    return {
        group.code: (group.pick, frozenset(option.code for option in group.options.all()))
        for group in configurator.groups.prefetch_related("options")
    }


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """Puts what is wrong with the parameters beside the parameters."""

    class Meta:
        model = Rule
        fields = (
            "configurator",
            "code",
            "kind",
            "parameters",
            "reason_en",
            "reason_zh",
            "owner",
            "valid_from",
            "valid_until",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        configurator, kind = cleaned.get("configurator"), cleaned.get("kind")
        if configurator and kind and "parameters" in cleaned:
            try:
                check_rule(read_rule(cleaned.get("code", ""), kind, cleaned["parameters"]), _groups_of(configurator))
            except InvalidParameters as error:
                self.add_error("parameters", str(error))
        return cleaned


class PriceRuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """Puts what is wrong with the condition beside the condition."""

    class Meta:
        model = PriceRule
        fields = ("configurator", "code", "when", "amount", "label_en", "label_zh", "valid_from", "valid_until")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        configurator = cleaned.get("configurator")
        if configurator and "when" in cleaned:
            try:
                check_when(cleaned["when"], _groups_of(configurator))
            except InvalidParameters as error:
                self.add_error("when", error.message)
        return cleaned


@admin.register(Rule)
class RuleAdmin(ModelAdmin):  # type: ignore[misc]  # it has no types
    form = RuleForm
    list_display = ("code", "configurator", "kind", "reason_en", "reason_zh", "owner", "valid_from", "valid_until")
    list_filter = ("configurator", "kind", "owner")
    list_select_related = ("configurator__car_model",)
    search_fields = ("code", "reason_en", "reason_zh", "owner", "parameters")
    autocomplete_fields = ("configurator",)


@admin.register(PriceRule)
class PriceRuleAdmin(ModelAdmin):  # type: ignore[misc]  # it has no types
    form = PriceRuleForm
    list_display = ("code", "configurator", "label_en", "label_zh", "price", "valid_from", "valid_until")
    list_filter = ("configurator",)
    list_select_related = ("configurator__car_model",)
    search_fields = ("code", "label_en", "label_zh", "when")
    autocomplete_fields = ("configurator",)

    @display(description=_("amount"), ordering="amount")  # type: ignore[untyped-decorator]
    def price(self, rule: PriceRule) -> str:
        return yuan(rule.amount)
