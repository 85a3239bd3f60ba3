"""Who writes the text of a message: modules of the apps above, named in the settings."""

from importlib import import_module
from typing import Protocol, cast

from django.conf import settings

from apps.messaging.letters import Letter
from apps.messaging.models import Message


class Composer(Protocol):
    """A module with these two functions."""

    def compose(self, message: Message) -> Letter | None:
        """The text, in the language that is active; None when there is nothing to say any more."""

    def title(self, kind: str) -> str:
        """What a kind of message is called in the reader's language; empty when it is none of this module's."""

    def gave_up(self, message: Message) -> None:
        """It could not be delivered: a person has to know. Called within a transaction."""


def composer(name: str) -> Composer:
    """The module behind a name of ``settings.MESSAGE_COMPOSERS``."""
    return cast("Composer", import_module(settings.MESSAGE_COMPOSERS[name]))


def title(kind: str) -> str:
    """What a kind is called by the first module that knows it."""
    for name in settings.MESSAGE_COMPOSERS:
        if known := composer(name).title(kind):
            return known
    return kind
