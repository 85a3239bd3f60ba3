"""Build slots for every car that can be configured, and past orders in every state."""

from apps.common.demo import DemoOptions, Report
from apps.orders.demo.past import load_past
from apps.orders.demo.supply import open_supply


def load(options: DemoOptions, report: Report) -> None:
    """Open the supply and tell the past, where they are not there yet. Run again, it changes nothing."""
    open_supply(report)
    load_past(options, report)
