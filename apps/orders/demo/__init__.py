"""Build slots for every car that can be configured, and past orders in every state."""

from apps.common.demo import DemoOptions, Report
from apps.orders.demo.supply import open_supply


def load(options: DemoOptions, report: Report) -> None:
    """Open the supply where there is none yet. Run again, it changes nothing."""
    open_supply(report)
