"""Who may do what in a workspace: Django's permissions of the rows, refused with 403."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from apps.configurator.models import Configurator

VIEW = "configurator.view_configurator"
RESTORE = ("configurator.change_configurator", "configurator.change_rule", "configurator.change_option")


def require(request: HttpRequest, *permissions: str) -> None:
    """Raises:
    PermissionDenied: the person lacks one of them, or may not even look.
    """
    if not request.user.has_perms((VIEW, *permissions)):
        raise PermissionDenied


def may(request: HttpRequest, *permissions: str) -> bool:
    return bool(request.user.has_perms(permissions))


def configurator_of(pk: int) -> Configurator:
    found = Configurator.objects.select_related("car_model__brand", "current").defer("current__document")
    return get_object_or_404(found, pk=pk)
