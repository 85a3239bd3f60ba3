"""The store's queue of single lines: surveys, installations, proofs. A button for each rule that staff may follow."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.accounts.requests import user_of
from apps.orders.admin.base import ActingPage, LookOnlyInline, NoteForm, TextForm, amount_column, posted, was_sent
from apps.orders.lifecycle import Actor, Family, line_rules
from apps.orders.models import LineStep, LineVisit, OrderLine
from apps.orders.services import visits
from apps.orders.services.permissions import INSPECT

if TYPE_CHECKING:
    from apps.accounts.models import User


class QuoteForm(TextForm):
    yuan = forms.DecimalField(
        label=_("Amount in yuan"), min_value=0, decimal_places=2, max_digits=10,
        widget=UnfoldAdminTextInputWidget({"inputmode": "decimal"}),
    )  # fmt: skip


class VisitForm(forms.Form):
    starts_at = forms.DateTimeField(
        label=_("Day and time"), widget=UnfoldAdminTextInputWidget({"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"],
    )  # fmt: skip
    address = forms.CharField(label=_("Address"), max_length=200, widget=UnfoldAdminTextInputWidget())


@dataclass(frozen=True, slots=True)
class Button:
    """``act`` is the rule's name; ``do`` calls its service with what the form gave."""

    act: str
    label: Promise
    form: type[forms.Form]
    do: "Callable[[OrderLine, User, dict[str, Any]], object]"
    icon: str


def _visit(service: Callable[..., object]) -> Any:
    return lambda line, user, data: service(line=line, user=user, **data)


def _plain(service: Callable[..., object]) -> Any:
    return lambda line, user, _data: service(line=line, user=user)


BUTTONS: tuple[Button, ...] = (
    Button("plan_survey", _("Plan the survey"), VisitForm, _visit(visits.plan_survey), "event"),
    Button("survey", _("The place was surveyed"), TextForm, _visit(visits.survey), "fact_check"),
    Button("quote", _("Quote what is needed besides"), QuoteForm, lambda line, user, data: visits.quote(
        line=line, amount=int(data["yuan"] * 100), text=data["text"], user=user), "request_quote"),
    Button("book", _("Book the installation"), VisitForm, _visit(visits.book), "event_available"),
    Button("rebook", _("Move the installation"), VisitForm, _visit(visits.book), "update"),
    Button("resurvey", _("The place is different"), TextForm, _visit(visits.resurvey), "replay"),
    Button("install", _("It is installed"), NoteForm, _visit(visits.install), "electrical_services"),
    Button("accept_installation", _("The buyer accepted it on paper"), forms.Form, lambda line, user, _data:
           visits.accept_installation(line=line, actor=Actor.STAFF, user=user), "draw"),
    Button("infeasible", _("It cannot be installed"), TextForm, _visit(visits.infeasible), "block"),
    Button("send_proof", _("Send a proof"), TextForm, _visit(visits.send_proof), "palette"),
    Button("make", _("It is being made"), forms.Form, _plain(visits.make), "precision_manufacturing"),
    Button("ship_made", _("It has left"), NoteForm, _visit(visits.ship_made), "local_shipping"),
    Button("lose", _("It was lost"), TextForm, _visit(visits.lose), "report"),
    Button("receive_made", _("It has arrived"), forms.Form, lambda line, user, _data:
           visits.receive_made(line=line, actor=Actor.STAFF, user=user), "inventory"),
)  # fmt: skip


class LineActions:
    """The buttons of ``BUTTONS``; made below, one a row."""


def _button(button: Button) -> Any:
    def run(self: Any, request: HttpRequest, object_id: str) -> HttpResponse:
        line, form = get_object_or_404(OrderLine, pk=object_id), button.form(posted(request))
        user = user_of(request)
        answer: HttpResponse = self.ask(
            request, line, form, lambda: button.do(line, user, form.cleaned_data), button.label
        )
        return answer

    run.__name__ = button.act
    return action(description=button.label, url_path=button.act, permissions=[button.act], icon=button.icon)(run)


def _permission(button: Button) -> Any:
    def has_permission(self: Any, request: HttpRequest, object_id: Any = None) -> bool:
        if not request.user.has_perm(INSPECT) or was_sent(request):
            return bool(request.user.has_perm(INSPECT))
        line = OrderLine.objects.select_related("order").filter(pk=object_id).first() if object_id else None
        return line is None or button.act in {
            rule.act for rule in line_rules(line.family, line.status, line.order.status, Actor.STAFF)
        }

    return has_permission


for _one in BUTTONS:
    setattr(LineActions, _one.act, _button(_one))
    setattr(LineActions, f"has_{_one.act}_permission", _permission(_one))


class StepInline(LookOnlyInline):
    model = LineStep
    fields = ("at", "act", "source", "target", "actor", "user", "text", "amount_yuan")
    readonly_fields = fields
    amount_yuan = amount_column("amount", LineStep._meta.get_field("amount").verbose_name)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("user")


class VisitInline(LookOnlyInline):
    model = LineVisit
    fields = ("kind", "starts_at", "address", "done_at", "cancelled_at")
    readonly_fields = fields


@admin.register(OrderLine)
class LinePage(LineActions, ActingPage):
    list_display = ("order", "name", "family_name", "status", "store", "to_come")
    # One of tens of thousands of stores is searched for: as links they are a page of their own.
    list_filter = (("order__delivery_store", AutocompleteSelectFilter), "family", "status")
    list_filter_submit = True
    list_select_related = ("order__delivery_store",)
    search_fields = ("order__number", "order__name", "code")
    ordering = ("-order__placed_at", "position")
    inlines = (VisitInline, StepInline)
    actions_detail = tuple(one.act for one in BUTTONS)
    fields = ("order", "name_en", "name_zh", "kind", "family_name", "status", "quantity", "total_yuan")
    readonly_fields = fields
    total_yuan = amount_column("total", OrderLine._meta.get_field("total").verbose_name)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[OrderLine]":
        """Only lines that people work on; the others stand with their order."""
        worked_on = super().get_queryset(request).filter(family__in=[Family.INSTALL, Family.MADE_TO_ORDER])
        found: QuerySet[OrderLine] = worked_on.prefetch_related("visits")
        return found

    @admin.display(description=_("family"), ordering="family")
    def family_name(self, line: OrderLine) -> str:
        """The database works the family out, and Django shows what it works out as it stands there."""
        return str(Family(line.family).label)

    @admin.display(description=_("store"))
    def store(self, line: OrderLine) -> str:
        return str(line.order.delivery_store or "")

    @admin.display(description=_("visit to come"))
    def to_come(self, line: OrderLine) -> Any:
        return next((one.starts_at for one in line.visits.all() if one.is_to_come), None)
