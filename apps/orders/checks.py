"""What ``check --deploy`` says of the payment gateways: no half-filled settings, no gateway that is not one."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

from apps.orders.gateways import OFFERABLE, rsa2

NEEDS: Mapping[str, tuple[str, ...]] = {
    "alipay": ("ALIPAY_APP_ID", "ALIPAY_PRIVATE_KEY", "ALIPAY_PUBLIC_KEY"),
    "stripe": ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"),
}
KEYS: Mapping[str, Callable[[str], object]] = {
    "ALIPAY_PRIVATE_KEY": rsa2.private_key,
    "ALIPAY_PUBLIC_KEY": rsa2.public_key,
}


@register(Tags.security, deploy=True)
def check_gateways(app_configs: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    return [*_names(), *_settings()]


def _names() -> Iterator[CheckMessage]:
    names = settings.PAYMENT_GATEWAYS
    if not names:
        yield Error("PAYMENT_GATEWAYS names no gateway: nobody could pay.", id="orders.E001")
    for name in names:
        if name not in OFFERABLE:
            yield Error(f"PAYMENT_GATEWAYS: {name} is none of {', '.join(OFFERABLE)}.", id="orders.E002")
    if "sandbox" in names and len(names) > 1:
        yield checks.Warning("PAYMENT_GATEWAYS offers the sandbox beside a real gateway.", id="orders.W001")


def _settings() -> Iterator[CheckMessage]:
    for name, variables in NEEDS.items():
        missing = [variable for variable in variables if not getattr(settings, variable)]
        half = 0 < len(missing) < len(variables)
        if missing and (half or name in settings.PAYMENT_GATEWAYS):
            yield Error(f"The gateway {name} lacks {', '.join(missing)}.", id="orders.E003")
    for variable, read in KEYS.items():
        text = getattr(settings, variable)
        try:
            if text:
                read(text)
        except ValueError:
            yield Error(f"{variable} is no RSA key.", id="orders.E004")
