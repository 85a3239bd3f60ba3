"""What applicants get by mail."""

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from apps.careers.models import Application


def confirmation(application: Application) -> EmailMessage:
    """Says that the application has arrived, in the language in which it was written."""
    with translation.override(application.language):
        subject = _("Your application: %(title)s") % {"title": application.posting.title}
        body = render_to_string("careers/mail/received.txt", {"application": application})
    return EmailMessage(subject=subject, body=body, to=[application.email])
