"""What the kernel itself stores: answers already given to idempotent API calls."""

from django.db import models


class IdempotencyRecord(models.Model):
    """The answer to one POST with an ``Idempotency-Key``, written in the transaction that did what was asked.

    ``scope`` is who calls (a user, or the network address of a guest) so that nobody can replay another's answer.
    """

    scope = models.CharField(max_length=100)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, path and body")
    answered_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField()
    body = models.BinaryField(default=b"")
    content_type = models.CharField(max_length=100, default="")

    class Meta:
        constraints = [
            # The lock lets one call through at a time; that there is one answer a key is the database's word.
            models.UniqueConstraint(fields=["scope", "key"], name="idempotency_one_per_scope_and_key"),
        ]
        indexes = [models.Index(fields=["answered_at"], name="idempotency_answered")]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"
