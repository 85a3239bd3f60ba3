"""``check --deploy`` complains of gateways that are only half there."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from apps.orders.checks import check_gateways
from tests.orders.standins import _bare_public, _pem_private


def ids() -> list[str | None]:
    return [message.id for message in check_gateways()]


def test_the_sandbox_alone_is_fine() -> None:
    assert ids() == []


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"PAYMENT_GATEWAYS": []}, ["orders.E001"]),
        ({"PAYMENT_GATEWAYS": ["paypal"]}, ["orders.E002"]),
        ({"PAYMENT_GATEWAYS": ["stripe"]}, ["orders.E003"]),
        ({"STRIPE_SECRET_KEY": "sk"}, ["orders.E003"]),
        ({"ALIPAY_APP_ID": "1", "ALIPAY_PRIVATE_KEY": "x"}, ["orders.E003", "orders.E004"]),
        (
            {"PAYMENT_GATEWAYS": ["sandbox", "stripe"], "STRIPE_SECRET_KEY": "a", "STRIPE_WEBHOOK_SECRET": "b"},
            ["orders.W001"],
        ),
    ],
)
def test_what_is_missing_or_wrong_is_said(settings: Any, values: dict[str, object], found: list[str]) -> None:
    for name, value in values.items():
        setattr(settings, name, value)
    assert ids() == found


def test_alipay_with_its_keys_is_fine(settings: Any) -> None:
    key = rsa.generate_private_key(65537, 2048)
    settings.PAYMENT_GATEWAYS = ["alipay"]
    settings.ALIPAY_APP_ID = "2021"
    settings.ALIPAY_PRIVATE_KEY = _pem_private(key).replace("\n", "\\n")
    settings.ALIPAY_PUBLIC_KEY = _bare_public(key)
    assert ids() == []
