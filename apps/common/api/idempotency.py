"""``Idempotency-Key`` on every POST: the same call again gives the same answer and does nothing twice."""

import hashlib
from datetime import timedelta
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from apps.common.api.problems import Replay
from apps.common.errors import DomainError
from apps.common.models import IdempotencyRecord

# After this a call that never ended (its process was killed) may be tried again with the same key.
ABANDONED_AFTER = timedelta(seconds=60)
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


class IdempotentMixin:
    """For an APIView or ViewSet: POSTs that carry the header are answered once and replayed afterwards.

    Put it first among the bases. Answers below 500 are kept for two days; a crash keeps nothing.
    """

    _record: IdempotencyRecord | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        key = request.headers.get("Idempotency-Key")
        if request.method == "POST" and key is not None:
            if not (1 <= len(key) <= 255 and key.isprintable()):
                raise BadKey
            self._record = _begin(_scope(request), key, _fingerprint(request))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]
        record, self._record = self._record, None
        if record is not None:
            response.add_post_render_callback(lambda rendered: _finish(record, rendered))
        return response

    def handle_exception(self, exc: Exception) -> Any:
        try:
            return super().handle_exception(exc)  # type: ignore[misc]
        except Exception:
            if self._record is not None:
                self._record.delete()
            raise


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


def _begin(scope: str, key: str, fingerprint: str) -> IdempotencyRecord:
    """Claim the key, or raise ``Replay`` with the answer given before."""
    now = timezone.now()
    fields = {"scope": scope, "key": key}
    try:
        with transaction.atomic():
            return IdempotencyRecord.objects.create(**fields, fingerprint=fingerprint, started_at=now)
    except IntegrityError:
        record = IdempotencyRecord.objects.filter(**fields).first()
    if record is None:  # the first call has just failed and left nothing
        raise StillInFlight
    if record.fingerprint != fingerprint:
        raise KeyReused
    if record.status is not None:
        replay = HttpResponse(bytes(record.body), status=record.status, content_type=record.content_type)
        replay["Idempotency-Replayed"] = "true"
        raise Replay(replay)
    abandoned = IdempotencyRecord.objects.filter(
        pk=record.pk, status=None, started_at=record.started_at, started_at__lt=now - ABANDONED_AFTER
    )
    if abandoned.update(started_at=now):
        return record
    raise StillInFlight


def _finish(record: IdempotencyRecord, response: Any) -> None:
    if response.status_code >= 500 or response.status_code == 429:
        record.delete()
        return
    IdempotencyRecord.objects.filter(pk=record.pk).update(
        status=response.status_code, body=response.content, content_type=response.headers.get("Content-Type", "")
    )


def clear_old() -> int:
    """Forget answers older than two days; returns how many."""
    return IdempotencyRecord.objects.filter(started_at__lt=timezone.now() - KEPT_FOR).delete()[0]
