"""What Celery beat rings for, and how often. Each job is idempotent: a lost or doubled ring does no harm."""

from datetime import timedelta
from typing import Any

from celery.schedules import crontab, schedule

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "orders.drain": {"task": "orders.drain", "schedule": schedule(timedelta(seconds=1)), "options": {"expires": 5}},
    "orders.sweep_timers": {"task": "orders.sweep_timers", "schedule": timedelta(seconds=5), "options": {"expires": 5}},
    "orders.deliver_events": {
        "task": "orders.deliver_events",
        "schedule": timedelta(seconds=1),
        "options": {"expires": 5},
    },
    "allocation.match_vins": {
        "task": "allocation.match_vins",
        "schedule": timedelta(minutes=10),
        "options": {"expires": 60},
    },
    "promises.accrue_daily": {
        "task": "promises.accrue_daily",
        "schedule": timedelta(hours=1),
        "options": {"expires": 60},
    },
    "outbox.relay": {"task": "outbox.relay", "schedule": schedule(timedelta(seconds=1)), "options": {"expires": 5}},
    "outbox.deliver": {"task": "outbox.deliver", "schedule": timedelta(seconds=2), "options": {"expires": 5}},
    "outbox.bury_old": {"task": "outbox.bury_old", "schedule": timedelta(minutes=10), "options": {"expires": 60}},
    "messaging.send": {"task": "messaging.send", "schedule": timedelta(seconds=5), "options": {"expires": 5}},
    "stores.expire_holds": {
        "task": "stores.expire_holds",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
    "capacity.expire_holds": {
        "task": "capacity.expire_holds",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
    "contracts.render": {
        "task": "contracts.render",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "orders.serve_waiting": {
        "task": "orders.serve_waiting",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
    "orders.protect_prices": {"task": "orders.protect_prices", "schedule": timedelta(days=1)},
    "orders.forget_forms": {"task": "orders.forget_forms", "schedule": timedelta(days=1)},
    "capacity.prove": {"task": "capacity.prove", "schedule": timedelta(days=1)},
    "careers.send_confirmations": {
        "task": "careers.send_confirmations",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 30},
    },
    "careers.forget_decided": {"task": "careers.forget_decided", "schedule": timedelta(days=1)},
    "payments.settlement_import": {
        "task": "payments.settlement_import",
        "schedule": timedelta(hours=6),
        "options": {"expires": 3600},
    },
    "audit.prove_ledgers": {
        "task": "audit.prove_ledgers",
        "schedule": crontab(hour=3, minute=10),
        "options": {"expires": 3600},
    },
    "ledger.roll_up": {"task": "ledger.roll_up", "schedule": timedelta(minutes=1), "options": {"expires": 30}},
    "catalog.render": {"task": "catalog.render", "schedule": timedelta(seconds=10), "options": {"expires": 10}},
    "configurator.count_insight": {
        "task": "configurator.count_insight",
        "schedule": timedelta(hours=6),
        "options": {"expires": 3600},
    },
    "configurator.publications": {
        "task": "configurator.publications",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 5},
    },
    "configurator.compile_missing": {
        "task": "configurator.compile_missing",
        "schedule": timedelta(seconds=10),
        "options": {"expires": 10},
    },
    "configurator.solve": {"task": "configurator.solve", "schedule": timedelta(seconds=5), "options": {"expires": 5}},
    "configurator.ensure_for_sale": {
        "task": "configurator.ensure_for_sale",
        "schedule": timedelta(minutes=10),
        "options": {"expires": 60},
    },
    "configurator.prune": {"task": "configurator.prune", "schedule": timedelta(days=1)},
    "common.clear_expired": {"task": "common.clear_expired", "schedule": timedelta(hours=1)},
}

AT_START = ("configurator.ensure_for_sale",)
"""What beat rings for as soon as it runs, beside its turns above."""
