"""Why a subscription or a delivery cannot be as asked."""

from django.utils.translation import gettext_lazy as _

from apps.common.errors import DomainError, InvalidInput


class AddressRefused(InvalidInput):
    """``extra`` has ``reason``: scheme, credentials, host, private or unresolved."""

    code = "address_refused"
    message = _("Give an https address on the public internet, without a name or password in it.")


class UnknownTopic(InvalidInput):
    code = "unknown_topic"
    message = _("There is no topic “%(topic)s”.")


class TooManySubscriptions(DomainError):
    code = "too_many_subscriptions"
    message = _("There can be %(limit)s subscriptions. Delete one first.")


class NotDead(DomainError):
    code = "not_dead"
    message = _("This delivery has not been given up.")
