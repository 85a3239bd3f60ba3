"""Past orders with everything that belongs to them, written in bulk as the services would have left them.

The history cannot be rewritten (a trigger sees to it), so back-dated orders are inserted whole: header, lines, history,
payments with the gateway's own books, steps, cars. What an unfinished order waits for is a due row like any other: a
worker carries it on.
"""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.capacity import kinds
from apps.capacity import services as capacity
from apps.capacity.errors import NotEnough
from apps.catalog.models import CarModel
from apps.common.demo import DemoOptions, Report, batches
from apps.orders.demo.books import Books
from apps.orders.demo.endings import go_on
from apps.orders.demo.money import fee_of
from apps.orders.demo.people import Buyer, meet
from apps.orders.demo.shelf import Shelf, stock_shelf
from apps.orders.demo.stories import RECENT_ORDERS, Story, tell
from apps.orders.demo.supply import SLOTS_A_MONTH
from apps.orders.fulfilment.handover import book_handover
from apps.orders.identifiers import ORDER_DIGITS, mod_11_10
from apps.orders.lifecycle import Status
from apps.orders.models import LineKind, Order, OrderLine
from apps.orders.region import Case, answer
from apps.orders.services import bookkeeping, invoices
from apps.orders.services.placing import frozen_line
from apps.orders.services.prices import PricedLine, plain_trace
from apps.orders.services.signing import contract_hash
from apps.orders.services.supply import STOCKED
from apps.orders.services.transitions import HOLD_GRACE
from apps.orders.terms import CHECKLIST, HOLD, fee_table
from apps.stores.models import Store

BATCH = 500
STORES = 200
# The customer of the demo's cast, and how many of the first orders are theirs.
CUSTOMER, THEIRS = "wang@kaiche.example", 6
# Invoices are issued one by one, so only the first orders of a batch have theirs.
MOST_INVOICES = 50
_INVOICED = (Status.READY, Status.DELIVERED, Status.COMPLETED)
_SPACE = 9 * 10 ** (ORDER_DIGITS - 1)
# Prime to the space of numbers: every index has a number of its own.
_STRIDE = 618_033_989


def load_past(options: DemoOptions, report: Report) -> None:
    """The orders of this seed that are not there yet."""
    keys = {_key(options.seed, index): index for index in range(options.orders)}
    known = set(Order.objects.filter(placement_key__in=keys).values_list("placement_key", flat=True))
    missing = [index for key, index in keys.items() if key not in known]
    stores = list(Store.objects.active().offering("delivery").select_related("city").order_by("code")[:STORES])
    shelf = stock_shelf(options.random_for("orders:shelf")) if missing and stores else None
    if shelf is None:
        return
    teller = Teller(options, shelf, stores)
    done = len(known)
    for some in batches(missing, BATCH):
        teller.write(some)
        go_on([teller.number(index) for index in some if index < RECENT_ORDERS])
        done += len(some)
        report("orders", done, options.orders)


def _key(seed: int, index: int) -> str:
    return f"demo:{seed}:{index}"


class Teller:
    """Writes orders, a batch in one transaction."""

    def __init__(self, options: DemoOptions, shelf: Shelf, stores: Sequence[Store]) -> None:
        self._options, self._shelf, self._stores = options, shelf, stores
        self._customer = User.objects.filter(email=CUSTOMER).first()
        self._now = timezone.now()
        self._first_number = options.random_for("orders:numbers").randrange(_SPACE)

    @transaction.atomic
    def write(self, indexes: Sequence[int]) -> None:
        told = [one for one in map(self._order, indexes) if one[2]]
        Order.objects.bulk_create(order for _story, order, _lines in told)
        books = Books(self._now, settings.FULFILMENT_SPEED)
        for story, order, lines in told:
            books.enter(story, order, lines)
        books.save()
        bookkeeping.book_missing(
            Order.objects.filter(pk__in=[order.pk for _story, order, _lines in told]).prefetch_related(
                "legs__refunds", "credits__payouts"
            )
        )
        for index, (story, order, lines) in enumerate(told):
            self._hold(story, order, lines)
            if story.status in _INVOICED and index < MOST_INVOICES:
                invoices.issue(order)
            if story.status == Status.READY:
                order.appointment = book_handover(order, self._now)
                order.save(update_fields=["appointment"])

    def _order(self, index: int) -> tuple[Story, Order, list[OrderLine]]:
        random = self._options.random_for(f"orders:{index}")
        story = tell(index, self._now, random)
        model, priced = self._shelf.lines(story, random)
        buyer = meet(index, random)
        store = random.choice(self._stores)
        user = self._customer if index < THEIRS else None
        full = not story.has_car or random.randrange(4) == 0
        order = Order(
            number=self.number(index),
            placement_key=_key(self._options.seed, index),
            status=story.status,
            version=len(story.way),
            car_model=model,
            delivery_store=store if story.has_car else None,
            payment_plan=Order.Plan.FULL if full else Order.Plan.DEPOSIT,
            placed_at=story.way[0][1],
            **_promised(priced),
            **_bought_by(user, buyer, store),
        )
        order.region = _told(order, model, store, priced)
        lines = [frozen_line(order, position, line) for position, line in enumerate(priced, start=1)]
        signed_at = story.at(Status.SIGNED)
        if signed_at is not None:
            order.signature, order.signed_at = order.name, signed_at
            order.contract_hash = contract_hash(order, lines)
        handed_over_at = story.at(Status.DELIVERED)
        if handed_over_at is not None:
            order.handover = {"signature": order.name, "checklist": list(CHECKLIST), "at": handed_over_at.isoformat()}
        order.cancellation_fee = fee_of(story, order)
        return story, order, lines

    def number(self, index: int) -> str:
        """Every index has a number of its own."""
        digits = str(_SPACE // 9 + (self._first_number + index * _STRIDE) % _SPACE)
        return f"K{digits}{mod_11_10(digits)}"

    def _hold(self, story: Story, order: Order, lines: Sequence[OrderLine]) -> None:
        """What a live order has, and what was built and handed over with it, out of the months of those days."""
        if story.status in (Status.EXPIRED, Status.CANCELLED):
            return
        wanted = {kinds.stock(line.code): line.quantity for line in lines if line.kind in STOCKED}
        if order.car_model is not None:
            month = kinds.build(order.car_model.slug, order.placed_at.date().replace(day=1))
            wanted[month] = 1
            capacity.ensure(totals={month: SLOTS_A_MONTH})
        if not wanted:
            return
        until = order.placed_at + HOLD + HOLD_GRACE if story.status == Status.PLACED else None
        try:
            capacity.hold_all(wanted=wanted, owner=order.number, until=until)
        except NotEnough as error:  # thousands of past orders: the maker built more in those months
            capacity.open(resource=error.lacks[0].resource, quantity=SLOTS_A_MONTH)
            capacity.hold_all(wanted=wanted, owner=order.number, until=until)
        if until is None:
            capacity.take(owner=order.number)
        if story.at(Status.VIN_ASSIGNED) or story.at(Status.MISMATCH):
            capacity.use(owner=order.number, only=kinds.BUILD)
        if story.status in (Status.DELIVERED, Status.COMPLETED):
            capacity.use(owner=order.number)


def _told(order: Order, model: CarModel | None, store: Store, priced: Sequence[PricedLine]) -> dict[str, object]:
    """Who invoices the car, as checkout would have said on that day; nothing for goods."""
    car = next((line for line in priced if line.kind == LineKind.CAR), None)
    if car is None or model is None:
        return {}
    day = timezone.localdate(order.placed_at)
    case = Case(store.city.slug, store.city.province, car.total, model.energy, order.invoice_kind, day)
    return answer(case).as_json(case)


def _promised(priced: Sequence[PricedLine]) -> dict[str, object]:
    car = next((line for line in priced if line.kind == LineKind.CAR), None)
    return {
        "total": sum(line.total for line in priced),
        "trace": plain_trace(priced),
        "monthly": car.monthly if car else None,
        "terms": car.terms.as_json() if car and car.terms else None,
        "fees": [fee.as_json() for fee in fee_table(car.total)] if car else [],
    }


def _bought_by(user: User | None, buyer: Buyer, store: Store) -> dict[str, object]:
    chinese = user is not None or buyer.language != "en"
    company = user is None and buyer.tax_number
    return {
        "user": user,
        "name": user.name if user else buyer.name,
        "phone": user.phone if user else buyer.phone,
        "email": user.email if user else buyer.email,
        "language": user.language if user else buyer.language,
        "city": store.city.name_zh if chinese else store.city.name_en,
        "invoice_kind": Order.Invoice.COMPANY if company else Order.Invoice.PERSONAL,
        "invoice_title": buyer.invoice_title if user is None else user.name,
        "tax_number": buyer.tax_number if company else "",
    }
