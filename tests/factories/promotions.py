"""Campaigns and codes for tests. Money in fen."""

from itertools import count
from typing import Any

from apps.promotions.models import Campaign, Code, StackingGroup
from apps.promotions.services import save_code

_numbers = count(1)


def make_group(code: str = "season", position: int = 1) -> StackingGroup:
    group, _created = StackingGroup.objects.get_or_create(
        code=code, defaults={"name_en": code, "name_zh": code, "position": position}
    )
    return group


def make_campaign(**fields: Any) -> Campaign:
    """¥1,000 off the car for everybody, unless told otherwise."""
    number = next(_numbers)
    facts: dict[str, Any] = {
        "slug": f"campaign-{number}",
        "name_en": f"Campaign {number}",
        "name_zh": f"活动{number}",
        "kind": "fixed",
        "amount": 100_000,
        "targets": ["car"],
    }
    if "group" not in fields:
        facts["group"] = make_group()
    return Campaign.objects.create(**facts | fields)


def make_code(code: str = "AUTUMN", *, limit: int | None = None, limit_each: int | None = None, **fields: Any) -> Code:
    """A code that opens a campaign of its own."""
    campaign = make_campaign(needs_code=True, **fields)
    made = Code(campaign=campaign, code=code, limit=limit, limit_each=limit_each)
    save_code(made)
    return made
