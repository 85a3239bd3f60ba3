"""Make a version and put it on sale.

This asks nobody: who may is decided by ``publications``, which needs two people, and by ``loading``, for demo data and
tests. Nothing else imports this module (a contract in ``pyproject.toml``), and the database keeps that what is on sale
was published by a ``Publication`` (trigger, 0008).
"""

from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.utils import timezone

from apps.catalog.models import CarModel
from apps.configurator.documents import digest
from apps.configurator.models import Configurator, ConfiguratorVersion

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


def snapshot(
    *, configurator: Configurator, text: str, report: dict[str, Any], by: "AbstractBaseUser | None"
) -> ConfiguratorVersion:
    """The next version of a car whose configurator the caller has locked."""
    last = configurator.versions.aggregate(last=Max("number"))["last"] or 0
    return ConfiguratorVersion.objects.create(
        configurator=configurator,
        number=last + 1,
        document=text,
        sha256=digest(text),
        report=report,
        published_at=timezone.now(),
        published_by_id=by.pk if by is not None else None,
    )


def point_to(configurator: Configurator, version: ConfiguratorVersion) -> None:
    """Put a version on sale. The caller has locked the configurator."""
    Configurator.objects.filter(pk=configurator.pk).update(current=version)
    CarModel.objects.filter(pk=configurator.car_model_id).update(configurable=True)
