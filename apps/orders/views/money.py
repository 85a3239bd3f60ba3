"""An order's payments in full: what was and is to be paid, the loan, the old car, the invoices."""

from collections.abc import Callable
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.requests import user_or_none
from apps.common.errors import DomainError
from apps.common.pages import UNPROCESSABLE
from apps.orders.documents import CONTENT_TYPES
from apps.orders.models import Invoice, LoanDocument, Order
from apps.orders.money_forms import CoinsForm, DocumentForm, LoanForm, TradeInForm
from apps.orders.money_screen import money_screen
from apps.orders.services import coins, loans, trade_ins
from apps.orders.services.permissions import LOANS
from apps.orders.views.access import SignInNeeded, order_of


def _order(request: HttpRequest, number: str) -> Order:
    return order_of(request, number)


def _guarded(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For the order's owner, or a guest with its token; to others it does not exist."""

    def guarded(request: HttpRequest, number: str, **more: Any) -> HttpResponseBase:
        try:
            order = _order(request, number)
        except SignInNeeded as error:
            return error.response
        return view(request, order, **more)

    return never_cache(guarded)


@require_safe
@_guarded
def payments(request: HttpRequest, order: Order) -> HttpResponse:
    return _show(request, order)


def _show(request: HttpRequest, order: Order, *, status: int = 200, **more: Any) -> HttpResponse:
    screen = money_screen(order)
    context = {
        "order": order,
        "screen": screen,
        "trade_in_form": TradeInForm() if screen.can_ask_trade_in else None,
        "document_form": DocumentForm() if screen.can_add_document else None,
        "loan_form": LoanForm() if screen.can_ask_loan else None,
        "coins_form": CoinsForm(initial={"coins": screen.usable_coins}) if screen.usable_coins else None,
        **more,
    }
    return render(request, "orders/payments.html", context, status=status)


def _refused(request: HttpRequest, order: Order, error: DomainError) -> HttpResponse:
    return _show(request, order, status=error.status, refused=str(error))


def _back(order: Order) -> HttpResponse:
    return redirect("orders:payments", order.number)


@require_POST
@_guarded
def trade_in(request: HttpRequest, order: Order, act: str) -> HttpResponse:
    """``act`` is ask, apply, accept or withdraw."""
    if act == "ask":
        form = TradeInForm(request.POST)
        if not form.is_valid():
            return _show(request, order, status=UNPROCESSABLE, trade_in_form=form)
        return _do(request, order, lambda: trade_ins.ask(order=order, **form.cleaned_data))
    mine = trade_ins.of_order(order)
    acts: dict[str, Callable[..., Any]] = {
        "apply": trade_ins.apply,
        "accept": trade_ins.accept_less,
        "withdraw": trade_ins.withdraw,
    }
    if mine is None or act not in acts:
        raise Http404
    return _do(request, order, lambda: acts[act](trade_in=mine))


@require_POST
@_guarded
def loan(request: HttpRequest, order: Order, act: str) -> HttpResponse:
    """``act`` is ask, document, submit or withdraw."""
    if act == "ask":
        return _ask_loan(request, order)
    mine = loans.of_order(order)
    if mine is None:
        raise Http404
    if act == "document":
        form = DocumentForm(request.POST, request.FILES)
        if not form.is_valid():
            return _show(request, order, status=UNPROCESSABLE, document_form=form)
        file, user = form.cleaned_data["file"], user_or_none(request)
        kind = form.cleaned_data["kind"]
        return _do(
            request,
            order,
            lambda: loans.add_document(referral=mine, kind=kind, file=file, size=file.size, user=user),
        )
    acts = {"submit": loans.submit, "withdraw": loans.withdraw}
    if act not in acts:
        raise Http404
    return _do(request, order, lambda: acts[act](referral=mine))


def _ask_loan(request: HttpRequest, order: Order) -> HttpResponse:
    form = LoanForm(request.POST)
    if not form.is_valid():
        return _show(request, order, status=UNPROCESSABLE, loan_form=form)
    wish = form.cleaned_data
    return _do(
        request,
        order,
        lambda: loans.ask(order=order, lender=wish["lender"], amount=wish["yuan"] * 100, months=wish["months"]),
    )


@require_POST
@_guarded
def use_coins(request: HttpRequest, order: Order) -> HttpResponse:
    form = CoinsForm(request.POST)
    if not form.is_valid():
        return _show(request, order, status=UNPROCESSABLE, coins_form=form)
    return _do(request, order, lambda: coins.use(order=order, number=form.cleaned_data["coins"]))


def _do(request: HttpRequest, order: Order, act: Callable[[], Any]) -> HttpResponse:
    try:
        act()
    except DomainError as error:
        return _refused(request, Order.objects.whole().get(pk=order.pk), error)
    return _back(order)


@require_safe
@_guarded
def document(request: HttpRequest, order: Order, pk: int) -> FileResponse:
    """A paper, for the buyer whose order it is."""
    found = LoanDocument.objects.filter(pk=pk, referral__leg__order=order).first()
    if found is None:
        raise Http404
    return send(found)


@require_safe
@never_cache
def document_for_clerk(request: HttpRequest, pk: int) -> FileResponse:
    """The same for whoever of the back office deals with loans; to others it does not exist."""
    user = user_or_none(request)
    found = LoanDocument.objects.filter(pk=pk).first()
    if found is None or user is None or not (user.is_staff and user.has_perm(LOANS)):
        raise Http404
    return send(found)


def send(document: LoanDocument) -> FileResponse:
    """As a download that no browser shows as a page of ours."""
    response = FileResponse(
        document.file.open("rb"),
        as_attachment=True,
        filename=f"{document.kind}-{document.pk}.{document.file_kind}",
        content_type=CONTENT_TYPES[document.file_kind],
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@require_safe
@_guarded
def invoice(request: HttpRequest, order: Order, pk: int) -> HttpResponse:
    """One invoice, to read, print or save."""
    rows = Invoice.objects.filter(order=order).select_related("seller", "original__seller", "order")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return render(request, "orders/invoice.html", {"invoice": found, "order": order})
