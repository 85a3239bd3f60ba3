"""How webhooks are signed: the Standard Webhooks scheme, HMAC-SHA-256 over id, time and body. Pure.

A receiver computes ``base64(HMAC(secret, "{webhook-id}.{webhook-timestamp}.{body}"))``, compares it in constant time with what
follows ``v1,`` in ``webhook-signature``, and refuses a timestamp more than ``TOLERANCE_S`` away from its own clock. Within
that window a repeated message is recognised by its ``webhook-id``.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

TOLERANCE_S = 300
MARK = "whsec_"


def sign(secret: str, message_id: str, at: int, body: bytes) -> dict[str, str]:
    """The headers for a body sent at ``at`` (seconds since 1970)."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{_digest(secret, message_id, at, body)}",
    }


def is_valid(secret: str, headers: Mapping[str, str], body: bytes, now: int) -> bool:
    """What a receiver checks: made with the secret, for this body, within five minutes of ``now``."""
    try:
        at = int(headers["webhook-timestamp"])
        expected = _digest(secret, headers["webhook-id"], at, body).encode()
    except (KeyError, ValueError, binascii.Error):
        return False
    given = headers.get("webhook-signature", "").split(" ")
    genuine = any(hmac.compare_digest(one.removeprefix("v1,").encode(), expected) for one in given)
    return genuine and abs(now - at) <= TOLERANCE_S


def _digest(secret: str, message_id: str, at: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(MARK))
    return base64.b64encode(hmac.new(key, f"{message_id}.{at}.".encode() + body, hashlib.sha256).digest()).decode()
