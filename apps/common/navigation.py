"""The back office's menu: every page of it, by the work it belongs to, as far as somebody may see it."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Title, whether it is folded up at first, and the pages: model and icon (Material Symbols).
GROUPS: tuple[tuple[Any, bool, tuple[tuple[str, str], ...]], ...] = (
    (
        _("Sales"),
        False,
        (
            ("orders.order", "receipt_long"),
            ("orders.workitem", "assignment_late"),
            ("orders.waiting", "hourglass_top"),
            ("orders.basket", "shopping_basket"),
            ("promotions.campaign", "sell"),
            ("promotions.stackinggroup", "stacks"),
            ("orders.promise", "event_available"),
        ),
    ),
    (
        _("Money"),
        True,
        (
            ("orders.paymentleg", "payments"),
            ("orders.refund", "undo"),
            ("orders.invoice", "description"),
            ("orders.credit", "redeem"),
            ("orders.payout", "currency_exchange"),
            ("orders.loanreferral", "account_balance"),
            ("orders.tradein", "swap_horiz"),
            ("orders.settlementfile", "fact_check"),
            ("orders.paymentattempt", "point_of_sale"),
            ("orders.paymentevent", "webhook"),
            ("ledger.entry", "menu_book"),
            ("ledger.account", "account_tree"),
            ("orders.legalseller", "domain"),
        ),
    ),
    (
        _("Fulfilment"),
        True,
        (
            ("orders.orderline", "home_repair_service"),
            ("orders.fulfilmentstep", "format_list_numbered"),
            ("orders.vehicle", "directions_car"),
            ("orders.allocation", "link"),
            ("orders.allotment", "calendar_month"),
            ("orders.partnerjob", "handshake"),
            ("orders.timer", "timer"),
            ("orders.transition", "history"),
            ("capacity.pool", "inventory_2"),
            ("capacity.hold", "lock_clock"),
            ("capacity.movement", "compare_arrows"),
            ("capacity.proof", "verified"),
        ),
    ),
    (
        _("Cars"),
        True,
        (
            ("catalog.carmodel", "directions_car"),
            ("catalog.trim", "layers"),
            ("catalog.specsheet", "table_rows"),
            ("catalog.brand", "branding_watermark"),
            ("catalog.renderjob", "photo_camera"),
            ("configurator.configurator", "tune"),
            ("configurator.configuratorversion", "history_edu"),
            ("configurator.build", "build"),
            ("configurator.insightcount", "insights"),
            ("configurator.optiongroup", "category"),
            ("configurator.option", "toggle_on"),
            ("configurator.rentalterms", "battery_charging_full"),
            ("configurator.rule", "rule"),
            ("configurator.pricerule", "price_change"),
        ),
    ),
    (
        _("Purchase plans"),
        True,
        (
            ("bundles.cover", "format_paint"),
            ("bundles.maintenanceplan", "car_repair"),
            ("bundles.accessory", "extension"),
            ("bundles.accessoryfitment", "construction"),
            ("bundles.charger", "ev_station"),
            ("bundles.stockitem", "warehouse"),
        ),
    ),
    (
        _("Stores"),
        True,
        (
            ("stores.store", "store"),
            ("stores.appointment", "event"),
            ("stores.appointmentevent", "event_note"),
            ("stores.bay", "garage"),
            ("stores.closure", "event_busy"),
            ("stores.city", "location_city"),
        ),
    ),
    (
        _("Careers"),
        True,
        (
            ("careers.posting", "work"),
            ("careers.application", "badge"),
            ("careers.statuschange", "published_with_changes"),
        ),
    ),
    (
        _("Programs and messages"),
        True,
        (
            ("messaging.message", "mail"),
            ("outbox.event", "outbox"),
            ("outbox.subscription", "webhook"),
            ("outbox.delivery", "local_shipping"),
            ("orders.sandboxpayment", "science"),
            ("orders.sandboxevent", "biotech"),
            ("orders.partnerbehaviour", "psychology"),
        ),
    ),
    (
        _("People and rights"),
        True,
        (
            ("accounts.user", "person"),
            ("auth.group", "group"),
            ("accounts.apitoken", "key"),
            ("accounts.address", "home_pin"),
            ("account.emailaddress", "alternate_email"),
            ("accounts.secondfactor", "phonelink_lock"),
            ("promotions.member", "card_membership"),
        ),
    ),
)


def groups(request: HttpRequest) -> list[dict[str, Any]]:
    """What unfold's sidebar shows: the overview, and each group's pages that this person may look at."""
    overview = {"title": pgettext_lazy("back office", "Overview"), "icon": "dashboard", "link": reverse("admin:index")}
    menu: list[dict[str, Any]] = [{"items": [overview]}]
    for title, folded, pages in GROUPS:
        items = [item for page, icon in pages if (item := _item(request, page, icon))]
        menu.append({"title": _heading(title) if folded else title, "collapsible": folded, "items": items})
    return menu


def _heading(title: Any) -> SafeString:
    """A button within unfold's heading, which opens the group for whoever uses the keyboard, too."""
    return format_html(
        '<button type="button" class="grow text-left" x-bind:aria-expanded="navigationOpen">{}</button>', title
    )


def _item(request: HttpRequest, page: str, icon: str) -> dict[str, Any] | None:
    model = apps.get_model(page)
    shown = admin.site._registry.get(model)
    if shown is None or not shown.has_view_or_change_permission(request):
        return None
    link = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return {"title": capfirst(str(model._meta.verbose_name_plural)), "icon": icon, "link": link}
