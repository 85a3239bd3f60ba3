"""Why the configurator refuses."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from apps.common.errors import DomainError, InvalidInput
from apps.configurator.problems import Problem, sentence


class UnknownOption(InvalidInput):
    code = "unknown_option"
    message = _("This car has no option %(option)s.")


class UnknownMarket(InvalidInput):
    code = "unknown_market"
    message = _("This car is not sold in the market %(market)s.")


class Incomplete(InvalidInput):
    """``extra["groups"]`` lists the codes of the groups to decide."""

    code = "incomplete_build"
    message = _("Please decide first: %(names)s.")


class Contradiction(InvalidInput):
    """``extra`` holds the conflict and the nearest repair, in the shape of the API's explanation."""

    code = "contradiction"
    message = _("These choices do not go together: %(reason)s")


class NotConfigurable(DomainError):
    code = "not_configurable"
    message = _("This car cannot be configured at the moment.")
    status = 404


class NotYours(DomainError):
    """The same answer whether the build does not exist or belongs to somebody else."""

    code = "not_found"
    message = _("There is no such car on your list.")
    status = 404


class CannotPublish(DomainError):
    """``found`` are the problems as they are stored, ``problems`` the same as sentences for the product manager."""

    code = "cannot_publish"
    message = _("This draft cannot be published.")

    def __init__(self, problems: "Sequence[str | Problem]") -> None:
        self.found: list[Problem] = [
            {"code": "text", "text": problem} if isinstance(problem, str) else problem for problem in problems
        ]
        self.problems = [sentence(problem) for problem in self.found]
        super().__init__(" ".join(self.problems), extra={"problems": self.problems})


class ChangedMeanwhile(DomainError):
    """Somebody else changed the row since it was opened; the caller shows both."""

    code = "changed_meanwhile"
    message = _("Somebody else has changed this meanwhile.")


class TakenMeanwhile(DomainError):
    """Somebody else has added the same since the form was opened; the caller shows it beside the code."""

    code = "taken_meanwhile"
    message = _("There is one with this code already.")


class StillUsed(DomainError):
    """``problems`` are sentences: what would not make sense any more."""

    code = "still_used"
    message = _("Not saved, because: %(reasons)s")

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__(extra={"reasons": " ".join(problems)})


class NothingToPublish(DomainError):
    code = "nothing_to_publish"
    message = _("This is what is on sale already.")


class AnotherPublicationOpen(DomainError):
    """``extra["publication"]`` is the one that is under way."""

    code = "another_publication_open"
    message = _("Something else is being published for this car. Decide it or cancel it first.")


class OwnPublication(DomainError):
    code = "own_publication"
    message = _("You asked for this publication, so somebody else has to decide about it.")
    status = 403


class NotDecidable(DomainError):
    code = "not_decidable"
    message = _("This is not possible: the publication is %(state)s.")


class PublicationNeedsReason(InvalidInput):
    code = "reason_required"
    message = _("Please say why.")
