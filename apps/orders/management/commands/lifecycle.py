"""Draw the table of states into ``LIFECYCLE.md``, or print what a new migration has to hold."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.orders import lifecycle
from apps.orders.lifecycle.diagram import document

HERE = Path(lifecycle.__file__).resolve().parents[1] / "LIFECYCLE.md"


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--migration", action="store_true", help="print the pairs for a new migration instead")

    def handle(self, *args: Any, migration: bool, **options: Any) -> None:
        if migration:
            self.stdout.write(_rows("PAIRS", lifecycle.PAIRS))
            self.stdout.write(_rows("STOPPED", lifecycle.STOPPED))
            self.stdout.write(_rows("LEG_PAIRS", lifecycle.LEG_PAIRS))
            triples = {(family.value, *pair) for family, pairs in lifecycle.LINE_PAIRS.items() for pair in pairs}
            self.stdout.write(_rows("LINE_PAIRS", triples))
        else:
            HERE.write_text(document(), encoding="utf-8")


def _rows(name: str, rows: Any) -> str:
    body = "".join(f"    {row!r},\n" for row in sorted(rows)).replace("'", '"')
    return f"{name} = (\n{body})"
