"""What of a new order shall be paid otherwise than in money. Amounts are in fen."""

from typing import Any

from rest_framework import serializers

from apps.orders.services import OldCar, PaymentWish
from apps.orders.services.loans import LENDERS


class LoanInput(serializers.Serializer[Any]):
    lender = serializers.ChoiceField(choices=[*LENDERS.items()])
    amount = serializers.IntegerField(min_value=1, max_value=2**62, help_text="fen; the deposit stays money")
    months = serializers.IntegerField(min_value=6, max_value=84, required=False, default=36)


class OldCarInput(serializers.Serializer[Any]):
    """Valued within a working day; it lowers the balance once the offer is taken."""

    car = serializers.CharField(max_length=100)
    plate = serializers.RegexField(r"^[\w·\- ]{4,12}$")
    year = serializers.IntegerField(min_value=1990, max_value=2100)
    mileage = serializers.IntegerField(min_value=0, max_value=600_000)


def wish_of(values: dict[str, Any]) -> PaymentWish:
    """What ``services.place_order`` takes, out of a valid ``OrderInput``."""
    loan, old = values.get("loan") or {}, values.get("trade_in")
    return PaymentWish(
        coins=values["coins"],
        loan=loan.get("amount", 0),
        lender=loan.get("lender", ""),
        months=loan.get("months", 36),
        old_car=OldCar(**old) if old else None,
    )
