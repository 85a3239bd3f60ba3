"""Buyers who change their minds, makers who refuse, carriers who drop cars, banks that contest payments."""

import uuid
from functools import partial

from apps.orders import services
from apps.orders.gateways import GatewayEvent
from apps.orders.lifecycle import Actor
from apps.orders.models import Order, PaymentLeg
from tests.orders.walking.shop import SIGNED, Do, World


class Wild(World):
    """The same shop on worse days."""

    def change(self, order: Order) -> Do:
        code = self.others[self.turn % len(self.others)]
        return partial(services.change, order=order, build=code, key=uuid.uuid4().hex, **SIGNED)  # type: ignore[arg-type]

    def leave_out(self, order: Order) -> Do:
        return partial(services.change, order=order, quantities={2: 0}, key=uuid.uuid4().hex, **SIGNED)  # type: ignore[arg-type]

    def maker_refuses(self, order: Order) -> Do:
        return partial(services.refuse_build, order=order, reason="No place")

    def other_slot(self, order: Order) -> Do:
        return partial(services.other_slot, order=order)

    def rebuild(self, order: Order) -> Do:
        return partial(services.rebuild, order=order)

    def damage(self, order: Order) -> Do:
        return partial(services.report_damage, order=order, text="Hail", user=self.clerk)

    def inspect(self, order: Order) -> Do:
        fine = self.turn % 2 == 0
        return partial(services.close_inspection, order=order, passed=fine, found="Looked at", user=self.clerk)

    def reject(self, order: Order) -> Do:
        return partial(services.reject_delivery, order=order, reason="A scratch")

    def fix(self, order: Order) -> Do:
        return partial(services.fix, order=order, found="Polished", user=self.clerk)

    def give_back(self, order: Order) -> Do:
        return partial(services.ask_to_return, order=order, reason="Too big", km=10)

    def keep(self, order: Order) -> Do:
        return partial(services.close_return, order=order, reason="", actor=Actor.BUYER)

    def take_back(self, order: Order) -> Do:
        return partial(services.take_back, order=order, found="As it left", km=12, user=self.clerk)

    def contest(self, order: Order) -> Do | None:
        leg = order.legs.filter(status__in=["captured", "partially_refunded"], gateway="sandbox").first()
        return self._tell(self._about(leg, "dispute.opened")) if leg else None

    def bank_decides(self, order: Order) -> Do | None:
        leg = order.legs.filter(status="disputed").first()
        return self._tell(self._about(leg, "dispute.won" if self.turn % 2 else "dispute.lost")) if leg else None

    def finance_clears(self, order: Order) -> Do:
        return partial(services.clear_dispute, order=order, reason="Looked at", user=self.clerk)

    def _about(self, leg: PaymentLeg, kind: str) -> GatewayEvent:
        key, amount = str(leg.pk), leg.captured - leg.refunded
        return GatewayEvent("sandbox", uuid.uuid4().hex, kind, key, amount, f"case-{key[:8]}")
