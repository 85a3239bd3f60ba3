"""Who changed what of a draft, when, from what to what: the admin's log, complete for every way of editing."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


def values(row: models.Model, fields: Iterable[str]) -> dict[str, Any]:
    """The fields as JSON; a related row is its code."""
    found: dict[str, Any] = {}
    for name in fields:
        value = getattr(row, name)
        if isinstance(value, models.Model):
            value = getattr(value, "code", value.pk)
        found[name] = value.isoformat() if isinstance(value, date) else value
    return found


def record(
    row: models.Model, before: Mapping[str, Any], after: Mapping[str, Any], by: "AbstractBaseUser"
) -> LogEntry | None:
    """One entry in the admin's own format, so that its history pages read it, with the old and the new values beside.

    Nothing is written where nothing changed.
    """
    message: dict[str, Any]
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if before and after and not changed:
        return None
    if not before:
        flag, message = ADDITION, {"added": {}, "after": dict(after)}
    elif not after:
        flag, message = (
            DELETION,
            {"deleted": {"name": str(row._meta.verbose_name), "object": str(row)}, "before": dict(before)},
        )
    else:
        labels = [str(row._meta.get_field(name).verbose_name) for name in changed]  # type: ignore[union-attr]
        flag = CHANGE
        message = {
            "changed": {"fields": labels},
            "before": {name: before[name] for name in changed},
            "after": {name: after[name] for name in changed},
        }
    message["car"] = getattr(row, "configurator_id", None)
    return LogEntry.objects.create(
        user_id=by.pk,
        content_type=ContentType.objects.get_for_model(row),
        object_id=str(row.pk),
        object_repr=str(row)[:200],
        action_flag=flag,
        change_message=json.dumps([message], ensure_ascii=False),
    )


def entries_of(configurator_id: int, kinds: Iterable[type[models.Model]], limit: int) -> list[LogEntry]:
    """The newest entries about one car and its rows, those of deleted rows too."""
    types = ContentType.objects.get_for_models(*kinds).values()
    return list(
        LogEntry.objects.filter(content_type__in=types, change_message__contains=f'"car": {configurator_id}}}')
        .select_related("user", "content_type")
        .order_by("-action_time", "-pk")[:limit]
    )


def last_entry(kind: type[models.Model], pk: int, configurator_id: int) -> LogEntry | None:
    """The newest entry about one row of a car, whether or not the row is still there."""
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(kind),
        object_id=str(pk),
        change_message__contains=f'"car": {configurator_id}}}',
    )
    return entries.select_related("user").order_by("-action_time", "-pk").first()


def details(entry: LogEntry) -> list[tuple[str, Any, Any]]:
    """Field name, old and new value of an entry; nothing for entries that say nothing of them."""
    try:
        (message,) = json.loads(entry.change_message)
        before, after = message.get("before", {}), message.get("after", {})
    except (ValueError, TypeError, AttributeError):
        return []
    return [(name, before.get(name), after.get(name)) for name in {**before, **after}]
