"""Writing the books, and proving them.

``post`` is the only way in. What it promises is kept by the database: an entry's postings sum to zero (a deferred trigger looks
at each commit), nothing is changed afterwards, no wallet goes below zero however many spend at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg import Error

from apps.ledger.errors import KeyReused, NotBalanced, TooFewCoins
from apps.ledger.models import Account, Currency, Entry, Posting

WALLET = "wallet:"
Postings = Sequence[tuple[str, int]]


def wallet(user_id: int) -> str:
    """The code of a person's purse of coins."""
    return f"{WALLET}{user_id}"


@transaction.atomic
def post(*, key: str, kind: str, postings: Postings, currency: str = "CNY", subject: str = "") -> Entry:
    """Book a movement: ``postings`` are (account code, amount), amounts in fen or coins, their sum zero.

    The same ``key`` again gives the entry that it made before. Accounts are opened as they are named; ``wallet:…`` ones are
    never below zero. Postings of nothing are left out.

    Raises:
        NotBalanced: they do not sum to zero, or fewer than two are left. KeyReused: the key was used for something else.
        TooFewCoins: a wallet has not got so many.
    """
    wanted = _summed(postings)
    if len(wanted) < 2 or sum(wanted.values()) != 0:
        raise NotBalanced(extra={"key": key})
    entry, created = Entry.objects.get_or_create(
        key=key, defaults={"kind": kind, "subject": subject, "size": len(wanted)}
    )
    if not created:
        _check_same(entry, kind, wanted, currency)
        return entry
    accounts = _accounts(wanted, currency)
    # By account, so that two entries over the same wallets never wait for each other crosswise.
    rows = sorted(((accounts[code], amount) for code, amount in wanted.items()), key=lambda row: row[0])
    try:
        with transaction.atomic():
            Posting.objects.bulk_create(Posting(entry=entry, account_id=pk, amount=amount) for pk, amount in rows)
    except IntegrityError as error:
        if _violated(error) == "ledger_wallet_not_negative":
            raise TooFewCoins from error
        raise
    return entry


@dataclass(frozen=True, slots=True)
class Movement:
    """What ``post`` takes, for many at once."""

    key: str
    kind: str
    postings: Postings
    subject: str = ""
    currency: str = "CNY"


@transaction.atomic
def post_many(movements: Sequence[Movement]) -> int:
    """Book many movements in a few statements, passing over keys that are booked; returns how many were new. For imports and
    demo data: what is booked already is not compared.

    Raises:
        NotBalanced: one of them does not sum to zero.
    """
    known = set(Entry.objects.filter(key__in=[one.key for one in movements]).values_list("key", flat=True))
    new = {one.key: (one, _summed(one.postings)) for one in movements if one.key not in known}
    for one, amounts in new.values():
        if len(amounts) < 2 or sum(amounts.values()) != 0:
            raise NotBalanced(extra={"key": one.key})
    entries = Entry.objects.bulk_create(
        [Entry(key=one.key, kind=one.kind, subject=one.subject, size=len(amounts)) for one, amounts in new.values()]
    )
    accounts: dict[tuple[str, str], int] = {}
    for currency in {one.currency for one, _amounts in new.values()}:
        codes = {code for one, amounts in new.values() if one.currency == currency for code in amounts}
        accounts |= {(code, currency): pk for code, pk in _accounts(codes, currency).items()}
    Posting.objects.bulk_create(
        Posting(entry=entry, account_id=accounts[code, one.currency], amount=amount)
        for entry, (one, amounts) in zip(entries, new.values(), strict=True)
        for code, amount in amounts.items()
    )
    return len(entries)


def _summed(postings: Postings) -> dict[str, int]:
    """One amount an account, nothing left out but nothings."""
    amounts: dict[str, int] = {}
    for code, amount in postings:
        amounts[code] = amounts.get(code, 0) + amount
    return {code: amount for code, amount in amounts.items() if amount}


def _check_same(entry: Entry, kind: str, wanted: dict[str, int], currency: str) -> None:
    rows = entry.postings.values_list("account__code", "account__currency", "amount")
    if entry.kind != kind or {(code, currency, amount) for code, amount in wanted.items()} != set(rows):
        raise KeyReused(extra={"key": entry.key})


def _accounts(codes: Iterable[str], currency: str) -> dict[str, int]:
    known = dict(Account.objects.filter(code__in=list(codes), currency=currency).values_list("code", "pk"))
    for code in sorted(set(codes) - set(known)):
        guarded = code.startswith(WALLET)
        account, _created = Account.objects.get_or_create(code=code, currency=currency, defaults={"guarded": guarded})
        known[code] = account.pk
    return known


def _violated(error: IntegrityError) -> str:
    cause = error.__cause__
    return (cause.diag.constraint_name or "") if isinstance(cause, Error) else ""


def balance(code: str, currency: str = Currency.CNY) -> int:
    """What is on an account now, in fen or coins; nothing on one that nobody has opened."""
    account = Account.objects.with_sum().filter(code=code, currency=currency).first()
    return int(getattr(account, "sum", 0))


def balances(subject: str, currency: str = Currency.CNY) -> dict[str, int]:
    """What an order (or another subject) has on each account."""
    sums: dict[str, int] = {}
    rows = Posting.objects.filter(entry__subject=subject, account__currency=currency)
    for code, amount in rows.values_list("account__code", "amount"):
        sums[code] = sums.get(code, 0) + amount
    return {code: amount for code, amount in sums.items() if amount}


_QUIET = "SELECT pg_advisory_xact_lock(hashtext('ledger_snapshot'))"
_ROLL_UP = """
INSERT INTO ledger_snapshot (account_id, through, amount, made_at)
SELECT account.id, horizon.id, coalesce(old.amount, 0) + coalesce(
         (SELECT sum(amount) FROM ledger_posting p
          WHERE p.account_id = account.id AND p.id > coalesce(old.through, 0) AND p.id <= horizon.id), 0), now()
FROM (SELECT coalesce(max(id), 0) AS id FROM ledger_posting) AS horizon, ledger_account account
LEFT JOIN ledger_snapshot old ON old.account_id = account.id
WHERE NOT account.guarded
ON CONFLICT (account_id) DO UPDATE
SET through = excluded.through, amount = excluded.amount, made_at = excluded.made_at
"""


def roll_up() -> bool:
    """Take a snapshot of every house account; False when posting did not pause for it, and the next ring tries again.

    Whoever posts holds a shared lock until its commit; this takes the lock alone, so that no posting with a lower number can
    still be on its way. It waits briefly only: nobody shall wait behind it.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '250ms'")
            cursor.execute(_QUIET)
            cursor.execute(_ROLL_UP)
    except OperationalError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Difference:
    """Something in the books that does not fit; ``subject`` is an entry or an account."""

    kind: str
    subject: str
    expected: int
    found: int


_PROOFS = (
    (
        "entry does not sum to zero",
        """SELECT e.key || ' ' || a.currency, 0, sum(p.amount) FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id
           JOIN ledger_account a ON a.id = p.account_id GROUP BY e.id, e.key, a.currency HAVING sum(p.amount) <> 0""",
    ),
    (
        "entry lacks postings",
        """SELECT e.key, e.size, count(p.id) FROM ledger_entry e LEFT JOIN ledger_posting p ON p.entry_id = e.id
           GROUP BY e.id, e.key, e.size HAVING count(p.id) <> e.size""",
    ),
    (
        "wallet is not the sum of its postings",
        """SELECT a.code, coalesce(sum(p.amount), 0), a.balance FROM ledger_account a
           LEFT JOIN ledger_posting p ON p.account_id = a.id WHERE a.guarded
           GROUP BY a.id, a.code, a.balance HAVING coalesce(sum(p.amount), 0) <> a.balance""",
    ),
    (
        "snapshot is not the sum of its postings",
        """SELECT a.code, coalesce(sum(p.amount), 0), s.amount FROM ledger_snapshot s
           JOIN ledger_account a ON a.id = s.account_id
           LEFT JOIN ledger_posting p ON p.account_id = s.account_id AND p.id <= s.through
           GROUP BY s.id, a.code, s.amount HAVING coalesce(sum(p.amount), 0) <> s.amount""",
    ),
)


def prove() -> list[Difference]:
    """Count everything again from the postings; returns what does not fit, which is nothing."""
    found: list[Difference] = []
    with connection.cursor() as cursor:
        for kind, query in _PROOFS:
            cursor.execute(query)
            found += [Difference(kind, str(row[0]), int(row[1]), int(row[2])) for row in cursor.fetchall()]
    return found
