"""What people call the articles on the shelf."""

from collections.abc import Sequence
from itertools import chain

from django.utils.translation import gettext as _

from apps.bundles.models import Accessory, Charger
from apps.capacity.kinds import subject


def name_stock(resources: Sequence[str]) -> dict[str, str]:
    by_sku = {subject(resource): resource for resource in resources}
    rows = chain(*(kind.objects.filter(sku__in=by_sku) for kind in (Accessory, Charger)))
    return {by_sku[row.sku]: _("%(name)s (%(sku)s)") % {"name": row.name, "sku": row.sku} for row in rows}
