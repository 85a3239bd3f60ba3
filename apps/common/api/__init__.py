"""What every API view shares: problems, pages, idempotency, throttling, the docs page."""
