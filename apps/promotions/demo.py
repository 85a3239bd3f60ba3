"""Campaigns and codes to look at: nobody's real prices."""

from apps.common.demo import DemoOptions, Report
from apps.promotions.models import Campaign, Code, StackingGroup
from apps.promotions.services import save_code

GROUPS = (("season", "Season", "季节", 1), ("package", "Packages", "套餐", 2), ("code", "Codes", "优惠码", 3))
CAMPAIGNS: tuple[dict[str, object], ...] = (
    {"slug": "care-package", "group": "package", "kind": "percent", "percent": 10, "targets": ["maintenance_plan"],
     "things": ["car", "cover", "maintenance_plan"], "name_en": "Film and maintenance together: plan 10 % off",
     "name_zh": "贴膜与保养同购：保养套餐九折"},
    {"slug": "welcome", "group": "code", "kind": "fixed", "amount": 50_000, "targets": ["car"], "needs_code": True,
     "name_en": "Welcome", "name_zh": "新朋友礼"},
    {"slug": "launch-200", "group": "code", "kind": "fixed", "amount": 200_000, "targets": ["car"], "needs_code": True,
     "name_en": "The first 200", "name_zh": "前 200 名"},
)  # fmt: skip
CODES = (("WELCOME", "welcome", None, 1), ("FIRST200", "launch-200", 200, 1))


def load(options: DemoOptions, report: Report) -> None:
    """Groups, campaigns and codes that are not there yet. Run again, it changes nothing."""
    groups = {
        code: StackingGroup.objects.get_or_create(
            code=code, defaults={"name_en": en, "name_zh": zh, "position": position}
        )[0]
        for code, en, zh, position in GROUPS
    }
    for row in CAMPAIGNS:
        facts = row | {"group": groups[str(row["group"])]}
        Campaign.objects.get_or_create(slug=row["slug"], defaults=facts)
    for code, slug, limit, each in CODES:
        if not Code.objects.filter(code=code).exists():
            save_code(Code(campaign=Campaign.objects.get(slug=slug), code=code, limit=limit, limit_each=each))
    report("campaigns", len(CAMPAIGNS), len(CAMPAIGNS))
