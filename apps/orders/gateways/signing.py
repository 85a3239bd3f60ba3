"""How the sandbox gateway signs its webhooks: HMAC-SHA-256 over time and body. Pure."""

import hashlib
import hmac

TOLERANCE_S = 300


def sign(secret: str, body: bytes, at: int) -> str:
    """The header for a body sent at ``at`` (seconds since 1970): ``t=…,v1=…``."""
    return f"t={at},v1={_digest(secret, body, at)}"


def is_valid(secret: str, body: bytes, header: str, now: int) -> bool:
    """Whether the header was made with the secret for this body, within five minutes of ``now``."""
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    try:
        at = int(parts.get("t", ""))
    except ValueError:
        return False
    genuine = hmac.compare_digest(parts.get("v1", "").encode(), _digest(secret, body, at).encode())
    return genuine and abs(now - at) <= TOLERANCE_S


def _digest(secret: str, body: bytes, at: int) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
