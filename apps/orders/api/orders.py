"""Orders for programs: a person's by token of the API, a guest's by ``X-Order-Token``."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from apps.accounts.requests import user_or_none
from apps.common.api.idempotency import IdempotentMixin
from apps.common.errors import InvalidInput
from apps.orders import services
from apps.orders.api.inputs import (
    AcceptInput,
    CancelInput,
    ChangeInput,
    ChangeWish,
    KeepInput,
    LineActInput,
    NothingInput,
    OrderInput,
    PaymentInput,
    RejectInput,
    ReturnInput,
    SignInput,
)
from apps.orders.api.shapes import (
    ContractOutput,
    InvoiceOutput,
    OrderChangeOutput,
    OrderOutput,
    OrderRowOutput,
    PaymentOutput,
    PlacedOutput,
    change_body,
    contract_body,
    invoice_body,
    order_body,
    payment_body,
    row_body,
)
from apps.orders.api.wishes import wish_of
from apps.orders.contract_file import PdfRenderer, send_contract
from apps.orders.models import Order
from apps.orders.services import Contact, InvoiceData, visits
from apps.stores.models import Store

_NUMBER = OpenApiParameter("number", OpenApiTypes.STR, OpenApiParameter.PATH)
_TOKEN = OpenApiParameter(
    "X-Order-Token", OpenApiTypes.STR, OpenApiParameter.HEADER, description="A guest's key to the order."
)
_ONE = [_NUMBER, _TOKEN]
_POSITION = OpenApiParameter("position", OpenApiTypes.INT, OpenApiParameter.PATH)
_LINE_ACT = OpenApiParameter("act", OpenApiTypes.STR, OpenApiParameter.PATH, enum=sorted(visits.BUYERS))


class UnknownStore(InvalidInput):
    code = "unknown_store"


class OrderViewSet(IdempotentMixin, GenericViewSet[Order]):
    """From a basket to the keys, call for call."""

    serializer_class = OrderOutput
    queryset = Order.objects.none()
    lookup_field = "number"
    lookup_value_regex = "[A-Za-z0-9-]{1,20}"
    ordering = ("-placed_at", "-pk")
    between_transactions = ("payments",)  # the gateway is asked, by a key of its own

    def get_queryset(self) -> QuerySet[Order]:
        user = user_or_none(self.request)
        return Order.objects.for_user(user) if user else Order.objects.none()

    @extend_schema(responses=OrderRowOutput(many=True))
    def list(self, request: Request) -> Response:
        """One's own orders, newest first."""
        if user_or_none(request) is None:
            raise NotAuthenticated
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response([row_body(order) for order in page or []])

    @extend_schema(request=OrderInput, responses={201: PlacedOutput})
    def create(self, request: Request) -> Response:
        """Everything or nothing: prices are checked once more, and what is short is named (409)."""
        data = OrderInput(data=request.data)
        data.is_valid(raise_exception=True)
        values, user = data.validated_data, user_or_none(request)
        order = services.place_order(
            basket=services.open_basket(basket_id=values["basket"], user=user),
            contact=Contact(**values["contact"]),
            city=values["city"],
            delivery_store=_store(values.get("delivery_store")),
            invoice=InvoiceData(**values["invoice"]),
            payment_plan=values["payment_plan"],
            accept_terms=values["accept_terms"],
            language=get_language() or "en",
            user=user,
            key=request.headers.get("Idempotency-Key"),
            quoted=values.get("quoted"),
            build_month=values.get("build_month"),
            region_answers=values["region"],
            wish=wish_of(values),
        )
        body = order_body(Order.objects.whole().get(pk=order.pk)) | {"token": order.token}
        return Response(body, status=status.HTTP_201_CREATED)

    @extend_schema(parameters=_ONE, responses=OrderOutput)
    def retrieve(self, request: Request, number: str) -> Response:
        return Response(order_body(self._order(request, number)))

    @extend_schema(parameters=_ONE, responses=PaymentOutput(many=True), methods=["GET"])
    @extend_schema(parameters=_ONE, request=PaymentInput, responses={201: PaymentOutput}, methods=["POST"])
    @action(detail=True, methods=["get", "post"], pagination_class=None)
    def payments(self, request: Request, number: str) -> Response:
        """POST asks for the payment that is due now and says where it is made; 409 when nothing is.

        The pay page ends there: a program has no session of ours to come back to.
        """
        order = self._order(request, number)
        if request.method == "GET":
            return Response([payment_body(leg) for leg in order.legs.all()])
        data = PaymentInput(data=request.data)
        data.is_valid(raise_exception=True)
        base = request.build_absolute_uri("/")
        wanted = data.validated_data.get("gateway", "")
        leg = services.request_payment(order=order, base_url=base, gateway=wanted)
        body = payment_body(leg) | {"pay_url": request.build_absolute_uri(leg.pay_url)}
        return Response(body, status=status.HTTP_201_CREATED)

    @extend_schema(parameters=_ONE, responses=InvoiceOutput(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def invoices(self, request: Request, number: str) -> Response:
        """The order's invoices, red ones too, oldest first."""
        rows = self._order(request, number).invoices.select_related("seller", "original__seller", "order")
        return Response([invoice_body(invoice) for invoice in rows])

    @extend_schema(parameters=_ONE, responses=ContractOutput(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def contracts(self, request: Request, number: str) -> Response:
        """Every contract that was signed, oldest first; the last is in force."""
        return Response([contract_body(one) for one in self._order(request, number).contracts.all()])

    @extend_schema(parameters=_ONE, responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"], url_path=r"contracts/(?P<seq>[0-9]{1,4})/pdf", renderer_classes=[PdfRenderer])
    def contract_pdf(self, request: Request, number: str, seq: str) -> HttpResponse:
        """One of them, as it was signed."""
        found = self._order(request, number).contracts.filter(seq=int(seq)).first()
        if found is None:
            raise Http404
        return send_contract(found)

    @extend_schema(parameters=_ONE, request=SignInput, responses=OrderOutput)
    @action(detail=True, methods=["post"])
    def sign(self, request: Request, number: str) -> Response:
        """Makes the deposit binding and sends the build to the maker."""
        return self._act(request, number, SignInput, services.sign)

    @extend_schema(parameters=_ONE, request=ChangeWish, responses=OrderChangeOutput)
    @action(detail=True, methods=["post"], url_path="quote-change")
    def quote_change(self, request: Request, number: str) -> Response:
        """What another build or fewer parts would cost, and what would differ. Nothing is held."""
        order = self._order(request, number)
        data = ChangeWish(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(change_body(order, services.quote_change(order, **data.validated_data)))

    @extend_schema(parameters=_ONE, request=ChangeInput, responses=OrderOutput)
    @action(detail=True, methods=["post"])
    def change(self, request: Request, number: str) -> Response:
        """Change the build, the parts, or both: the new is held before the old is let go. Under contract it is signed again."""
        order = self._order(request, number)
        data = ChangeInput(data=request.data)
        data.is_valid(raise_exception=True)
        key = request.headers.get("Idempotency-Key")
        services.change(order=order, user=user_or_none(request), key=key, **data.validated_data)
        return Response(order_body(Order.objects.whole().get(pk=order.pk)))

    @extend_schema(parameters=_ONE, request=CancelInput, responses=OrderOutput)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, number: str) -> Response:
        """Free before signing; afterwards 409 with the fee, unless it is accepted."""
        return self._act(request, number, CancelInput, services.cancel)

    @extend_schema(parameters=_ONE, request=AcceptInput, responses=OrderOutput)
    @action(detail=True, methods=["post"], url_path="accept-delivery")
    def accept_delivery(self, request: Request, number: str) -> Response:
        return self._act(request, number, AcceptInput, services.accept_delivery)

    @extend_schema(parameters=_ONE, request=None, responses=OrderOutput)
    @action(detail=True, methods=["post"], url_path="accept-mismatch")
    def accept_mismatch(self, request: Request, number: str) -> Response:
        """Take a car that differs, with a credit."""
        return self._act(request, number, NothingInput, services.accept_mismatch)

    @extend_schema(parameters=_ONE, request=None, responses=OrderOutput)
    @action(detail=True, methods=["post"])
    def rebuild(self, request: Request, number: str) -> Response:
        """Have a car that differs built again as it was signed."""
        return self._act(request, number, NothingInput, services.rebuild)

    @extend_schema(parameters=_ONE, request=None, responses=OrderOutput)
    @action(detail=True, methods=["post"], url_path="other-slot")
    def other_slot(self, request: Request, number: str) -> Response:
        """After the maker's refusal: the same car in the next slot that is free."""
        return self._act(request, number, NothingInput, services.other_slot)

    @extend_schema(parameters=_ONE, request=RejectInput, responses=OrderOutput)
    @action(detail=True, methods=["post"], url_path="reject-delivery")
    def reject_delivery(self, request: Request, number: str) -> Response:
        """Do not take a car that is not in order."""
        return self._act(request, number, RejectInput, services.reject_delivery)

    @extend_schema(parameters=_ONE, request=ReturnInput, responses=OrderOutput)
    @action(detail=True, methods=["post"], url_path="return")
    def give_back(self, request: Request, number: str) -> Response:
        """Give back what was delivered; the store looks at it before money goes back."""
        return self._act(request, number, ReturnInput, services.ask_to_return)

    @extend_schema(parameters=_ONE, request=KeepInput, responses=OrderOutput)
    @action(detail=True, methods=["post"])
    def keep(self, request: Request, number: str) -> Response:
        """Keep what was to be given back."""
        return self._act(request, number, KeepInput, services.close_return)

    @extend_schema(parameters=[*_ONE, _POSITION, _LINE_ACT], request=LineActInput, responses=OrderOutput)
    @action(detail=True, methods=["post"], url_path=r"lines/(?P<position>[0-9]{1,4})/(?P<act>[a-z_]{1,30})")
    def line_act(self, request: Request, number: str, position: str, act: str) -> Response:
        """What the buyer decides about one line: an offer, a proof, an installation. Its ``actions`` say what is possible."""
        order = self._order(request, number)
        line = next((one for one in order.lines.all() if one.position == int(position)), None)
        if line is None or act not in visits.BUYERS:
            raise Http404
        data = LineActInput(data=request.data)
        data.is_valid(raise_exception=True)
        visits.act_for_buyer(line=line, act=act, user=user_or_none(request), **data.validated_data)
        return Response(order_body(Order.objects.whole().get(pk=order.pk)))

    def _act(self, request: Request, number: str, shape: Any, service: Any) -> Response:
        order = self._order(request, number)
        data = shape(data=request.data)
        data.is_valid(raise_exception=True)
        service(order=order, user=user_or_none(request), **data.validated_data)
        return Response(order_body(Order.objects.whole().get(pk=order.pk)))

    def _order(self, request: Request, number: str) -> Order:
        """The order for its owner, or a guest with its token; to others it does not exist."""
        order = Order.objects.whole().filter(number=number).first()
        user = user_or_none(request)
        if order is None:
            raise Http404
        if order.user_id is not None:
            allowed = user is not None and user.pk == order.user_id
        else:
            allowed = order.opens_with(request.headers.get("X-Order-Token", ""))
        if not allowed:
            raise Http404
        return order


def _store(code: str | None) -> Store | None:
    from django.utils.translation import gettext as _

    if not code:
        return None
    store = Store.objects.filter(code=code).first()
    if store is None:
        raise UnknownStore(_("There is no store with the code “%(code)s”.") % {"code": code}, field="delivery_store")
    return store
