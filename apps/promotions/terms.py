"""A campaign's terms in words, as they stand on an advertisement. Pure but for the language that is active."""

from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.common.money import yuan
from apps.promotions.models import Campaign


def terms_of(campaign: Campaign) -> list[str]:
    """What it takes off, for whom, until when, and what it goes together with; a sentence each."""
    return [*_off(campaign), *_when(campaign), *_whose(campaign), _beside(campaign)]


def _off(campaign: Campaign) -> Iterator[str]:
    things = ", ".join(campaign.targets) or pgettext("campaign", "everything")
    amount = yuan(campaign.amount)
    texts = {
        Campaign.Kind.FIXED: _("%(amount)s off: %(things)s."),
        Campaign.Kind.PERCENT: _("%(percent)s%% off: %(things)s."),
        Campaign.Kind.FREE: _("One for free: %(things)s."),
        Campaign.Kind.BUNDLE: _("Together for %(amount)s: %(needed)s."),
    }
    needed = ", ".join(campaign.things)
    values = {"amount": amount, "percent": f"{campaign.percent.normalize():f}", "things": things, "needed": needed}
    yield texts[Campaign.Kind(campaign.kind)] % values
    if campaign.most:
        yield _("At most %(amount)s.") % {"amount": yuan(campaign.most)}


def _when(campaign: Campaign) -> Iterator[str]:
    if campaign.starts_on:
        yield _("From %(day)s on.") % {"day": date_format(campaign.starts_on)}
    if campaign.ends_on:
        yield _("It ends before %(day)s.") % {"day": date_format(campaign.ends_on)}


def _whose(campaign: Campaign) -> Iterator[str]:
    lists = (
        (campaign.car_models, _("Only for these models: %(names)s.")),
        (campaign.options, _("Only with these options: %(names)s.")),
        (campaign.things if campaign.kind != Campaign.Kind.BUNDLE else [], _("Only together with: %(names)s.")),
        (campaign.cities, _("Only for cars registered in: %(names)s.")),
        (campaign.markets, _("Only in these markets: %(names)s.")),
        (campaign.segments, _("Only for these customers: %(names)s.")),
    )
    for names, text in lists:
        if names:
            yield text % {"names": ", ".join(names)}
    if campaign.first_order:
        yield _("Only for your first order.")
    if campaign.least:
        yield _("From a total of %(amount)s on.") % {"amount": yuan(campaign.least)}


def _beside(campaign: Campaign) -> str:
    return _("Of “%(group)s” the offer that saves most counts; it adds up with other groups.") % {
        "group": campaign.group.name
    }
