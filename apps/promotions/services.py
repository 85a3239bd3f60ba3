"""Campaigns as rules, codes and their limits, and what is wrong with a campaign before anybody meets it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.capacity import services as capacity
from apps.capacity.kinds import voucher
from apps.capacity.models import Pool
from apps.catalog.models import CarModel
from apps.promotions import engine
from apps.promotions.engine import Buyer, Item, Kind, Result, Rule
from apps.promotions.errors import WHY, UnknownCode
from apps.promotions.models import Campaign, Code, Member
from apps.stores.models import City

if TYPE_CHECKING:
    from apps.accounts.models import User

HIGH_PERCENT = Decimal(50)


def rule_of(campaign: Campaign) -> Rule:
    """A campaign as the engine reads it; ``codes`` and ``group`` should be fetched."""
    return Rule(
        slug=campaign.slug,
        kind=Kind(campaign.kind),
        group=campaign.group.code,
        group_position=campaign.group.position,
        position=campaign.position,
        amount=campaign.amount,
        percent=campaign.percent,
        most=campaign.most,
        targets=frozenset(campaign.targets),
        starts_on=campaign.starts_on,
        ends_on=campaign.ends_on,
        models=frozenset(campaign.car_models),
        options=frozenset(campaign.options),
        things=frozenset(campaign.things),
        cities=frozenset(campaign.cities),
        markets=frozenset(campaign.markets),
        segments=frozenset(campaign.segments),
        first_order=campaign.first_order,
        least=campaign.least,
        codes=frozenset(code.code for code in campaign.codes.all()),
        needs_code=campaign.needs_code,
        label_en=campaign.name_en,
        label_zh=campaign.name_zh,
    )


def rules_on(day: date, codes: Collection[str] = ()) -> list[Rule]:
    """What may apply on a day: everything without a code, and what these codes open (even if it is over: that is a reason)."""
    public = Campaign.objects.public().running(day)
    if not codes:
        return [rule_of(one) for one in public.whole()]
    opened = Campaign.objects.filter(is_active=True, codes__code__in=list(codes))
    rows = Campaign.objects.filter(pk__in=[*public.values_list("pk", flat=True), *opened.values_list("pk", flat=True)])
    return [rule_of(one) for one in rows.whole()]


def segments_of(user: "User | None", day: date) -> frozenset[str]:
    """The groups of customers that somebody belongs to on a day."""
    if user is None:
        return frozenset()
    rows = Member.objects.filter(user=user, starts_on__lte=day).exclude(ends_on__lte=day)
    return frozenset({"signed-in", *rows.values_list("segment", flat=True)})


def known_code(code: str) -> Code:
    """The code that somebody typed, in any case and with spaces around it.

    Raises:
        UnknownCode
    """
    typed = code.strip().upper()[:40]
    found = Code.objects.select_related("campaign").filter(code=typed, campaign__is_active=True).first()
    if found is None:
        raise UnknownCode(field="code", extra={"code": typed})
    return found


@dataclass(frozen=True, slots=True)
class CodeState:
    """What a code of a basket does: ``saved`` fen, or ``why`` it does nothing."""

    code: str
    name: str
    saved: int
    why: str


def states_of(codes: Sequence[str], result: Result) -> list[CodeState]:
    """What each code did in a calculation."""
    rows = {one.code: one for one in Code.objects.select_related("campaign").filter(code__in=list(codes))}
    saved = {step.rule.removeprefix("promotion:"): -step.amount for step in result.savings}
    found = []
    for code in codes:
        row = rows.get(code)
        if row is None or not row.campaign.is_active:
            found.append(CodeState(code, code, 0, str(WHY[engine.Missing.OVER])))
            continue
        slug = row.campaign.slug
        reason = result.refused.get(slug)
        why = "" if slug in saved else str(WHY[reason or engine.Missing.OVER])
        found.append(CodeState(code, row.campaign.name, saved.get(slug, 0), why))
    return found


def uses_of(codes: Collection[str], result: Result, customer: str) -> dict[str, int]:
    """The pools of which an order with this calculation takes one use each, and how much of each there is at first."""
    applied = {step.rule.removeprefix("promotion:") for step in result.savings}
    rows = Code.objects.filter(code__in=list(codes), campaign__slug__in=applied)
    return {resource: units for row in rows for resource, units in row.pools(customer).items()}


@transaction.atomic
def save_code(code: Code, user: "User | None" = None) -> None:
    """Save a code and give its pool as many uses as its limit says.

    Raises:
        BelowPromised: more than the new limit are used already.
    """
    code.save()
    if code.limit is None:
        return
    resource = voucher(code.code)
    there = Pool.objects.filter(resource=resource).values_list("total", flat=True).first()
    if there is None:
        capacity.ensure(totals={resource: code.limit})
    elif there != code.limit:
        capacity.adjust(resource=resource, change=code.limit - there, reason="Limit of the code", user=user)


@dataclass(frozen=True, slots=True)
class Finding:
    """What somebody should look at before a campaign goes live; ``serious`` ones are surely wrong."""

    text: str | Promise
    serious: bool = False
    about: str = ""


def lint(campaign: Campaign) -> list[Finding]:
    """What is wrong or risky with a campaign, by itself and beside the others."""
    return [*_unknown_names(campaign), *_risks(campaign), *_overlaps(campaign)]


def _unknown_names(campaign: Campaign) -> Iterable[Finding]:
    known: tuple[tuple[Any, Sequence[str], Any], ...] = (
        (CarModel.objects, campaign.car_models, _("There is no model “%(name)s”.")),
        (City.objects, campaign.cities, _("There is no city “%(name)s”.")),
    )
    for rows, names, text in known:
        there = set(rows.filter(slug__in=names).values_list("slug", flat=True))
        yield from (Finding(text % {"name": name}, serious=True, about=name) for name in names if name not in there)


def _risks(campaign: Campaign) -> Iterable[Finding]:
    if campaign.kind == Kind.PERCENT and campaign.percent > HIGH_PERCENT and campaign.most is None:
        yield Finding(_("More than half is taken off, and nothing limits it."))
    if campaign.needs_code and not (campaign.pk and campaign.codes.exists()):
        yield Finding(_("It needs a code and has none, so nobody can use it."), serious=True)
    cheapest = _cheapest(campaign)
    if campaign.kind == Kind.FIXED and cheapest is not None and campaign.amount >= cheapest:
        yield Finding(_("It takes off more than the cheapest car costs; the rest is cut, nothing falls below zero."))
    if campaign.kind == Kind.FIXED and not campaign.targets and not campaign.least:
        yield Finding(_("It takes an amount off any basket, however small. Set a total from which it counts."))


def _cheapest(campaign: Campaign) -> int | None:
    if "car" not in campaign.targets:
        return None
    rows = CarModel.objects.filter(slug__in=campaign.car_models) if campaign.car_models else CarModel.objects.all()
    prices = [price for price in rows.values_list("trims__price", flat=True) if price]
    return min(prices, default=None)


def _overlaps(campaign: Campaign) -> Iterable[Finding]:
    others = Campaign.objects.filter(group=campaign.group_id, is_active=True).exclude(pk=campaign.pk)
    for other in others:
        if _apart(campaign, other):
            continue
        text = _("“%(name)s” of the same group applies at the same time: only the better one counts.")
        yield Finding(text % {"name": other.name}, about=other.slug)


def _apart(one: Campaign, other: Campaign) -> bool:
    """Whether two campaigns can never meet in one basket."""
    if one.ends_on and other.starts_on and one.ends_on <= other.starts_on:
        return True
    if other.ends_on and one.starts_on and other.ends_on <= one.starts_on:
        return True
    pairs: tuple[tuple[Sequence[str], Sequence[str]], ...] = (
        (one.car_models, other.car_models),
        (one.cities, other.cities),
        (one.markets, other.markets),
    )
    return any(mine and theirs and not set(mine) & set(theirs) for mine, theirs in pairs)


def sample(items: Sequence[Item], buyer: Buyer, extra: Mapping[str, Rule] | None = None) -> Result:
    """The calculation of a sample basket, for the preview; ``extra`` rules stand in for saved ones of the same name."""
    rules = {rule.slug: rule for rule in rules_on(buyer.day, buyer.codes)} | dict(extra or {})
    return engine.calculate(rules.values(), items, buyer)
