"""Payment gateways: what we ask of one, and which there are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.utils.functional import Promise

from apps.orders.errors import BadSignature


@dataclass(frozen=True, slots=True)
class GatewayEvent:
    """Something a gateway says; ``amount`` in fen.

    ``kind`` is payment.processing, .captured, .failed, .closed (its page is over: the next try is a new payment), refund.done,
    refund.failed, dispute.opened, .won or .lost. ``payment_key`` is the key under which we asked for the payment,
    ``reference`` that of the refund or the name of the dispute, ``transaction`` the gateway's own name for the money.
    """

    gateway: str
    event_id: str
    kind: str
    payment_key: str
    amount: int
    reference: str = ""
    transaction: str = ""


@dataclass(frozen=True, slots=True)
class PaymentRef:
    """A payment as we and the gateway know it: our key, its name for the page, and for the money once it has come."""

    key: UUID
    amount: int
    reference: str = ""
    transaction: str = ""
    pay_url: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Where the buyer pays, and the gateway's name for it."""

    pay_url: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class SettledLine:
    """One line of a gateway's daily file, in fen: ``kind`` is payment, refund, fee, payout or other.

    ``payment_key`` and ``refund_key`` are ours where the file has them, ``transaction`` is the gateway's; ``amount`` is signed as
    the gateway moves it, ``fee`` what it kept of it.
    """

    kind: str
    transaction: str
    amount: int
    fee: int = 0
    payment_key: str = ""
    refund_key: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A gateway's file of a day."""

    day: date
    lines: Sequence[SettledLine] = field(default_factory=tuple)


class Gateway(Protocol):
    """A payment gateway. Every call carries a key by which the other side recognises a repeated one."""

    @property
    def name(self) -> str:
        """What it is called in addresses and rows."""

    @property
    def label(self) -> str | Promise:
        """What buyers call it."""

    @property
    def answer(self) -> str:
        """What it wants to hear when its webhook was taken; empty: any 200 will do."""

    def create(self, *, payment: PaymentRef, subject: str, return_url: str, base_url: str, language: str) -> Page:
        """Ask for a payment. ``base_url`` is where the webhook reaches us; ``payment.pay_url`` what it answered before."""

    def close(self, *, payment: PaymentRef) -> None:
        """Nobody shall pay it any more; one that is paid, or was never seen, stays as it is."""

    def refund(self, *, key: UUID, payment: PaymentRef, amount: int) -> str:
        """Ask for money to be sent back; an event says when it is done. Returns the gateway's name for it."""

    def events_of(self, *, payment: PaymentRef, refunds: Mapping[UUID, str]) -> list[GatewayEvent]:
        """What the gateway knows now of a payment and of refunds (our key → its name), for when no webhook came."""

    def read_webhook(self, *, body: bytes, headers: Mapping[str, str]) -> list[GatewayEvent]:
        """Check a webhook's signature and age, and read it; what does not concern us is no event.

        Raises:
            BadSignature: it is not theirs, or too old.
        """

    def read_statement(self, content: bytes) -> Statement:
        """Read the file of a day.

        Raises:
            BadStatement: it is none.
        """


def gateway(name: str) -> Gateway:
    """The gateway of this name, which need not be offered any more.

    Raises:
        BadSignature: there is none; nobody else may call back.
    """
    makers = _makers()
    if name not in makers:
        raise BadSignature
    return makers[name]()


def _makers() -> dict[str, Callable[[], Gateway]]:
    from apps.orders.gateways.alipay import AlipayGateway
    from apps.orders.gateways.lender import LenderGateway
    from apps.orders.gateways.sandbox import SandboxGateway
    from apps.orders.gateways.stripe_gateway import StripeGateway

    return {one.name: one for one in (SandboxGateway, AlipayGateway, StripeGateway, LenderGateway)}


# What a buyer may be offered; the lender is the bank's way in, not the buyer's.
OFFERABLE = ("sandbox", "alipay", "stripe")


def enabled() -> list[str]:
    """The names of the gateways that a buyer may pick, the first one by default."""
    names: list[str] = settings.PAYMENT_GATEWAYS
    return names
