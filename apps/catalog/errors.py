"""Why the catalogue refuses."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from apps.common.errors import InvalidInput


class UnknownSpec(InvalidInput):
    code = "unknown_spec"
    message = _("There is no spec “%(key)s”.")


class WrongSpecValue(InvalidInput):
    code = "wrong_spec_value"
    message = _("“%(key)s” does not fit its definition: %(problem)s")


class PictureShowsMore(InvalidInput):
    """A picture is a promise. ``field`` is the spec's key."""

    code = "picture_shows_more"
    message = _(
        "%(trim)s: the car's picture shows “%(shown)s” (%(label)s), and the spec sheet does not have it. "
        "Give the car a picture without it, or correct the sheet."
    )


class NoLook(InvalidInput):
    code = "no_look"
    message = _("Nobody has said how these cars look, or how large they are: %(cars)s.")

    def __init__(self, slugs: Sequence[str]) -> None:
        super().__init__(extra={"cars": ", ".join(slugs)})


class NoStudio(Exception):
    """A worker cannot render: ``code`` is a key of ``rendering.PROBLEMS``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
