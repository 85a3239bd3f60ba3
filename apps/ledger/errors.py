"""Why the books refuse."""

from django.utils.translation import gettext_lazy as _

from apps.common.errors import DomainError


class NotBalanced(DomainError):
    """A fault of the caller, not of a person: postings that do not sum to zero, or fewer than two."""

    code = "not_balanced"
    message = _("These postings do not balance.")
    status = 500


class KeyReused(DomainError):
    """The key was used before, for something else."""

    code = "ledger_key_reused"
    message = _("This was booked before, with other amounts.")


class TooFewCoins(DomainError):
    """``extra`` has ``account``."""

    code = "too_few_coins"
    message = _("There are not enough coins for this.")
