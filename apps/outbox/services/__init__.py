"""Every write of the outbox."""

from apps.outbox.services.delivering import deliver_one, replay
from apps.outbox.services.emitting import emit
from apps.outbox.services.relaying import bury_old, relay
from apps.outbox.services.subscribing import ping, secret_of, subscribe, unsubscribe

__all__ = [
    "bury_old",
    "deliver_one",
    "emit",
    "ping",
    "relay",
    "replay",
    "secret_of",
    "subscribe",
    "unsubscribe",
]
