"""``demo_data``: deterministic demo data of any size; running it again changes nothing."""

import sys
from importlib import import_module
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandParser
from django.utils.module_loading import module_has_submodule

from apps.common.demo import DemoOptions


class Command(BaseCommand):
    help = "Load deterministic demo data: real cars, a network of stores, plans, jobs and past orders."

    def add_arguments(self, parser: CommandParser) -> None:
        defaults = DemoOptions()
        parser.add_argument("--stores", type=int, default=defaults.stores, help="size of the network")
        parser.add_argument("--orders", type=int, default=defaults.orders, help="number of past orders")
        parser.add_argument("--seed", type=int, default=defaults.seed)

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = DemoOptions(stores=options["stores"], orders=options["orders"], seed=options["seed"])
        for config in apps.get_app_configs():
            if config.module and module_has_submodule(config.module, "demo") and config.name != "apps.common":
                import_module(f"{config.name}.demo").load(wanted, self._report)
        self._end_line()

    _last = ""

    def _report(self, label: str, done: int, total: int) -> None:
        """A bar that redraws itself on a terminal, a line for each finished part elsewhere."""
        if not sys.stdout.isatty():
            if done >= total:
                self.stdout.write(f"  {label}: {total}")
            return
        if label != self._last:
            self._end_line()
        self._last = label
        share = done / total if total else 1.0
        bar = "█" * round(share * 30)
        self.stdout.write(f"\r  {label:<24} {bar:<30} {share:4.0%}", ending="")
        self.stdout.flush()

    def _end_line(self) -> None:
        if self._last:
            self.stdout.write("")
        self._last = ""
