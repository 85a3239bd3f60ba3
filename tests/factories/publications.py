"""People who ask for publications and decide about them."""

from django.contrib.auth.models import Permission

from apps.accounts.models import User
from apps.configurator.models import Configurator, Publication
from apps.configurator.services import request_publication


def staff(name: str, *permissions: str, **fields: bool) -> User:
    """Somebody of the staff who may do what is named (``app.codename`` without the app)."""
    user = User.objects.create_user(f"{name}@kaiche.example", "x", **({"is_staff": True} | fields))
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="configurator", codename__in=permissions)
    )
    return User.objects.get(pk=user.pk)  # without what has_perm remembers


def product_manager(name: str = "product") -> User:
    return staff(name, "add_publication")


def lead(name: str = "lead") -> User:
    return staff(name, "add_publication", "approve_publication")


def ask(car: Configurator, *, by: User | None = None) -> Publication:
    return request_publication(configurator=car, by=by or product_manager())
