"""Changes of the network itself."""

from collections.abc import Sequence

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import NumericRange

from apps.stores import hours
from apps.stores.errors import BadHours
from apps.stores.kinds import Service
from apps.stores.models import Store


@transaction.atomic
def refresh_services(*, store: Store) -> None:
    """Make what a store offers what its active bays can do, in the order of ``Service``."""
    locked = Store.objects.select_for_update().get(pk=store.pk)
    can = {name for bay in locked.bays.filter(is_active=True) for name in bay.services}
    locked.services = [service.value for service in Service if service.value in can]
    locked.save(update_fields=["services"])
    store.services = locked.services


def set_hours(*, store: Store, text: str) -> None:
    """Opening hours from ``Mon-Fri 09:00-18:00; Sat 10:00-16:00``.

    Raises:
        BadHours: the text cannot be read.
    """
    try:
        spans = hours.parse(text)
    except ValueError as error:
        raise BadHours(field="hours", extra={"part": str(error)}) from error
    store.hours = ranges(spans)
    store.save(update_fields=["hours"])


def ranges(spans: Sequence[hours.Span]) -> list[NumericRange]:
    """As the database keeps them."""
    return [NumericRange(span.start, span.end) for span in spans]
