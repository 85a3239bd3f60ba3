"""Short messages by HTTP: one POST with JSON, as most carriers' gateways and any small bridge to them understand it."""

import json
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from apps.messaging.sms import Refused

TIMEOUT_S = 5
# The request itself is at fault; another try would be refused as well. 408, 425 and 429 are about time.
_LATER = (408, 425, 429)


class HttpGateway:
    """``SMS_URL`` is ``https://<token>@host/path``; the token travels as a bearer token, never in the address."""

    def __init__(self, url: str, *, sender: str = "") -> None:
        parts = urlsplit(url)
        host = parts.hostname or ""
        self.url = parts._replace(netloc=host if parts.port is None else f"{host}:{parts.port}").geturl()
        self.token = parts.username or ""
        self.sender = sender

    def send(self, *, key: str, to: str, text: str) -> str:
        """Hand over one message.

        Raises:
            Refused: the gateway answered that it never will (4xx).
            OSError: it did not answer, or could not just now.
        """
        body = json.dumps({"to": to, "from": self.sender, "text": text}, ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": key,
        }
        request = urllib.request.Request(self.url, body, headers, method="POST")  # noqa: S310  http(s) by the settings
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
                return _id(answer.read(10_000))
        except urllib.error.HTTPError as error:
            if 400 <= error.code < 500 and error.code not in _LATER:
                raise Refused(f"{error.code} {error.read(100).decode(errors='replace')}") from error
            raise


def _id(body: bytes) -> str:
    try:
        answer = json.loads(body)
    except ValueError:
        return ""
    return str(answer.get("id", ""))[:100] if isinstance(answer, dict) else ""
