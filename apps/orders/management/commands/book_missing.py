"""``book_missing``: book what orders have moved and the ledger does not know."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.orders.services import bookkeeping


class Command(BaseCommand):
    help = (
        "Book payments, refunds, fees, credits and sales that are missing in the ledger; what is booked stays as it is."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Booked {bookkeeping.book_all_missing()} movements.")
