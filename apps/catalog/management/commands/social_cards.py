"""``social_cards``: draw the general picture beside shared links, in each language, into static/img."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.catalog import cards
from apps.catalog.stills import folder, still


class Command(BaseCommand):
    help = "Draw static/img/social-<language>.jpg, which pages that are not about one car are shared with."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--image", default="aion-ut-super", help="whose still stands on it")

    def handle(self, *args: Any, **options: Any) -> None:
        picture = still(options["image"])
        if picture is None:
            raise CommandError(f"There is no still of {options['image']}.")
        for language, _label in settings.LANGUAGES:
            with override(language):
                claim = _("Electric cars, fairly sold")
                line = _("Compare, configure and order cars of many brands, and have them looked after near you.")
                (folder().parent / f"social-{language}.jpg").write_bytes(cards.general(picture, claim, line))
