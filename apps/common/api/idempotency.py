"""``Idempotency-Key`` on every POST: the same call again gives the same answer and does nothing twice.

What a call does and the answer it gets are one transaction: whenever the process, the connection or the server dies, both
are there or neither, and the caller may ask again at once. A lock of the session says that a call is still running; it
goes with the session.
"""

import hashlib
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from apps.common.api.problems import Replay
from apps.common.errors import DomainError
from apps.common.locks import try_lock
from apps.common.models import IdempotencyRecord

KEPT_FOR = timedelta(days=2)


class KeyReused(DomainError):
    code = "idempotency_key_reused"
    message = _("This Idempotency-Key was used for another call.")
    status = 422


class StillInFlight(DomainError):
    code = "idempotency_in_flight"
    message = _("The first call with this Idempotency-Key is still running.")
    status = 409


class BadKey(DomainError):
    code = "idempotency_key_invalid"
    message = _("An Idempotency-Key is 1 to 255 visible characters.")
    status = 422


@dataclass(frozen=True, slots=True)
class _Call:
    """One POST under a key: ``scope`` is who calls, ``fingerprint`` what is asked."""

    scope: str
    key: str
    fingerprint: str

    @property
    def lock(self) -> str:
        return f"idempotency:{self.scope}:{self.key}"

    def replay(self) -> None:
        """Raise ``Replay`` with the answer given before; nothing when there is none."""
        record = IdempotencyRecord.objects.filter(scope=self.scope, key=self.key).first()
        if record is None:
            return
        if record.fingerprint != self.fingerprint:
            raise KeyReused
        replay = HttpResponse(bytes(record.body), status=record.status, content_type=record.content_type)
        replay["Idempotency-Replayed"] = "true"
        raise Replay(replay)

    def keep(self, response: Any) -> None:
        IdempotencyRecord.objects.create(
            scope=self.scope,
            key=self.key,
            fingerprint=self.fingerprint,
            answered_at=timezone.now(),
            status=response.status_code,
            body=response.content,
            content_type=response.headers.get("Content-Type", ""),
        )


class IdempotentMixin:
    """For an APIView or ViewSet: POSTs that carry the header are answered once and replayed afterwards.

    Put it first among the bases. Answers below 500 are kept for two days; a breakdown, a crash and 429 leave nothing.
    Actions in ``between_transactions`` are not put into one: they ask somebody else or compute for long. What they do
    from ``begin_writing`` on is one with the answer; one that never calls it is safe to repeat by itself.
    """

    between_transactions: Collection[str] = ()
    _call: _Call | None = None
    _one_transaction = False
    _held: ExitStack

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        with ExitStack() as self._held:
            response = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
            if self._call is not None:
                response.render()
                if response.status_code < 500 and response.status_code != 429:
                    self._call.keep(response)
                elif self._one_transaction:
                    transaction.set_rollback(True)
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        key = request.headers.get("Idempotency-Key")
        if request.method != "POST" or key is None:
            return
        if not (1 <= len(key) <= 255 and key.isprintable()):
            raise BadKey
        # The body is read before anything is held: a caller may send it slowly.
        call = _Call(_scope(request), key, _fingerprint(request))
        if not self._held.enter_context(try_lock(call.lock)):
            raise StillInFlight
        call.replay()
        self._call = call
        if getattr(self, "action", None) not in self.between_transactions:
            self.begin_writing()

    def begin_writing(self) -> None:
        """From here on what is done and the answer are one transaction, if there is a key."""
        if self._call is not None and not self._one_transaction:
            self._held.enter_context(transaction.atomic())
            self._one_transaction = True


def _scope(request: Request) -> str:
    if request.user and request.user.is_authenticated:
        return f"user:{request.user.pk}"
    token = request.headers.get("X-Order-Token") or request.META.get("REMOTE_ADDR", "")
    return "guest:" + hashlib.sha256(token.encode()).hexdigest()[:40]


def _fingerprint(request: Request) -> str:
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if (request.content_type or "").startswith("multipart/"):
        # A boundary differs from call to call: fields and files are what counts.
        for name, value in sorted(cast("dict[str, Any]", request.data).items()):
            digest.update(f"{name}=".encode())
            if hasattr(value, "chunks"):
                for chunk in value.chunks():
                    digest.update(chunk)
                value.seek(0)
            else:
                digest.update(str(value).encode())
    else:
        digest.update(request._request.body)
    return digest.hexdigest()


def clear_old() -> int:
    """Forget answers older than two days; returns how many."""
    return IdempotencyRecord.objects.filter(answered_at__lt=timezone.now() - KEPT_FOR).delete()[0]
