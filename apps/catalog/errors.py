"""Why the catalogue refuses."""

from django.utils.translation import gettext_lazy as _

from apps.common.errors import InvalidInput


class UnknownSpec(InvalidInput):
    code = "unknown_spec"
    message = _("There is no spec “%(key)s”.")


class WrongSpecValue(InvalidInput):
    code = "wrong_spec_value"
    message = _("“%(key)s” does not fit its definition: %(problem)s")
