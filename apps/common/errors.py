"""What a service raises when it refuses: a code for programs and a message for people."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A refusal with a reason. Subclasses set ``code``, ``message`` and the HTTP ``status`` that an API answers.

    ``field`` names the input at fault where there is one; ``extra`` goes into the API's problem document as it is and
    is what ``message`` may interpolate with ``%(name)s``.
    """

    code: str = "refused"
    message: str | Promise = _("This is not possible.")
    status: int = 409

    def __init__(
        self, message: str | Promise | None = None, *, field: str | None = None, extra: Mapping[str, Any] | None = None
    ) -> None:
        self.field = field
        self.extra: dict[str, Any] = dict(extra or {})
        self._message = message if message is not None else self.message
        super().__init__(self.code)

    def __str__(self) -> str:
        text = str(self._message)
        return text % self.extra if self.extra and "%(" in text else text


class InvalidInput(DomainError):
    """Input that can never be right, whatever the state of things."""

    code = "invalid"
    message = _("Please check what you entered.")
    status = 422


class FieldErrors(InvalidInput):
    """Several fields at fault at once: ``errors`` is a sequence of (field, code, message)."""

    def __init__(self, errors: Sequence[tuple[str, str, str]]) -> None:
        super().__init__()
        self.errors = list(errors)


class NotAllowed(DomainError):
    """The person may see this, but not do that."""

    code = "not_allowed"
    message = _("You are not allowed to do this.")
    status = 403
