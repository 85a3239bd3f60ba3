"""Why an order does not go on as asked."""

from django.utils.translation import gettext_lazy as _

from apps.common.errors import DomainError, InvalidInput


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
