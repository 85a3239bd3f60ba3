"""Composed pictures, under addresses that never show anything else."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from apps.catalog.composing.recipes import named
from apps.catalog.composing.shelf import KINDS, SIZES, picture

YEAR_S = 365 * 24 * 3600


@require_safe
def still(request: HttpRequest, slug: str, view: str, width: int, name: str, digest: str, kind: str) -> HttpResponse:
    """A dressed car (``recipes.py``). An old digest leads to the picture as it is now, but for a film: there it is the permission."""
    recipe = named(slug, view, name)
    layers = None if recipe is None else recipe.layers
    if recipe is None or layers is None or kind not in KINDS or width not in SIZES:
        raise Http404
    wanted = recipe.digest(layers)
    if not constant_time_compare(digest, wanted):
        if recipe.film is not None:
            raise Http404
        return HttpResponseRedirect(
            reverse("catalog:still", args=[slug, view, width, name, wanted, kind]),
            headers={"Cache-Control": "no-cache"},
        )
    response = HttpResponse(picture(recipe, layers, kind, width), content_type=f"image/{kind}")
    patch_cache_control(response, public=True, max_age=YEAR_S, immutable=True)
    return response
