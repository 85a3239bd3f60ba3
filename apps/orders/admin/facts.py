"""An order's agreed facts as a person reads them, where the table keeps them as JSON."""

from collections.abc import Iterable
from textwrap import wrap
from typing import Any

from django.contrib import admin
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from apps.common.money import yuan
from apps.configurator.rental import RentalTerms
from apps.orders.forms import CHECKS
from apps.orders.lifecycle import Status
from apps.orders.models import Order

NOTHING = "–"
# A narrow screen may break it after so many characters.
HASH_PART = 16


class ReadableFacts:
    """Columns of the order's page."""

    @admin.display(description=_("Stopped by"))
    def flags_text(self, order: Order) -> str:
        labels = {"disputed": _("payment contested"), "frozen": _("inspection")}
        return ", ".join(str(text) for name, text in labels.items() if getattr(order, name)) or NOTHING

    @admin.display(description=_("Table of fees"))
    def fees_text(self, order: Order) -> SafeString | str:
        """What cancelling costs from each state on."""
        return _lines(
            gettext("%(state)s: %(fee)s (%(percent)s%%)")
            % {"state": Status(row["status"]).label, "fee": yuan(row["amount"]), "percent": row["percent"]}
            for row in order.fees
        )

    @admin.display(description=_("Cancellation fee"))
    def fee_text(self, order: Order) -> str:
        return yuan(order.cancellation_fee)

    @admin.display(description=pgettext_lazy("battery", "Rental terms"))
    def terms_text(self, order: Order) -> SafeString | str:
        if not order.terms:
            return NOTHING
        terms = RentalTerms.read(order.terms)
        return _lines(
            (
                gettext("%(price)s a month") % {"price": yuan(terms.monthly_price)},
                gettext("%(km)s km a year included, %(fee)s for each more")
                % {"km": f"{terms.mileage_cap:,}", "fee": yuan(terms.overage_price)},
                gettext("%(months)s months at least") % {"months": terms.minimum_term},
                gettext("%(price)s buys the battery out") % {"price": yuan(terms.buyout_price)},
            )
        )

    @admin.display(description=_("Insurance that was seen"))
    def insurance_text(self, order: Order) -> str:
        seen = order.insurance
        if not seen:
            return NOTHING
        return gettext("%(policy)s, seen by %(name)s, %(at)s") % {
            "policy": seen["policy"],
            "name": seen["seen_by"],
            "at": _moment(seen["seen_at"]),
        }

    @admin.display(description=_("Hand-over record"))
    def handover_text(self, order: Order) -> SafeString | str:
        record = order.handover
        if not record:
            return NOTHING
        signed = gettext("Signed by %(name)s, %(at)s") % {
            "name": record.get("signature", ""),
            "at": _moment(record["at"]),
        }
        checks = (str(CHECKS.get(item, item)) for item in record.get("checklist", ()))
        return _lines((record.get("vin", ""), signed, *checks))

    @admin.display(description=_("Contract's SHA-256"))
    def hash_text(self, order: Order) -> SafeString | str:
        if not order.contract_hash:
            return NOTHING
        parts = wrap(order.contract_hash, HASH_PART)
        return format_html("<code>{}</code>", format_html_join(mark_safe("<wbr>"), "{}", ((part,) for part in parts)))


def _lines(texts: Iterable[str]) -> SafeString | str:
    rows = [(text,) for text in texts if text]
    if not rows:
        return NOTHING
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", rows))


def _moment(text: Any) -> str:
    """An ISO 8601 time in the reader's zone and format."""
    moment = parse_datetime(str(text))
    return date_format(localtime(moment), "SHORT_DATETIME_FORMAT") if moment else str(text)
