"""Other means than money, and leniency: a bank's loan with its papers, coins, the old car, a fee that two people waive."""

import io
from functools import partial

from django.conf import settings
from django.utils import timezone

from apps.configurator.models import Configurator
from apps.orders import services
from apps.orders.models import LoanReferral, Order, Payout, TradeIn
from apps.orders.services import coins, loans, payouts, trade_ins
from tests.factories.bundles import make_accessory
from tests.factories.orders import make_slots, place
from tests.orders.walking.shop import MOST_ORDERS, Do
from tests.orders.walking.wild import Wild

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
OLD_CAR = {"car": "BYD Qin", "plate": "沪A12345", "year": 2019, "mileage": 60_000}
LOAN, COINS, OLD_CAR_WORTH = 1_000_000, 20_000, 600_000


def add_document(referral: LoanReferral, kind: str) -> None:
    content = PDF + kind.encode() + b"\n%%EOF\n"
    loans.add_document(referral=referral, kind=kind, file=io.BytesIO(content), size=len(content), user=None)


class Means(Wild):
    """The same shop, in which payments are more than money."""

    def order_goods(self) -> Do | None:
        """Parts alone, without a car."""
        if Order.objects.count() >= MOST_ORDERS:
            return None
        basket = services.create_basket()
        services.add_line(basket=basket, kind="accessory", sku=make_accessory(stock=1).sku)
        return partial(place, basket, delivery_store=None)

    def take_time(self, order: Order) -> Do:
        """A day at the maker and the carrier lasts a day, so that a build can still be changed."""
        return partial(setattr, settings, "FULFILMENT_SPEED", 1)

    def hurry(self, order: Order) -> Do:
        """A day is over at once."""
        return partial(setattr, settings, "FULFILMENT_SPEED", 1e9)

    def open_more(self, order: Order) -> Do:
        """The maker builds one more car for us."""

        def more() -> None:
            make_slots(Configurator.objects.get(car_model=order.car_model or self.build.car_model))
            self.slots += 1

        return more

    def ask_for_loan(self, order: Order) -> Do:
        return partial(loans.ask, order=order, lender="yangtze", amount=LOAN, months=36)

    def hand_in_papers(self, order: Order) -> Do | None:
        referral = loans.of_order(order)
        if referral is None:
            return None
        have = {paper.kind for paper in referral.documents.all()}
        kind = next((one for one in loans.NEEDED if one not in have), "address")
        return partial(add_document, referral, kind)

    def submit_loan(self, order: Order) -> Do | None:
        referral = loans.of_order(order)
        return partial(loans.submit, referral=referral) if referral else None

    def bank_lends(self, order: Order) -> Do | None:
        return self._decided(order, approved=True)

    def bank_declines(self, order: Order) -> Do | None:
        return self._decided(order, approved=False)

    def _decided(self, order: Order, *, approved: bool) -> Do | None:
        referral = loans.of_order(order)
        if referral is None:
            return None
        return partial(
            loans.decide, referral=referral, approved=approved, reference="B-1", reason="Income", user=self.clerk
        )

    def bank_pays(self, order: Order) -> Do | None:
        referral = loans.of_order(order)
        if referral is None:
            return None
        amount = referral.leg.amount - (self.turn % 5 == 0)  # now and then not what was agreed
        reference = f"T-{referral.leg_id}-{self.turn}"
        return partial(loans.disburse, referral=referral, reference=reference, amount=amount, user=self.clerk)

    def withdraw_loan(self, order: Order) -> Do | None:
        referral = loans.of_order(order)
        return partial(loans.withdraw, referral=referral) if referral else None

    def spend_coins(self, order: Order) -> Do:
        return partial(coins.use, order=order, number=COINS)

    def bring_old_car(self, order: Order) -> Do:
        return partial(trade_ins.ask, order=order, **OLD_CAR)  # type: ignore[arg-type]

    def value_old_car(self, order: Order) -> Do | None:
        """An offer, or another one."""
        old = self._old_car(order)
        amount = OLD_CAR_WORTH + self.turn * 100
        return partial(trade_ins.offer, trade_in=old, amount=amount, user=self.clerk) if old else None

    def count_old_car_in(self, order: Order) -> Do | None:
        old = self._old_car(order)
        return partial(trade_ins.apply, trade_in=old) if old else None

    def look_at_old_car(self, order: Order) -> Do | None:
        """Worth what was offered, a little less, or nothing."""
        old = self._old_car(order)
        if old is None:
            return None
        worth = ((old.offer or 0), (old.offer or 0) - 10_000, 0)[self.turn % 3]
        return partial(trade_ins.inspect, trade_in=old, worth=worth, reason="Rust", user=self.clerk)

    def take_less_for_old_car(self, order: Order) -> Do | None:
        old = self._old_car(order)
        return partial(trade_ins.accept_less, trade_in=old) if old else None

    def keep_old_car(self, order: Order) -> Do | None:
        old = self._old_car(order)
        return partial(trade_ins.withdraw, trade_in=old) if old else None

    def _old_car(self, order: Order) -> TradeIn | None:
        return trade_ins.of_order(order)

    def ask_for_leniency(self, order: Order) -> Do:
        return partial(services.ask_for_waiver, order=order, reason="A friend", user=self.clerk)

    def decide_on_leniency(self, order: Order) -> Do:
        who = self.colleague if self.turn % 4 else self.clerk  # whoever asked may not
        return partial(services.decide_waiver, order=order, approved=self.turn % 2 == 0, user=who or self.clerk)

    def be_very_generous(self, order: Order) -> Do | None:
        """More than what of a delivered order can still be sent back, at times: the rest goes out by transfer."""
        if order.status not in ("delivered", "completed"):
            return None
        amount = order.total // (1 + self.turn % 3)
        return partial(
            services.grant_credit, order=order, amount=amount, kind="goodwill", key=f"{order.number}:{self.turn}"
        )

    def transfer_credit(self, order: Order) -> Do | None:
        """A clerk notes it, at times with a reference that another transfer has."""
        payout = self._payout(order, "due") or self._payout(order, "noted")
        if payout is None:
            return None
        reference = f"TR-{self.turn % 50:04}"
        today = timezone.localdate()
        return partial(
            payouts.note, payout=payout, reference=reference, amount=payout.amount, paid_on=today, user=self.clerk
        )

    def confirm_transfer(self, order: Order) -> Do | None:
        """By a colleague, at times by who noted it."""
        payout = self._payout(order, "noted") or self._payout(order, "paid")
        if payout is None:
            return None
        who = self.colleague if self.turn % 4 else self.clerk
        return partial(payouts.confirm, payout=payout, reference=payout.reference, user=who or self.clerk)

    def miss_transfer(self, order: Order) -> Do | None:
        payout = self._payout(order, "noted")
        return partial(payouts.send_back, payout=payout, reason="Not there", user=self.clerk) if payout else None

    def _payout(self, order: Order, status: str) -> Payout | None:
        return Payout.objects.filter(credit__order=order, status=status).order_by("created_at", "pk").first()
