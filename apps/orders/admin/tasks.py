"""What people of the company do to an order besides: a row a button, shown where its rule can be followed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from apps.accounts.requests import user_of
from apps.orders import services
from apps.orders.admin.base import NoteForm, TextForm, was_sent
from apps.orders.lifecycle import Actor, Status
from apps.orders.models import Order
from apps.orders.services import permissions

if TYPE_CHECKING:
    from apps.accounts.models import User

_S = Status
_NUMBER = {"inputmode": "numeric"}


class PolicyForm(forms.Form):
    text = forms.CharField(label=_("Number of the policy"), max_length=60, widget=UnfoldAdminTextInputWidget())


class RepairForm(TextForm):
    days = forms.IntegerField(
        label=_("Days of repair"), min_value=0, max_value=365, widget=UnfoldAdminTextInputWidget(_NUMBER)
    )


class TakeBackForm(TextForm):
    km = forms.IntegerField(
        label=_("Kilometres on the car"), min_value=0, max_value=999_999, required=False,
        widget=UnfoldAdminTextInputWidget(_NUMBER),
    )  # fmt: skip
    deduction = forms.DecimalField(
        label=_("Deducted for damage, in yuan"), min_value=0, decimal_places=2, max_digits=12, initial=0,
        widget=UnfoldAdminTextInputWidget({"inputmode": "decimal"}),
    )  # fmt: skip
    as_new = forms.BooleanField(
        label=_("Parts are as new: back on the shelf"), required=False, initial=True, widget=UnfoldBooleanWidget
    )


Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """``states`` are those in which the button is there; ``note`` says what it does."""

    name: str
    label: Promise
    permission: str
    states: frozenset[str]
    form: type[forms.Form]
    do: "Callable[[Order, User, Data], object]"
    note: Promise
    icon: str
    shown: Callable[[Order], bool] = lambda _order: True


def _task(
    name: str, label: Any, permission: str, states: tuple[Status, ...], form: type[forms.Form], do: Any, note: Any, icon: str,
    shown: Callable[[Order], bool] = lambda _order: True,
) -> Task:  # fmt: skip
    return Task(name, label, permission, frozenset(one.value for one in states), form, do, note, icon, shown)


def _has(related: str, **conditions: Any) -> Callable[[Order], bool]:
    return lambda order: bool(getattr(order, related).filter(**conditions).exists())


_FEES = (_S.SIGNED, _S.SCHEDULED, _S.VIN_ASSIGNED, _S.IN_TRANSIT, _S.AT_STORE)
TASKS: tuple[Task, ...] = (
    _task("sign_pdi", _("Sign the check"), permissions.INSPECT, (_S.AT_STORE,), NoteForm,
          lambda order, user, data: services.sign_pdi(order=order, passed=True, found=data["text"], user=user),
          _("Everything is in order. The car is ready only with the signature of a second person."), "verified"),
    _task("fail_pdi", _("Fail the check"), permissions.INSPECT, (_S.AT_STORE,), RepairForm,
          lambda order, user, data: services.sign_pdi(
              order=order, passed=False, found=data["text"], user=user, repair_days=data["days"]),
          _("The car is repaired and looked at again. A repair of over 14 days is the buyer's to decide."), "build"),
    _task("see_insurance", _("Insurance seen"), permissions.INSPECT, (_S.VIN_ASSIGNED, _S.IN_TRANSIT, _S.AT_STORE), PolicyForm,
          lambda order, user, data: services.see_insurance(order=order, policy=data["text"], user=user),
          _("You have seen that the car is insured from the hand-over on."), "shield"),
    _task("report_damage", _("Report damage"), permissions.INSPECT, (_S.VIN_ASSIGNED, _S.IN_TRANSIT, _S.AT_STORE), TextForm,
          lambda order, user, data: services.report_damage(order=order, text=data["text"], user=user),
          _("The car stands still until it has been inspected."), "warning", lambda order: not order.frozen),
    _task("no_damage", _("No damage"), permissions.INSPECT, (_S.VIN_ASSIGNED, _S.IN_TRANSIT, _S.AT_STORE), TextForm,
          lambda order, user, data: services.close_inspection(order=order, passed=True, found=data["text"], user=user),
          _("The inspection is over, and the car goes on."), "check", lambda order: order.frozen),
    _task("find_damage", _("Damage found"), permissions.INSPECT, (_S.VIN_ASSIGNED, _S.IN_TRANSIT, _S.AT_STORE), TextForm,
          lambda order, user, data: services.close_inspection(order=order, passed=False, found=data["text"], user=user),
          _("The buyer decides: take it with a credit, have it built again, or get everything back."), "car_crash",
          lambda order: order.frozen),
    _task("reject", _("The buyer refuses the car"), permissions.INSPECT, (_S.READY,), TextForm,
          lambda order, user, data: services.reject_delivery(
              order=order, reason=data["text"], actor=Actor.STAFF, user=user),
          _("Write down what the buyer names. The appointment is given back."), "thumb_down"),
    _task("fix", _("Put right"), permissions.INSPECT, (_S.REJECTED,), TextForm,
          lambda order, user, data: services.fix(order=order, found=data["text"], user=user),
          _("Two people look at the car again, and a new time is booked."), "handyman"),
    _task("take_back", _("Take back"), permissions.TAKE_BACK, (_S.RETURNING, _S.COMPLETED), TakeBackForm,
          lambda order, user, data: services.take_back(
              order=order, found=data["text"], km=data["km"], deduction=int(data["deduction"] * 100), as_new=data["as_new"],
              user=user),
          _("Each line is paid back at its value, less what you deduct."), "assignment_return",
          _has("returns", closed_at=None)),
    _task("refuse_return", _("Refuse the return"), permissions.TAKE_BACK, (_S.RETURNING, _S.COMPLETED), TextForm,
          lambda order, user, data: services.close_return(
              order=order, reason=data["text"], actor=Actor.STAFF, user=user),
          _("The buyer keeps it. Say why; one of us is there for them."), "block", _has("returns", closed_at=None)),
    _task("refuse_build", _("The maker refuses"), permissions.ADVANCE, (_S.SCHEDULED,), TextForm,
          lambda order, user, data: services.refuse_build(
              order=order, reason=data["text"], actor=Actor.STAFF, user=user),
          _("The maker takes the slot back. The buyer decides what happens."), "event_busy"),
    _task("ask_waiver", _("Ask for a waiver"), permissions.CANCEL, _FEES, TextForm,
          lambda order, user, data: services.ask_for_waiver(order=order, reason=data["text"], user=user),
          _("Somebody else decides whether the buyer is let off the fee."), "volunteer_activism",
          lambda order: not order.waivers.exclude(approved=False).exists()),
    _task("approve_waiver", _("Approve the waiver"), permissions.WAIVE, _FEES, forms.Form,
          lambda order, user, _data: services.decide_waiver(order=order, approved=True, user=user),
          _("Cancelling costs the buyer nothing from now on."), "check_circle", _has("waivers", approved=None)),
    _task("refuse_waiver", _("Refuse the waiver"), permissions.WAIVE, _FEES, forms.Form,
          lambda order, user, _data: services.decide_waiver(order=order, approved=False, user=user),
          _("The fee of the signed table stays."), "cancel", _has("waivers", approved=None)),
    _task("clear_dispute", _("Clear the contested payment"), permissions.CLEAR, tuple(Status), TextForm,
          lambda order, user, data: services.clear_dispute(order=order, reason=data["text"], user=user),
          _("The case is closed at the bank: hand-over and refunds go on."), "gavel", lambda order: order.disputed),
)  # fmt: skip


class TaskActions:
    """The buttons of ``TASKS``; made below, one a row."""


def _button(task: Task) -> Any:
    def run(self: Any, request: HttpRequest, object_id: str) -> HttpResponse:
        order = get_object_or_404(Order, pk=object_id)
        form = task.form(request.POST if request.method == "POST" else None)

        def do() -> None:
            task.do(order, user_of(request), form.cleaned_data)

        answer: HttpResponse = self._confirmed(request, order, form, do, task.label, task.note)
        return answer

    run.__name__ = task.name
    return action(description=task.label, url_path=task.name, permissions=[task.name], icon=task.icon)(run)


def _permission(task: Task) -> Any:
    def has_permission(self: Any, request: HttpRequest, object_id: Any = None) -> bool:
        if not request.user.has_perm(task.permission) or was_sent(request):
            return bool(request.user.has_perm(task.permission))
        order = Order.objects.filter(pk=object_id).first() if object_id else None
        return order is None or (order.status in task.states and task.shown(order))

    return has_permission


for _one in TASKS:
    setattr(TaskActions, _one.name, _button(_one))
    setattr(TaskActions, f"has_{_one.name}_permission", _permission(_one))
TASK_NAMES = tuple(one.name for one in TASKS)
