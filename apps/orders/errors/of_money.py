"""Why money does not move as asked."""

from django.utils.translation import gettext_lazy as _

from apps.common.errors import DomainError, InvalidInput


class LegRefused(InvalidInput):
    """Loan, old car and coins leave too little to be paid in money; ``extra["least"]`` in fen is what has to be left."""

    code = "leg_refused"
    message = _("At least %(yuan)s is paid in money, before the car is reserved. Please choose less.")
    no_car = _("Only a car can be paid with a loan or an old car.")


class NothingDue(DomainError):
    code = "nothing_due"
    message = _("Nothing is due at the moment.")


class NothingToRefund(DomainError):
    code = "nothing_to_refund"
    message = _("There is nothing left to refund.")


class FormUsed(DomainError):
    code = "form_used"
    message = _("This form was sent before, with something else in it. Please open it again.")


class UnknownGateway(InvalidInput):
    code = "unknown_gateway"
    message = _("One cannot pay by “%(gateway)s” here.")


class BadStatement(InvalidInput):
    code = "bad_statement"
    message = _("This is not a settlement file of this gateway.")


class BadCredit(InvalidInput):
    code = "bad_credit"
    message = _("A credit has a kind that we know and an amount above zero.")


class CreditKeyUsed(DomainError):
    code = "credit_key_used"
    message = _("This credit was granted before, with another amount.")


class NotByHand(DomainError):
    code = "not_by_hand"
    message = _("This refund is not made by hand, or it is made already.")


class ReferenceUsed(DomainError):
    code = "reference_used"
    message = _("A transfer with this reference was noted before, for something else.")


class BadReference(InvalidInput):
    code = "bad_reference"
    message = _("A bank's reference has 4 to 64 letters, digits and the signs - . / _.")


class WrongAmount(InvalidInput):
    """``extra["amount"]`` is what is owed, in fen."""

    code = "wrong_amount"
    message = _("This is not the amount that is owed.")


class NotThatDay(InvalidInput):
    code = "not_that_day"
    message = _("The transfer was made between the day on which it was owed and today.")


class PayoutMoved(DomainError):
    code = "payout_moved"
    message = _("That cannot be done with this transfer now (%(state)s).")


class ClosesByItself(DomainError):
    code = "closes_by_itself"
    message = _("This closes by itself once the transfer is noted and confirmed.")


class NotThatTransfer(DomainError):
    code = "not_that_transfer"
    message = _("Another reference was noted for this transfer.")


class NotPaid(DomainError):
    code = "not_paid"
    message = _("Something is still to be paid first.")


class BadDocument(InvalidInput):
    code = "bad_document"
    message = _("Please choose a PDF, JPEG or PNG file that can be opened.")


class DocumentTooLarge(InvalidInput):
    code = "document_too_large"
    message = _("The file is too large: 10 MB at most.")


class DocumentKnown(DomainError):
    code = "document_known"
    message = _("This document is there already, or there are too many.")


class DocumentsMissing(DomainError):
    """``extra`` has ``missing``."""

    code = "documents_missing"
    message = _("The bank wants an identity card and a proof of income first.")


class LoanMoved(DomainError):
    code = "loan_moved"
    message = _("That is not possible while the loan is “%(state)s”.")


class LoanThere(DomainError):
    code = "loan_there"
    message = _("A loan for this order is under way already.")


class UnknownLender(InvalidInput):
    code = "unknown_lender"
    message = _("Choose one of the banks, and between 6 and 84 months.")


class TooManyCoins(DomainError):
    code = "too_many_coins"
    message = _("This order takes at most %(most)s coins of yours.")


class TradeInThere(DomainError):
    code = "trade_in_there"
    message = _("You have offered us a car already.")


class TradeInMoved(DomainError):
    code = "trade_in_moved"
    message = _("That is not possible while the trade-in is “%(state)s”.")


class OfferOver(DomainError):
    code = "offer_over"
    message = _("This offer is no longer firm. We are glad to value the car once more.")


class StatementKnown(DomainError):
    code = "statement_known"
    message = _("This file has been imported before.")


class NotContestable(DomainError):
    code = "not_contestable"
    message = _("Only a payment that was made can be contested, and only one that is contested can be decided.")


class NotDisputed(DomainError):
    code = "not_disputed"
    message = _("No payment is contested, or one still is.")


class NoWaiver(DomainError):
    code = "no_waiver"
    message = _("Nobody has asked for a waiver.")


class BadSignature(DomainError):
    code = "bad_webhook_signature"
    message = _("The webhook's signature is not valid.")
    status = 400
