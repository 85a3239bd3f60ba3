"""What waits with the cars, for the back office's first page: publications to be decided, and each car's workspace."""

from typing import Any

from django.http import HttpRequest

from apps.configurator.models import Configurator, Publication


def cars(request: HttpRequest) -> dict[str, Any]:
    """For whoever asks for publications or decides them; nothing for others. Two queries."""
    user = request.user
    if not (user.has_perm("configurator.add_publication") or user.has_perm("configurator.approve_publication")):
        return {}
    asked = Publication.objects.filter(state__in=Publication.OPEN).order_by("asked_at")
    drafts = Configurator.objects.select_related("car_model__brand", "current").order_by("car_model__position", "pk")
    return {
        "shows_cars": True,
        "publications": asked.select_related("configurator__car_model__brand", "asked_by").defer("document"),
        "cars": drafts.defer("current__document"),
    }
