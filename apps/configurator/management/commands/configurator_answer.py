"""``configurator_answer FILE.json``: one model in the interchange format in, the answer as JSON out.

The file goes through the same reading, compiling and answering as a published car. Needs no database.
"""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.configurator.engine.interchange import answer_document
from apps.configurator.engine.model import ModelError


class Command(BaseCommand):
    help = "Answer a configurator model in the interchange format; - reads standard input."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="a JSON file, or - for standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            answer = answer_document(_document(options["file"]))
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        except json.JSONDecodeError as error:
            raise CommandError(f"{options['file']}: not JSON: {error}") from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{options['file']}: not UTF-8: {error.reason}") from error
        except (ValueError, RecursionError) as error:  # a number of thousands of digits, lists in lists in lists
            raise CommandError(f"{options['file']}: beyond what can be read: {error}") from error
        except ModelError as error:
            raise CommandError(f"{options['file']}: {error} [{error.code}]") from error
        self.stdout.write(json.dumps(answer, ensure_ascii=False))


def _document(name: str) -> Any:
    """What the file says; ``ValueError`` of several kinds if that is no JSON."""
    return json.loads(sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes())
