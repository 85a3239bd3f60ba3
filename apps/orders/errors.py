"""Why an order cannot go on as asked."""

from django.utils.translation import gettext_lazy as _

from apps.capacity.errors import Unavailable
from apps.common.errors import DomainError, InvalidInput


class BasketNotFound(DomainError):
    code = "basket_not_found"
    message = _("This basket does not exist.")
    status = 404


class BasketClosed(DomainError):
    code = "basket_closed"
    message = _("This basket has been ordered already.")


class EmptyBasket(DomainError):
    code = "basket_empty"
    message = _("The basket is empty.")


class OneCarOnly(DomainError):
    code = "one_car_only"
    message = _("One order is for one car. Remove the other car first.")


class BuildNotOrderable(DomainError):
    """The message says why: an option has gone, or the rules have changed."""

    code = "build_not_orderable"
    message = _("This car can no longer be built as it was saved.")


class UnknownBuild(InvalidInput):
    code = "unknown_build"
    message = _("There is no build with the code “%(build)s”.")


class UnknownKind(InvalidInput):
    code = "unknown_kind"
    message = _("“%(kind)s” is nothing that a basket can hold.")


class TooManyCodes(DomainError):
    code = "too_many_codes"
    message = _("A basket takes at most %(most)s codes.")


class LineNotFound(DomainError):
    code = "line_not_found"
    message = _("This line is not in the basket.")
    status = 404


class PriceChanged(DomainError):
    """``extra`` has ``quoted`` and ``total`` in fen."""

    code = "price_changed"
    message = _("The price has changed since you saw it. Please look at it once more.")


class SoldOut(Unavailable):
    """``extra["alternative"]`` is the nearest way out: another ``month``, or the same one ``without`` certain options."""

    code = "sold_out"
    message = _("The last %(name)s has just been sold.")
    other_month = _("The last %(name)s for %(month)s has just been sold. The nearest month is %(nearest)s.")
    other_option = _("“%(option)s” has run out for the %(name)s. Without it the car can be built in %(nearest)s.")


class WaitingNotFound(DomainError):
    code = "waiting_not_found"
    message = _("There is no such place on the waiting list.")
    status = 404


class NotSoldOut(DomainError):
    code = "not_sold_out"
    message = _("This car is not sold out: you can order it now.")


class AlreadyWaiting(DomainError):
    code = "already_waiting"
    message = _("This address has a place on the waiting list already. We have sent the link to it.")


class NotWaiting(DomainError):
    code = "not_waiting"
    message = _("Nothing is offered to you at the moment.")


class WrongEmail(InvalidInput):
    code = "wrong_email"
    message = _("Enter a valid e-mail address.")


class CodeUsedUp(Unavailable):
    code = "code_used_up"
    message = _("The code “%(code)s” has been used as often as it may be.")
    by_you = _("You have used the code “%(code)s” as often as you may.")


class NoDeliveryThere(InvalidInput):
    code = "no_delivery_there"
    message = _("This store does not hand over cars. Choose another one.")


class TermsNotAccepted(InvalidInput):
    code = "terms_not_accepted"
    message = _("Without your consent to the terms there is no order.")


class BadTaxNumber(InvalidInput):
    code = "bad_tax_number"
    message = _("This is not a valid unified social credit code.")


class NotInThisState(DomainError):
    code = "not_in_this_state"
    message = _("That is not possible while the order is “%(state)s”.")


class NothingChanges(DomainError):
    code = "nothing_changes"
    message = _("This is what you have ordered already.")


class OtherModel(InvalidInput):
    code = "other_model"
    message = _("An order keeps its model. For another car, cancel this order and place a new one.")


class LineStays(InvalidInput):
    """``extra["name"]`` is the line's."""

    code = "line_stays"
    message = _("“%(name)s” can be left out or lowered while nobody works on it. More of it is a new order.")


class BuildFrozen(DomainError):
    """The maker works on it."""

    code = "build_frozen"
    message = _("The maker has begun with your car: it can no longer be changed.")


class MonthChanged(DomainError):
    """``extra`` has ``seen`` and ``month``, as 2026-12."""

    code = "month_changed"
    message = _("The car would be built in another month than you saw. Please look at it once more.")


class PaymentUnderWay(DomainError):
    code = "payment_under_way"
    message = _("A payment is under way or contested. Please change the order when that has ended.")


class Stopped(DomainError):
    code = "stopped"
    message = _("The order is stopped: a payment is contested, or damage is being looked at.")


class BadEntry(InvalidInput):
    code = "bad_entry"
    message = _("This note of a hand-over cannot be understood.")


class HalfSent(DomainError):
    """Cut off on the way: worth sending again, unlike what was understood and refused."""

    code = "half_sent"
    message = _("This note did not arrive whole.")
    status = 400


class BadPhoto(InvalidInput):
    code = "bad_photo"
    message = _("The picture did not arrive whole, or is too large.")


class PointsMissing(InvalidInput):
    """``extra["missing"]`` names them."""

    code = "points_missing"
    message = _("Say of every point whether it is in order.")


class RemarkMissing(InvalidInput):
    """``extra["missing"]`` names the points."""

    code = "remark_missing"
    message = _("Say what is wrong with what is not in order.")


class NonceUsed(DomainError):
    code = "nonce_used"
    message = _("This note was sent before with another content.")


class NotReadyYet(DomainError):
    code = "not_ready_yet"
    message = _("A time can be chosen once the car is ready, and until it is handed over.")


class LegRefused(InvalidInput):
    """Loan, old car and coins leave too little to be paid in money; ``extra["least"]`` in fen is what has to be left."""

    code = "leg_refused"
    message = _("At least %(yuan)s is paid in money, before the car is reserved. Please choose less.")
    no_car = _("Only a car can be paid with a loan or an old car.")


class NothingDue(DomainError):
    code = "nothing_due"
    message = _("Nothing is due at the moment.")


class FeeDue(DomainError):
    """``extra`` has ``fee`` and ``refund`` in fen."""

    code = "fee_due"
    message = _("The contract is signed: cancelling now costs a fee, which has to be accepted.")


class AlreadySent(DomainError):
    code = "already_sent"
    message = _("The parcel is already on its way. Send it back within seven days instead.")


class ConsentMissing(InvalidInput):
    code = "consent_missing"
    message = _("Please accept the fees and agree to the check of your ID.")


class SignatureMissing(InvalidInput):
    code = "signature_missing"
    message = _("Please sign with your name.")


class WrongVin(DomainError):
    code = "wrong_vin"
    message = _("This is not the car of this order. Compare the VIN once more.")


class ChecklistIncomplete(DomainError):
    code = "checklist_incomplete"
    message = _("Every point of the checklist has to be in order before the car is yours.")


class BadSignature(DomainError):
    code = "bad_webhook_signature"
    message = _("The webhook's signature is not valid.")
    status = 400


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


class NotParked(DomainError):
    code = "not_parked"
    message = _("This step is not waiting for anybody.")


class ReasonNeeded(InvalidInput):
    code = "reason_needed"
    message = _("Please give a reason.")


class SamePerson(DomainError):
    code = "same_person"
    message = _("The second signature has to be somebody else's.")
    deciding = _("Whoever asks for a waiver does not decide it.")
    confirming = _("Whoever asked for a refund does not confirm that it was made.")
    transferring = _("Whoever noted the transfer does not confirm it.")


class LineNotInThisState(DomainError):
    code = "line_not_in_this_state"
    message = _("That cannot be done with this line now (%(state)s).")


class BadQuote(InvalidInput):
    code = "bad_quote"
    message = _("Enter what it costs more: above nothing, and at most ¥100,000.")


class NotInFuture(InvalidInput):
    code = "not_in_future"
    message = _("Choose a time that is still to come.")


class NotContestable(DomainError):
    code = "not_contestable"
    message = _("Only a payment that was made can be contested, and only one that is contested can be decided.")


class NoReturn(DomainError):
    code = "no_return"
    message = _("Nothing of this order is being returned.")


class OutsidePolicy(DomainError):
    """``extra`` has ``days`` and ``km``."""

    code = "outside_policy"
    message = _("It can be given back within %(days)s days and %(km)s kilometres, or if it is not what was promised.")


class TooMuchDeducted(InvalidInput):
    code = "too_much_deducted"
    message = _("No more can be deducted than it is worth.")


class NotDisputed(DomainError):
    code = "not_disputed"
    message = _("No payment is contested, or one still is.")


class NoWaiver(DomainError):
    code = "no_waiver"
    message = _("Nobody has asked for a waiver.")


class NotInspected(DomainError):
    code = "not_inspected"
    message = _("No inspection is open.")


class NoSupply(InvalidInput):
    code = "no_supply"
    message = _("Open between 1 and %(most)s build slots at once.")


class Overtaken(DomainError):
    """The database refused what Python believed to be right; the message says which promise it keeps."""

    code = "overtaken"
    message = _("Somebody else was quicker. Please look at the order as it is now.")
