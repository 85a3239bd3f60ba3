"""``prove_ledgers``: count all money and stock again now, and say what differs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.orders.services import audit


class Command(BaseCommand):
    help = "Count the ledger, the payments, the gateways' files and the stock again; fails when something differs."

    def handle(self, *args: Any, **options: Any) -> None:
        found = audit.prove_ledgers()
        if found:
            raise CommandError("\n".join(found))
        self.stdout.write("Everything adds up.")
