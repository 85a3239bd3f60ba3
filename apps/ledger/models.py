"""The books: accounts, entries, postings. Rows are written by ``services.post`` alone and never changed."""

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.ledger import words
from apps.ledger.querysets import AccountQuerySet


class Currency(models.TextChoices):
    """What is counted: yuan in fen, and coins by the piece."""

    CNY = "CNY", _("Yuan (in fen)")
    COIN = "COIN", _("Coins")


class Account(models.Model):
    """Whose money or coins it is, by ``code``: ``gateway:sandbox``, ``customers``, ``wallet:12``.

    A guarded account (a customer's wallet) keeps ``balance``, moved by a trigger with each posting, and it is never below
    zero. A house account has no such row that all would wait for: its balance is the last ``Snapshot`` and what came after.
    """

    code = models.CharField(_("account"), max_length=80)
    currency = models.CharField(_("currency"), max_length=4, choices=Currency)
    guarded = models.BooleanField(_("never below zero"), default=False)
    balance = models.BigIntegerField(_("balance"), default=0)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger account")
        verbose_name_plural = _("ledger accounts")
        ordering = ["currency", "code"]
        constraints = [
            models.UniqueConstraint(fields=["code", "currency"], name="ledger_account_once"),
            models.CheckConstraint(condition=Q(currency__in=Currency.values), name="ledger_currency_known"),
            models.CheckConstraint(condition=Q(guarded=False) | Q(balance__gte=0), name="ledger_wallet_not_negative"),
            models.CheckConstraint(condition=Q(guarded=True) | Q(balance=0), name="ledger_only_wallets_keep_balance"),
        ]

    def __str__(self) -> str:
        return words.account(self.code)


class Entry(models.Model):
    """One movement: its postings sum to zero in each currency. ``key`` is what a repeated request is recognised by."""

    key = models.CharField(_("key"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=40)
    subject = models.CharField(
        pgettext_lazy("ledger", "subject"), max_length=60, blank=True, help_text=_("The order's number, mostly.")
    )
    size = models.PositiveSmallIntegerField(_("postings"))
    at = models.DateTimeField(_("at"), db_default=TransactionNow())

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=Q(size__gte=2), name="ledger_entry_two_postings")]
        indexes = [
            models.Index(fields=["subject", "id"], name="ledger_entry_subject"),
            models.Index(fields=["at"], name="ledger_entry_at"),
        ]

    def __str__(self) -> str:
        return f"{words.KINDS.get(self.kind, self.kind)} {self.subject}".strip()


class Posting(models.Model):
    """So much more (or less) on one account. Positive: we have it or are owed it; negative: we owe it. Wallets: coins."""

    entry = models.ForeignKey(
        Entry, models.PROTECT, related_name="postings", verbose_name=pgettext_lazy("ledger", "entry"), db_index=False
    )
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="postings", verbose_name=_("account"), db_index=False
    )
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "account"], name="ledger_posting_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="ledger_posting_not_zero"),
        ]
        # Everything that a sum after a snapshot reads stands in the index.
        indexes = [models.Index(fields=["account", "id"], include=["amount"], name="ledger_posting_account")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount}"


class Snapshot(models.Model):
    """An account's sum over all postings up to ``through``; made when nobody was posting, so none can slip in below."""

    account = models.OneToOneField(Account, models.PROTECT, related_name="snapshot", verbose_name=_("account"))
    through = models.BigIntegerField(_("through posting"))
    amount = models.BigIntegerField(_("amount"))
    made_at = models.DateTimeField(_("made"), auto_now=True)

    class Meta:
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount}"
