"""The back office as each role of the demo sees it: every list, the newest of it, and the form for a new one.

``manage.py shell`` calls it, and it prints the states as ``staging.py`` does.
"""

import json
from collections.abc import Iterator

from django.contrib import admin
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import reverse

from apps.accounts.models import User
from apps.configurator.models import Configurator, Option, OptionGroup, PriceRule, RentalTerms, Rule
from apps.orders.models import Order
from apps.promotions.models import Campaign
from tests.e2e.staging import CAR, Shown, signed_in

# These lead to the workspace of their car.
IN_A_WORKSPACE = {Configurator, Option, OptionGroup, PriceRule, RentalTerms, Rule}
ROLES = ("admin", "clerk", "store", "product", "release")


def asked_by(user: User) -> HttpRequest:
    request = RequestFactory().get("/admin/")
    request.user = user
    return request


def of_models(role: str, user: User) -> Iterator[tuple[str, Shown]]:
    """What the role may open of each model: admin's pages are everybody's; others' are shown where their role works."""
    request, session = asked_by(user), signed_in(user)
    for model, pages in admin.site._registry.items():
        meta = model._meta
        name, at = f"{role}: {meta.verbose_name_plural}", f"admin:{meta.app_label}_{meta.model_name}"
        if not pages.has_view_permission(request):
            continue
        yield f"{name}, list", (reverse(f"{at}_changelist"), session)
        newest = pages.get_queryset(request).order_by("-pk").first()
        if newest is not None and model not in IN_A_WORKSPACE:
            yield f"{name}, one", (reverse(f"{at}_change", args=[newest.pk]), session)
        if role == ROLES[0] and pages.has_add_permission(request):
            yield f"{name}, new", (reverse(f"{at}_add"), session)


def of_own(role: str, user: User) -> Iterator[tuple[str, Shown]]:
    """The pages that are not a model's."""
    request, session = asked_by(user), signed_in(user)
    yield f"{role}: what needs me", (reverse("admin:index"), session)
    yield f"{role}: password", (reverse("admin:password_change"), session)
    pages = admin.site._registry
    if pages[Order].has_view_permission(request):
        for status in ("placed", "preparing", "ready", "cancelled"):
            order = pages[Order].get_queryset(request).filter(status=status).first()
            if order is not None:
                yield f"{role}: order {status}", (reverse("admin:orders_order_change", args=[order.pk]), session)
    if pages[Configurator].has_view_permission(request):
        car = Configurator.objects.get(car_model__slug=CAR)
        for name in ("workspace", "changes", "versions", "preview", "log"):
            yield f"{role}: {name} of a car", (reverse(f"admin:configurator_editor_{name}", args=[car.pk]), session)
    if pages[Campaign].has_view_permission(request):
        yield f"{role}: campaigns' preview", (reverse("admin:promotions_preview"), session)


def main() -> None:
    found: dict[str, Shown] = {}
    for role in ROLES:
        user = User.objects.get(email=f"{role}@kaiche.example")
        found |= dict(of_own(role, user)) | dict(of_models(role, user))
    print("FOUND" + json.dumps({name: (path.lstrip("/"), session) for name, (path, session) in found.items()}))
