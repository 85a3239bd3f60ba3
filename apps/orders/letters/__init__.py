"""What each message about an order says: one row a kind. Texts may use %(number)s, %(car)s, %(store)s, %(total)s, %(due)s,
%(amount)s, %(when)s, %(day)s and %(name)s; ``notices`` fills them in. Pure.
"""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.orders.letters.of_lines import LINES
from apps.orders.letters.of_money import MONEY
from apps.orders.letters.of_orders import ORDERS
from apps.orders.letters.text import SEE, Text

__all__ = ["GREETING", "NEWS", "TEXTS", "Text", "text_of"]
TEXTS: Mapping[str, Text] = {**ORDERS, **MONEY, **LINES}
# Whatever has no text of its own: better plain news than silence.
NEWS = Text(
    _("News about your order"),
    (_("Something has changed. How your order stands now can be seen on its page."),),
    SEE,
    ("order", "car", "status"),
)
GREETING = pgettext_lazy("message", "Hello %(name)s,")


def text_of(kind: str) -> Text:
    return TEXTS.get(kind, NEWS)
