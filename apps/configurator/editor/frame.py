"""What every page of a workspace has: the back office around it, the car, what the person may do."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from apps.common.pages import render_page
from apps.configurator.editor.access import may
from apps.configurator.models import Configurator

EDITS = ("rule", "pricerule", "option", "optiongroup", "rentalterms", "configurator")


def page(
    request: HttpRequest,
    template: str,
    configurator: Configurator,
    context: Mapping[str, Any],
    *,
    title: str = "",
    partial: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """A page in the back office's frame, or its part for htmx."""
    around = {} if partial and getattr(request, "htmx", False) else admin.site.each_context(request)
    base = {
        **around,
        "title": " · ".join(part for part in (configurator.car_model.full_name, title) if part),
        "configurator": configurator,
        "base": base_of(configurator),
        "is_fullwidth": "1",
        "may_edit": {
            model: {action: may(request, f"configurator.{action}_{model}") for action in ("add", "change", "delete")}
            for model in EDITS
        },
        "tab": title,
    }
    return render_page(request, template, {**base, **context}, partial=partial, status=status)


def base_of(configurator: Configurator) -> str:
    """The address of the car that all of its pages are below; a page names hundreds of them."""
    return reverse("admin:configurator_editor_workspace", args=[configurator.pk]).removesuffix("workspace/")
