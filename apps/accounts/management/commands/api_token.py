"""``api_token <email>``: make an API token and print it, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.models import ApiToken, User
from apps.accounts.services import issue_token
from apps.common.errors import DomainError


class Command(BaseCommand):
    help = "Print a new API token of a person; it is shown this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--scope", choices=ApiToken.Scope.values, default=ApiToken.Scope.READ)
        parser.add_argument("--name", default="Made on the command line")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].strip().lower(), is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody active is registered with {options['email']}.")
        try:
            _token, text = issue_token(user=user, name=options["name"], scope=options["scope"])
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(text)
