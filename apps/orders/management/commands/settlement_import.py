"""``settlement_import <gateway> <file …>``: take the daily files of a gateway."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.common.errors import DomainError
from apps.orders.gateways import OFFERABLE
from apps.orders.services import settlement


class Command(BaseCommand):
    help = "Import settlement files: match their lines, book fees and payouts, make differences work items."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("gateway", choices=OFFERABLE)
        parser.add_argument("files", nargs="+", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        failed = 0
        for path in options["files"]:
            try:
                file = settlement.import_statement(
                    gateway_name=options["gateway"], content=path.read_bytes(), name=path.name
                )
            except (DomainError, OSError) as error:
                failed += 1
                self.stderr.write(f"{path}: {error}")
            else:
                lines = file.lines.count()
                self.stdout.write(
                    f"{path}: {file.day}, {lines} lines, {file.differences} differences, fees {file.fees} fen"
                )
        if failed:
            raise CommandError(f"{failed} of {len(options['files'])} files were not imported.")
