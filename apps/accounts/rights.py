"""Groups and permissions in the reader's language: Django keeps their names in the database, in English."""

from typing import Any

from django import forms
from django.contrib.admin import RelatedFieldListFilter
from django.contrib.auth.models import Group, Permission
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# The four that Django makes for every table.
_ANY_TABLE = {"add": _("Can add"), "change": _("Can change"), "delete": _("Can delete"), "view": _("Can view")}


def group_name(group: Group) -> str:
    """The groups that come with the project have names that are translated; others are called what they are called."""
    return gettext(group.name)


def permission_name(permission: Permission) -> str:
    """``Orders | order | Can add``."""
    table = permission.content_type
    action = permission.codename.removesuffix(f"_{table.model}")
    right = _ANY_TABLE.get(action) or gettext(permission.name)
    return " | ".join(capfirst(str(part)) for part in (*str(table).split(" | "), right))


NAMES = {Group: group_name, Permission: permission_name}


class RightsInWords:
    """For pages on which groups or permissions are picked. Stands first among the bases."""

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]  # it is the admin's
        name = NAMES.get(db_field.remote_field.model)
        if name and isinstance(field, forms.ModelChoiceField):
            field.label_from_instance = name  # type: ignore[method-assign, assignment]
            if db_field.remote_field.model is Permission:
                field.queryset = field.queryset.select_related("content_type")  # type: ignore[union-attr]
        return field


class GroupFilter(RelatedFieldListFilter):
    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[Any]:
        return [(group.pk, group_name(group)) for group in Group.objects.order_by("name")]
