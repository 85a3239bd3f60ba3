"""When a telephone must not ring: nobody is woken by an SMS. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

BEGINS, ENDS = time(21, 30), time(8, 0)


def allowed_from(moment: datetime, zone: str) -> datetime:
    """``moment`` itself, or the next morning by the reader's clock when it lies in the quiet hours (21:30 to 8:00)."""
    local = moment.astimezone(ZoneInfo(zone))
    if ENDS <= local.time() < BEGINS:
        return moment
    day = local.date() if local.time() < ENDS else local.date() + timedelta(days=1)
    return datetime.combine(day, ENDS, tzinfo=local.tzinfo).astimezone(moment.tzinfo)
