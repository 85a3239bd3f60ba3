"""What the pages of this app's back office share."""

import json
import uuid
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from apps.accounts.requests import user_of
from apps.common.errors import DomainError
from apps.common.looking import LookOnly, LookOnlyInline, LookOnlyPage
from apps.common.money import yuan
from apps.orders.models import FormSent
from apps.orders.services.once import once, stored_key

__all__ = [
    "FORM_KEY",
    "ActingPage",
    "LookOnly",
    "LookOnlyInline",
    "LookOnlyPage",
    "NoteForm",
    "OfAPayment",
    "TextForm",
    "TriedAgain",
    "act_once",
    "amount_column",
    "form_key",
    "may_follow",
    "offers",
    "order_column",
    "order_link",
    "posted",
    "was_sent",
]
# The hidden field by which a form is known that is sent again.
FORM_KEY = "form_key"


def amount_column(field: str, label: Any) -> Any:
    """A column that shows fen as yuan."""

    @admin.display(description=label, ordering=field)
    def column(self: Any, row: Any) -> str | SafeString:
        value = getattr(row, field)
        return "" if value is None else yuan(value)

    return column


def order_link(order: Any) -> str | SafeString:
    """The way to an order's page."""
    if order is None:
        return "–"
    address = reverse("admin:orders_order_change", args=[order.pk])
    return format_html('<a class="bo-link" href="{}">{}</a>', address, order.number)


@admin.display(description=_("order"), ordering="order__number")
def order_column(self: Any, row: Any) -> str | SafeString:
    """The order that a row belongs to."""
    return order_link(row.order)


@admin.display(description=_("order"), ordering="leg__order__number")
def number_column(self: Any, row: Any) -> str | SafeString:
    """The order that a payment's row belongs to."""
    return order_link(row.leg.order if row.leg else None)


class OfAPayment:
    """A page of rows that belong to a payment: the order stands first. Stands before the page's own class."""

    number = number_column

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        own = super().get_fields(request, obj)  # type: ignore[misc]
        return list(dict.fromkeys(["number", *own]))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return ["number", *super().get_readonly_fields(request, obj)]  # type: ignore[misc]


class TriedAgain:
    """A page of rows that are tried until they are done. Stands before the page's own class."""

    model: Any
    done_field = "done_at"

    @admin.display(description=_("next attempt"), ordering="next_at")
    def upcoming(self, row: Any) -> datetime | None:
        """When it is tried again; what is done is not."""
        return None if getattr(row, self.done_field) else row.next_at

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        own = super().get_fields(request, obj)  # type: ignore[misc]
        over = isinstance(obj, self.model) and getattr(obj, self.done_field)
        return [name for name in own if name != "next_at" or not over]


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
        self, request: HttpRequest, row: Model, form: forms.Form, do: Callable[[], object], title: Any, note: Any = ""
    ) -> HttpResponse:
        meta = self.model._meta
        back = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
        refused = ""
        if request.method == "POST" and form.is_valid():
            try:
                act_once(request, do)
            except DomainError as error:
                if error.field in form.fields:
                    form.add_error(error.field, str(error))
                else:
                    refused = str(error)
            else:
                return redirect(back)
        context = {
            **self.admin_site.each_context(request),
            "opts": meta,
            "title": title,
            "subject": str(row),
            "form": form,
            "note": note,
            "refused": refused,
            "back": back,
            "form_key": form_key(request),
        }
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "orders/admin/act.html", context, status=status)


def form_key(request: HttpRequest, key: str = "") -> str:
    """The key of the form that is shown: the one that was sent, for as long as the form is corrected; else a new one."""
    return request.POST.get(FORM_KEY) or key or uuid.uuid4().hex


def act_once(request: HttpRequest, do: Callable[[], object]) -> None:
    """Do what a form was sent for, once, and say so.

    Raises:
        FormUsed: the form was sent before, with something else in it. Whatever ``do`` raises.
    """
    key = request.POST.get(FORM_KEY)
    if not key:  # not from a page of ours
        do()
    elif not once(key=key, content=_content(request), user=user_of(request), do=do):
        messages.info(request, _("This form was sent before, and was acted upon once."))
        return
    messages.success(request, _("Done."))


def was_sent(request: HttpRequest) -> bool:
    """Whether this is a form that has been acted upon: who sends it twice hears that, not that there is nothing to be done."""
    key = request.POST.get(FORM_KEY)
    return key is not None and FormSent.objects.filter(key=stored_key(user_of(request).pk, key)).exists()


def _content(request: HttpRequest) -> str:
    """Whereto, and everything that was typed."""
    left_out = ("csrfmiddlewaretoken", FORM_KEY)
    typed = sorted((name, values) for name, values in request.POST.lists() if name not in left_out)
    return json.dumps([request.path, typed])


def offers(request: HttpRequest) -> bool:
    """Whether this is the page that offers actions; on an action's own page it is the service that says what no longer goes."""
    match = request.resolver_match
    return match is not None and str(match.url_name).endswith("_change")


def may_follow(
    request: HttpRequest, rows: QuerySet[Any], pk: Any, target: str, pairs: Collection[tuple[str, str]]
) -> bool:
    """Whether a row's page offers what leads to this state: ``pairs`` says which state may follow which."""
    if not pk or not offers(request):
        return True
    return (rows.filter(pk=pk).values_list("status", flat=True).first(), target) in pairs


def posted(request: HttpRequest) -> Any:
    """What was sent, even if that is an empty form."""
    return request.POST if request.method == "POST" else None


TOTAL, AMOUNT = _("total"), _("amount")
