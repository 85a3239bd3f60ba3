"""What the pages of this app's back office share."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from apps.common.errors import DomainError
from apps.common.looking import LookOnly, LookOnlyInline, LookOnlyPage
from apps.common.money import yuan

__all__ = [
    "ActingPage",
    "LookOnly",
    "LookOnlyInline",
    "LookOnlyPage",
    "NoteForm",
    "TextForm",
    "amount_column",
    "posted",
]


def amount_column(field: str, label: Any) -> Any:
    """A column that shows fen as yuan."""

    @admin.display(description=label, ordering=field)
    def column(self: Any, row: Any) -> str | SafeString:
        value = getattr(row, field)
        return "" if value is None else yuan(value)

    return column


class TextForm(forms.Form):
    """Why, or what was found; kept with the order."""

    text = forms.CharField(
        label=_("What was found, or why"), max_length=300, widget=UnfoldAdminTextareaWidget({"rows": 3})
    )


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Note"), max_length=300, required=False, widget=UnfoldAdminTextareaWidget({"rows": 3})
    )


class ActingPage(LookOnlyPage):
    """A page whose detail actions ask first, then do it or say why not."""

    def ask(
        self, request: HttpRequest, row: Model, form: forms.Form, do: Callable[[], object], title: Any
    ) -> HttpResponse:
        meta = self.model._meta
        back = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
        refused = ""
        if request.method == "POST" and form.is_valid():
            try:
                do()
            except DomainError as error:
                refused = str(error)
            else:
                messages.success(request, _("Done."))
                return redirect(back)
        context = {
            **self.admin_site.each_context(request),
            "opts": meta,
            "title": title,
            "subject": str(row),
            "form": form,
            "refused": refused,
            "back": back,
        }
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "orders/admin/act.html", context, status=status)


def posted(request: HttpRequest) -> Any:
    """What was sent, even if that is an empty form."""
    return request.POST if request.method == "POST" else None


TOTAL, AMOUNT = _("total"), _("amount")
