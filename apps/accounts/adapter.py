"""How allauth behaves here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from apps.accounts.letters import letter
from apps.accounts.models import User
from apps.messaging.letters import as_html, as_text


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # it has no types
    """Mails in the reader's language, redirects that stay on this site, answers that name nobody."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This e-mail address or password is not right."),
        # Says no more than the sign-in page does.
        "email_taken": _("No account could be made with this address. If it is yours, sign in or reset the password."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of the person it goes to; in that of the page for somebody we do not know."""
        user = context.get("user")
        if not isinstance(user, User):
            user = User.objects.filter(email=email.lower()).first()
        with translation.override(user.language if user else translation.get_language()):
            super().send_mail(template_prefix, email, context)

    def render_mail(
        self, template_prefix: str, email: str | list[str], context: dict[str, Any], headers: Any = None
    ) -> EmailMessage:
        """A letter like all others; in allauth's plain words only where we have none."""
        written = letter(template_prefix, context)
        if written is None:
            plain: EmailMessage = super().render_mail(template_prefix, email, context, headers)
            return plain
        to = [email] if isinstance(email, str) else email
        made = EmailMultiAlternatives(written.subject, as_text(written), self.get_from_email(), to, headers=headers)
        made.attach_alternative(as_html(written, translation.get_language() or "en"), "text/html")
        return made

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:  # noqa: FBT001, FBT002
        """A new account speaks the language it was made in."""
        user.language = "zh-hans" if (translation.get_language() or "").startswith("zh") else "en"
        saved: User = super().save_user(request, user, form, commit)
        return saved

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("home")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")
