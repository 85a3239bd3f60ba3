"""People and their keys in the back office."""

from typing import Any

from allauth.account.admin import EmailAddressAdmin
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from apps.accounts.models import Address, ApiToken, SecondFactor, User
from apps.accounts.rights import GroupFilter, RightsInWords, group_name, permission_name
from apps.accounts.services import revoke_token
from apps.common.looking import LookOnlyPage

admin.site.unregister(Group)
admin.site.unregister(Authenticator)
admin.site.unregister(EmailAddress)


class NewUserForm(UserCreationForm):  # type: ignore[misc]  # it has no types
    class Meta:
        model = User
        fields = ("email",)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()


class EditUserForm(UserChangeForm):  # type: ignore[misc]  # it has no types
    class Meta:
        model = User
        fields = "__all__"

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()


class AddressInline(TabularInline):  # type: ignore[misc]  # it has no types
    model = Address
    extra = 0
    tab = True


@admin.register(User)
class UserPage(RightsInWords, UserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]  # half of it has no types
    form, add_form, change_password_form = EditUserForm, NewUserForm, AdminPasswordChangeForm
    list_display = ("email", "name", "phone", "language", "is_staff", "is_active", "joined_at")
    list_filter = ("is_staff", "is_superuser", "is_active", ("groups", GroupFilter), "language")
    search_fields = ("email", "name", "phone")
    ordering = ("-pk",)
    date_hierarchy = "joined_at"
    readonly_fields = ("last_login", "joined_at")
    filter_horizontal = ("groups", "user_permissions")
    inlines = (AddressInline,)
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "phone", "language")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        (_("Times"), {"fields": ("last_login", "joined_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "password1", "password2")}),)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Where nothing can be changed Django shows a password's hash as it is kept: it is left out there."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or request.user.is_superuser:
            return fieldsets
        shown: dict[Any, str] = {"groups": "groups_in_words", "user_permissions": "rights_in_words"}
        left_out = () if self.has_change_permission(request, obj) else ("password",)
        return [
            (name, {**rest, "fields": tuple(shown.get(one, one) for one in rest["fields"] if one not in left_out)})
            for name, rest in fieldsets
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Only a superuser hands out rights, or somebody could give them to themselves."""
        fields = tuple(super().get_readonly_fields(request, obj))
        if request.user.is_superuser:
            return fields
        return (*fields, "is_staff", "is_superuser", "groups", "user_permissions", "groups_in_words", "rights_in_words")

    @admin.display(description=_("groups"))
    def groups_in_words(self, person: User) -> str:
        return ", ".join(map(group_name, person.groups.order_by("name"))) or "–"

    @admin.display(description=_("user permissions"))
    def rights_in_words(self, person: User) -> str:
        held = person.user_permissions.select_related("content_type")
        return ", ".join(map(permission_name, held)) or "–"

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return not _beyond(request, obj) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return not _beyond(request, obj) and bool(super().has_delete_permission(request, obj))


def _beyond(request: HttpRequest, person: User | None) -> bool:
    """Whoever may change customers must not take over a colleague's account by it."""
    return person is not None and person.is_staff and not request.user.is_superuser


@admin.register(Group)
class GroupPage(RightsInWords, GroupAdmin, ModelAdmin):  # type: ignore[misc]  # half of it has no types
    list_display = ("called", "people")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return Group.objects.annotate(number=Count("user"))

    @admin.display(description=_("name"), ordering="name")
    def called(self, group: Group) -> str:
        """The groups that come with the project are called in the reader's language."""
        return group_name(group)

    @admin.display(description=_("people"), ordering="number")
    def people(self, group: Any) -> int:
        return int(group.number)


@admin.register(Address)
class AddressPage(ModelAdmin):  # type: ignore[misc]  # it has no types
    list_display = ("recipient", "user", "province", "city", "street", "is_default")
    list_filter = ("is_default", "province")
    list_select_related = ("user",)
    search_fields = ("recipient", "phone", "street", "city", "user__email")
    autocomplete_fields = ("user",)


@admin.register(EmailAddress)
class EmailAddressPage(EmailAddressAdmin, ModelAdmin):  # type: ignore[misc]  # half of it has no types
    """The addresses by which people sign in, in the back office's clothes."""

    list_select_related = ("user",)
    raw_id_fields = ()
    autocomplete_fields = ("user",)

    def has_change_permission(self, request: HttpRequest, obj: EmailAddress | None = None) -> bool:
        return not _beyond(request, obj.user if obj else None) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: EmailAddress | None = None) -> bool:
        return not _beyond(request, obj.user if obj else None) and bool(super().has_delete_permission(request, obj))

    @admin.action(description=_("Mark as verified"), permissions=["change"])
    def make_verified(self, request: HttpRequest, queryset: QuerySet[EmailAddress]) -> None:
        """A colleague's address lets somebody into their account as well: it is a superuser's to vouch for."""
        super().make_verified(request, queryset if request.user.is_superuser else queryset.filter(user__is_staff=False))


@admin.register(SecondFactor)
class SecondFactorPage(LookOnlyPage):
    """Who has lost a phone is helped by deleting what was on it. Nobody is shown the secrets, which ``data`` holds."""

    list_display = fields = ("person", "kind", "since", "used")
    readonly_fields = fields
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__email",)
    empty_text = _("Whoever signs in with a second factor is listed here.")

    def has_delete_permission(self, request: HttpRequest, obj: SecondFactor | None = None) -> bool:
        allowed = request.user.has_perm("accounts.delete_secondfactor")
        return allowed and not _beyond(request, obj.user if obj else None)

    @admin.display(description=_("user"), ordering="user__email")
    def person(self, factor: SecondFactor) -> str:
        return str(factor.user)

    @admin.display(description=_("kind"), ordering="type")
    def kind(self, factor: SecondFactor) -> str:
        return str(factor.get_type_display())

    @admin.display(description=_("created"), ordering="created_at")
    def since(self, factor: SecondFactor) -> Any:
        return factor.created_at

    @admin.display(description=_("last used"), ordering="last_used_at")
    def used(self, factor: SecondFactor) -> Any:
        return factor.last_used_at


@admin.register(ApiToken)
class ApiTokenPage(LookOnlyPage):
    """Tokens are made by their owners: here they can be looked at and revoked."""

    list_display = ("name", "user", "prefix", "scope", "created_at", "last_used_at", "expires_at", "revoked_at")
    list_filter = ("scope", ("revoked_at", admin.EmptyFieldListFilter))
    list_select_related = ("user",)
    search_fields = ("name", "prefix", "user__email")
    empty_text = _("Tokens that people make for their programs are listed here.")
    actions = ("revoke",)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("accounts.delete_apitoken"))

    @admin.action(description=_("Revoke"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        count = sum(revoke_token(token=token) for token in queryset)
        text = ngettext("%(count)s token no longer works.", "%(count)s tokens no longer work.", count)
        messages.success(request, text % {"count": count})
