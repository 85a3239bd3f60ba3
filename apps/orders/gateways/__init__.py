"""Payment gateways: what we ask of one, and which there are."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from apps.orders.errors import BadSignature


@dataclass(frozen=True, slots=True)
class GatewayEvent:
    """Something a gateway says. ``kind`` is payment.processing, .captured, .failed or refund.done; ``amount`` in fen.

    ``payment_key`` is the key under which we asked for the payment, ``reference`` that of the refund.
    """

    gateway: str
    event_id: str
    kind: str
    payment_key: str
    amount: int
    reference: str = ""


class Gateway(Protocol):
    """A payment gateway. Every call carries a key by which the other side recognises a repeated one."""

    name: str

    def create(self, *, key: UUID, amount: int, subject: str, return_url: str, base_url: str) -> str:
        """Ask for a payment; returns the address of the pay page. ``base_url`` is where the webhook reaches us."""

    def refund(self, *, key: UUID, payment_key: UUID, amount: int) -> None:
        """Ask for money to be sent back; an event says when it is done."""

    def events_of(self, payment_key: UUID) -> list[GatewayEvent]:
        """What the gateway knows of a payment now, for when no webhook came."""

    def read_webhook(self, *, body: bytes, signature: str) -> GatewayEvent:
        """Check a webhook's signature and age, and read it.

        Raises:
            BadSignature: it is not theirs, or too old.
        """


def gateway(name: str) -> Gateway:
    """The gateway of this name.

    Raises:
        BadSignature: there is none; nobody else may call back.
    """
    from apps.orders.gateways.sandbox import SandboxGateway

    known: dict[str, Gateway] = {"sandbox": SandboxGateway()}
    if name not in known:
        raise BadSignature
    return known[name]


DEFAULT = "sandbox"
