"""HTTP as a partner's script speaks it: the standard library and nothing of ours."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

PATIENCE_S = 600


@dataclass
class Http:
    """A client of one server. Calls return (status, parsed JSON or None)."""

    base: str
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Any:
        """GET that must succeed; returns the JSON."""
        status, body = self.call("GET", path)
        assert status == 200, (path, status, body)
        return body

    def post(
        self, path: str, body: Mapping[str, Any] | None = None, *, expect: int = 201, key: str | None = None
    ) -> Any:
        """POST of JSON that must answer ``expect``; ``key`` is the Idempotency-Key; returns the JSON."""
        status, answer = self.call("POST", path, body or {}, {"Idempotency-Key": key} if key else None)
        assert status == expect, (path, status, answer)
        return answer

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **self.headers, **(headers or {})}
        return self._send(urllib.request.Request(self._address(path), data, sent, method=method))

    def submit(self, url: str, **fields: str) -> int:
        """POST a form, as a browser would, and return the status."""
        data = urllib.parse.urlencode(fields).encode()
        return self._send(urllib.request.Request(self._address(url), data))[0]

    def until(self, path: str, done: Callable[[Any], bool]) -> Any:
        """GET again and again until ``done`` says so."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            answer = self.get(path)
            if done(answer):
                return answer
            assert time.monotonic() < deadline, answer
            time.sleep(0.1)

    def _address(self, path: str) -> str:
        return path if path.startswith("http") else self.base + path.lstrip("/")

    def _send(self, request: urllib.request.Request) -> tuple[int, Any]:
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                status, raw = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, raw = error.code, error.read()
        try:
            return status, json.loads(raw) if raw else None
        except ValueError:
            return status, None
