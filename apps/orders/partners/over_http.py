"""Partners behind an address: JSON over HTTP, the key in ``Idempotency-Key`` and in the path, a shared secret as bearer."""

import http.client
import json
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings

from apps.orders.partners import TIMEOUT_S, CarrierState, Facts, MakerState, PartnerFailed, StoreReport, StoreState


class Client:
    """``PUT jobs/<key>`` begins a job or asks for its state, ``GET`` only asks, ``DELETE`` gives it up."""

    def __init__(self, url: str, timeout_s: float = TIMEOUT_S) -> None:
        self.url, self.timeout_s = urlsplit(url), timeout_s

    def call(self, method: str, key: str, facts: Facts | None = None) -> dict[str, Any]:
        """One call, at most so many seconds (five) for each part of it.

        Raises:
            PartnerFailed
        """
        kind = http.client.HTTPSConnection if self.url.scheme == "https" else http.client.HTTPConnection
        connection = kind(self.url.hostname or "", self.url.port, timeout=self.timeout_s)
        headers = {"Authorization": f"Bearer {settings.PARTNER_SECRET}", "Idempotency-Key": key}
        body = json.dumps(facts).encode() if facts is not None else None
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, f"{self.url.path.rstrip('/')}/jobs/{quote(key, safe='')}", body, headers)
            answer = connection.getresponse()
            text = answer.read(100_000)
            if answer.status != 200:
                raise PartnerFailed(f"{self.url.path} answered {answer.status}")
            found = json.loads(text)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise PartnerFailed(f"{self.url.path}: {type(error).__name__}") from error
        finally:
            connection.close()
        if "next_at" in found:
            found["next_at"] = datetime.fromisoformat(found["next_at"])
        return dict(found)


class Maker(Client):
    def submit(self, *, key: str, facts: Facts) -> MakerState:
        return self._read(self.call("PUT", key, facts))

    def state(self, *, key: str) -> MakerState:
        return self._read(self.call("GET", key))

    def cancel(self, *, key: str) -> None:
        self.call("DELETE", key)

    def _read(self, found: dict[str, Any]) -> MakerState:
        try:
            return MakerState(**(found | {"as_built": tuple(found["as_built"])}))
        except (TypeError, KeyError) as error:
            raise PartnerFailed(f"{self.url.path}: not an answer") from error


class Carrier(Client):
    def collect(self, *, key: str, facts: Facts) -> CarrierState:
        return self._read(self.call("PUT", key, facts))

    def state(self, *, key: str) -> CarrierState:
        return self._read(self.call("GET", key))

    def recall(self, *, key: str) -> None:
        self.call("DELETE", key)

    def _read(self, found: dict[str, Any]) -> CarrierState:
        try:
            return CarrierState(**found)
        except TypeError as error:
            raise PartnerFailed(f"{self.url.path}: not an answer") from error


class Workshop(Client):
    def prepare(self, *, key: str, facts: Facts) -> StoreState:
        try:
            return StoreState(**self.call("PUT", key, facts))
        except TypeError as error:
            raise PartnerFailed(f"{self.url.path}: not an answer") from error

    def cancel(self, *, key: str) -> None:
        self.call("DELETE", key)


class Store(Client):
    def inspect(self, *, key: str, facts: Facts) -> StoreReport:
        found = self.call("PUT", key, facts)
        try:
            first, second = found["people"]
            return StoreReport(**(found | {"people": (first, second)}))
        except (TypeError, KeyError, ValueError) as error:
            raise PartnerFailed(f"{self.url.path}: not an answer") from error
