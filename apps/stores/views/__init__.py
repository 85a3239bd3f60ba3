"""Pages of the stores app."""

from apps.stores.views.appointments import appointment, calendar, cancel, reschedule
from apps.stores.views.booking import book
from apps.stores.views.network import detail, find

__all__ = ["appointment", "book", "calendar", "cancel", "detail", "find", "reschedule"]
