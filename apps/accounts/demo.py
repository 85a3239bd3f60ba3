"""The cast of the demo: a few people with one password, and the groups of staff."""

from functools import cache

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils.translation import gettext_noop

from apps.accounts.models import Address, User
from apps.accounts.services import AddressDetails, add_address
from apps.common.demo import DemoOptions, Report

PASSWORD = "kaiche-demo"  # noqa: S105  printed on purpose: demo data only
CLERKS, STORE_STAFF = gettext_noop("Order clerks"), gettext_noop("Store staff")
PRODUCT, RELEASE = gettext_noop("Product managers"), gettext_noop("Release managers")
CAST: tuple[dict[str, str | bool], ...] = (
    {"email": "admin@kaiche.example", "name": "Admin", "is_staff": True, "is_superuser": True},
    {"email": "clerk@kaiche.example", "name": "陈静 Chen Jing", "is_staff": True},
    {"email": "store@kaiche.example", "name": "刘洋 Liu Yang", "is_staff": True},
    {"email": "product@kaiche.example", "name": "周敏 Zhou Min", "is_staff": True},
    {"email": "release@kaiche.example", "name": "何伟 He Wei", "is_staff": True},
    {"email": "wang@kaiche.example", "name": "王芳", "phone": "13800138000", "language": "zh-hans"},
)
# App labels whose models a group may do these things with. What an app adds later is found by its label.
GRANTS: dict[str, dict[str, tuple[str, ...]]] = {
    CLERKS: {
        "orders": ("view", "change", "advance", "cancel", "refund", "retry"),
        "accounts": ("view",),
        "catalog": ("view",),
        "configurator": ("view",),
        "bundles": ("view", "change"),
        "stores": ("view",),
        "careers": ("view", "change"),
    },
    STORE_STAFF: {
        "orders": ("view", "advance", "inspect", "take"),
        "stores": ("view", "change", "add"),
        "catalog": ("view",),
        "bundles": ("view",),
    },
}
# Permissions by their whole name: a product manager edits drafts and asks, a release manager decides (four eyes).
DRAFTS = ("configurator", "optiongroup", "option", "rentalterms", "rule", "pricerule")
NAMED: dict[str, tuple[str, ...]] = {
    PRODUCT: (
        *(f"{action}_{model}" for model in DRAFTS for action in ("view", "add", "change", "delete")),
        *("view_configuratorversion", "view_publication", "view_build", "add_publication"),
    ),
    RELEASE: (
        *(f"view_{model}" for model in DRAFTS),
        *("view_configuratorversion", "view_publication", "approve_publication"),
    ),
}
# What no group is given, whatever its label says: keys and second factors of other people.
NEVER = ("apitoken",)


def load(options: DemoOptions, report: Report) -> None:
    """Make the cast; run again, it changes nobody and only completes the groups' permissions."""
    with transaction.atomic():
        refresh_groups()
        for done, person in enumerate(CAST, start=1):
            _person(dict(person))
            report("People", done, len(CAST))


def refresh_groups() -> None:
    """Give the groups every permission of ``GRANTS`` that exists by now."""
    for name, grants in GRANTS.items():
        group, _ = Group.objects.get_or_create(name=name)
        found = [
            permission
            for permission in Permission.objects.select_related("content_type").filter(
                content_type__app_label__in=grants
            )
            if permission.content_type.model not in NEVER
            and permission.codename.split("_")[0] in grants[permission.content_type.app_label]
        ]
        group.permissions.add(*found)
    for name, codenames in NAMED.items():
        group, _ = Group.objects.get_or_create(name=name)
        named = Permission.objects.filter(content_type__app_label="configurator", codename__in=codenames)
        group.permissions.add(*named)


@cache
def _password() -> str:
    """Hashed once for all of them: it is known to everybody, and hashing is slow on purpose."""
    return make_password(PASSWORD)


def _person(fields: dict[str, str | bool]) -> None:
    email = str(fields["email"])
    user, made = User.objects.get_or_create(email=email, defaults=fields | {"password": _password})
    if not made:
        return
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    groups = {
        "clerk@kaiche.example": CLERKS,
        "store@kaiche.example": STORE_STAFF,
        "product@kaiche.example": PRODUCT,
        "release@kaiche.example": RELEASE,
    }
    if email in groups:
        user.groups.add(Group.objects.get(name=groups[email]))
    if not user.is_staff and not Address.objects.for_user(user).exists():
        details = AddressDetails("王芳", "13800138000", "上海市", "上海市", "浦东新区世纪大道100号12层", "200120")
        add_address(user=user, details=details)
