"""allauth's forms in our words: one sentence about passwords instead of a list, no placeholder that repeats the label."""

from typing import Any

from allauth.account import forms as allauth
from allauth.mfa.base import forms as factors
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn import forms as keys
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

PASSWORD_HINT = _(
    "At least eight characters. No common password, not digits alone, and nothing like your name or address."
)

LABELS = {
    "login": _("E-mail"),
    "email": _("E-mail"),
    "oldpassword": _("Present password"),
    "password2": _("New password again"),
    "code": pgettext_lazy("second factor", "Code"),
    "name": _("Name of the key"),
}


class InOurWords(forms.Form):
    """What all of them share; stands before allauth's form, whose fields it changes once they are there."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = LABELS.get(name, field.label)
            if name == "password1":
                field.help_text = PASSWORD_HINT
            if name == "code":
                field.widget.attrs |= {"inputmode": "numeric", "autofocus": True}


class SignupForm(InOurWords, allauth.SignupForm):  # type: ignore[misc]  # allauth has no types
    pass


class LoginForm(InOurWords, allauth.LoginForm):  # type: ignore[misc]
    pass


class ResetPasswordForm(InOurWords, allauth.ResetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordKeyForm(InOurWords, allauth.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class ChangePasswordForm(InOurWords, allauth.ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("New password")


class SetPasswordForm(InOurWords, allauth.SetPasswordForm):  # type: ignore[misc]
    pass


class AddEmailForm(InOurWords, allauth.AddEmailForm):  # type: ignore[misc]
    pass


class ReauthenticateForm(InOurWords, allauth.ReauthenticateForm):  # type: ignore[misc]
    pass


class CodeForm(InOurWords, factors.AuthenticateForm):  # type: ignore[misc]
    pass


class CodeAgainForm(InOurWords, factors.ReauthenticateForm):  # type: ignore[misc]
    pass


class AppForm(InOurWords, ActivateTOTPForm):  # type: ignore[misc]
    pass


class KeyForm(InOurWords, keys.AddWebAuthnForm):  # type: ignore[misc]
    pass


class KeyNameForm(InOurWords, keys.EditWebAuthnForm):  # type: ignore[misc]
    pass
