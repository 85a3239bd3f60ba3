"""The postings of data/postings.toml: made where they are missing, left alone where they stand."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from apps.careers.models import Posting
from apps.common.demo import DemoOptions, Report

DATA = Path(__file__).parent / "data" / "postings.toml"


def load(options: DemoOptions, report: Report) -> None:
    """Open positions, published over the last weeks."""
    data = tomllib.loads(DATA.read_text(encoding="utf-8"))
    known = set(Posting.objects.values_list("slug", flat=True))
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    rows = [_posting(row, data, now) for row in data["posting"] if row["slug"] not in known]
    Posting.objects.bulk_create(rows)
    report("careers", 1, 1)


def _posting(row: dict[str, Any], data: dict[str, Any], now: datetime) -> Posting:
    city_en, city_zh = data["cities"][row["city"]]
    low, high, months = row["pay"]
    return Posting(
        slug=row["slug"],
        title_en=row["title"][0],
        title_zh=row["title"][1],
        description_en=row["description"][0],
        description_zh=row["description"][1],
        requirements_en="\n".join(row["requirements"][0]),
        requirements_zh="\n".join(row["requirements"][1]),
        benefits_en="\n".join(line for name in row["benefits"] for line in data["benefits"][name]["en"]),
        benefits_zh="\n".join(line for name in row["benefits"] for line in data["benefits"][name]["zh"]),
        department=row["department"],
        city=row["city"],
        city_name_en=city_en,
        city_name_zh=city_zh,
        kind=row.get("kind", Posting.Kind.FULL_TIME),
        experience_years=row["experience"],
        education=row["education"],
        headcount=row["headcount"],
        salary_min=low,
        salary_max=high,
        salary_months=months,
        published_at=now - timedelta(days=row["open"]),
        closes_at=now + timedelta(days=row["close"]) if "close" in row else None,
    )
