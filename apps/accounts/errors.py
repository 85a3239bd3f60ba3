"""What the accounts refuse."""

from django.utils.translation import gettext_lazy as _

from apps.common.errors import DomainError


class NoSuchUser(DomainError):
    code = "no_such_user"
    message = _("Nobody is registered with %(email)s.")
    status = 404


class TooManyTokens(DomainError):
    code = "too_many_tokens"
    message = _("You have %(limit)s tokens already. Revoke one that you no longer use.")


class TooManyAddresses(DomainError):
    code = "too_many_addresses"
    message = _("You have %(limit)s addresses already. Delete one first.")
