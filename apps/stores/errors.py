"""Why a store cannot be booked as asked."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from apps.common.errors import DomainError, InvalidInput

if TYPE_CHECKING:
    from apps.stores.slots import Slot


class SlotTaken(DomainError):
    """``extra["next_free"]`` lists up to five free times as ISO 8601 texts; ``slots`` holds them as objects."""

    code = "slot_taken"
    message = _("This time has just been taken.")
    slots: "list[Slot]" = []


class NotOffered(InvalidInput):
    code = "service_not_offered"
    message = _("This store does not offer that service.")


class NotASlot(InvalidInput):
    code = "not_a_slot"
    message = _("No appointment can begin at this time.")


class TooSoon(InvalidInput):
    code = "too_soon"
    message = _("This time is too soon or already past.")


class TooFarAhead(InvalidInput):
    code = "too_far_ahead"
    message = _("Times are given out up to 60 days ahead.")


class HoldExpired(DomainError):
    code = "hold_expired"
    message = _("The time was held for ten minutes and is free again. Please choose a time once more.")


class NotPossible(DomainError):
    """The appointment's state does not allow this. ``extra`` says which state it is in."""

    code = "not_possible_now"
    message = _("That is no longer possible: the appointment is “%(state)s”.")


class SameTime(DomainError):
    code = "same_time"
    message = _("The appointment is at this time already.")


class ContactMissing(InvalidInput):
    code = "contact_missing"
    message = _("Please say how we can reach you.")


class BadHours(InvalidInput):
    code = "bad_hours"
    message = _("Opening hours look like “Mon-Fri 09:00-18:00; Sat 10:00-16:00”.")


class BadPlace(InvalidInput):
    code = "bad_place"
    message = _("A place is latitude and longitude, such as 31.23,121.47.")


class TooMany(DomainError):
    code = "too_many_appointments"
    message = _("You have %(most)s appointments to come already. Cancel one, or call the store.")


class WithOrder(InvalidInput):
    code = "booked_with_order"
    message = _("The hand-over of a car is booked with its order.")
