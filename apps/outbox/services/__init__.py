"""Every write of the outbox."""

from apps.outbox.services.emitting import emit

__all__ = ["emit"]
