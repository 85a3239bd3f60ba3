"""Why the catalogue refuses."""

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
