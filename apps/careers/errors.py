"""Why an application, or a step of it, is refused."""

from django.utils.translation import gettext_lazy as _

from apps.common.errors import DomainError, InvalidInput


class PostingClosed(DomainError):
    code = "posting_closed"
    message = _("This position is no longer open. Have a look at the others: we are still looking for people.")


class AlreadyApplied(DomainError):
    code = "already_applied"
    message = _(
        "We already have an application for this position from this e-mail address, and somebody is reading it. "
        "There is nothing more for you to do."
    )


class ConsentMissing(InvalidInput):
    code = "consent_missing"
    message = _("We may only read your application if you agree to the use of your data.")


class BadResume(InvalidInput):
    """Raised with field ``resume``."""

    code = "resume_type"
    message = _("Please send your résumé as a PDF or Word (.docx) file.")


class ResumeTooLarge(BadResume):
    code = "resume_too_large"
    message = _("The file is larger than 10 MB. Please send a smaller one.")


class StatusNotPossible(DomainError):
    code = "status_not_possible"
    message = _("An application cannot go from “%(old)s” to “%(new)s”.")
