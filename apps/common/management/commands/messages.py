"""``messages [app …] [--check]``: bring the Chinese catalogues up to date, or say what is missing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.common import messages


class Command(BaseCommand):
    help = "Update the Chinese catalogues from code and templates, or check that they are complete."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("apps", nargs="*", help="apps (or: packages) to look at; all of them when none is named")
        parser.add_argument("--check", action="store_true", help="change nothing, fail when something is missing")

    def handle(self, *args: Any, **options: Any) -> None:
        apps = options["apps"] or messages.catalogue_names()
        if options["check"]:
            problems = messages.problems(apps)
            if problems:
                raise CommandError("\n".join(problems))
            self.stdout.write("Every text is translated.")
            return
        for app in apps:
            count, missing = messages.update(app)
            self.stdout.write(f"{app}: {count} texts, {missing} to translate")
        messages.compile_catalogues()
