"""The account's own mails: what allauth sends, as letters in the look and the words of all others."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.messaging.letters import Letter

Context = dict[str, Any]


def letter(name: str, context: Context) -> Letter | None:
    """The letter for one of allauth's templates (``account/email/password_reset_key``); None for one we have no words for."""
    write = _LETTERS.get(name.rpartition("/")[2])
    return write(context) if write else None


def _reset(context: Context) -> Letter:
    return _letter(
        context,
        _("Choose a new password"),
        _(
            "Somebody, most likely you, wants a new password for your account. The link leads to the page to choose one."
        ),
        action=(_("Choose a new password"), context["password_reset_url"]),
        small=_("If it was not you, do nothing: your password stays as it is."),
    )


def _confirm(context: Context) -> Letter:
    return _letter(
        context,
        _("Confirm your e-mail address"),
        _("This address was given for an account with us. Please confirm that it is yours."),
        action=(_("Confirm the address"), context["activate_url"]),
        small=_("If you know nothing of an account, do nothing."),
    )


def _code(context: Context) -> Letter:
    return _letter(
        context,
        _("Your sign-in code"),
        _("Enter this code on the page that asks for it. It is valid for a few minutes."),
        facts=((pgettext("sign-in", "Code"), context["code"]),),
        small=_("If you did not ask for it, do nothing, and tell it to nobody."),
    )


def _unknown(context: Context) -> Letter:
    return _letter(
        context,
        _("There is no account with this address"),
        _("Somebody, most likely you, wanted to sign in with this address, but there is no account with it."),
        action=(_("Create an account"), context["signup_url"]),
        small=_("If it was not you, do nothing."),
    )


def _taken(context: Context) -> Letter:
    return _letter(
        context,
        _("You have an account already"),
        _(
            "Somebody, most likely you, wanted to create an account with this address. There is one: reset its password if you forgot it."
        ),
        action=(_("Choose a new password"), context["password_reset_url"]),
        small=_("If it was not you, do nothing."),
    )


_LETTERS: dict[str, Callable[[Context], Letter]] = {
    "password_reset_key": _reset,
    "email_confirmation": _confirm,
    "email_confirmation_signup": _confirm,
    "login_code": _code,
    "unknown_account": _unknown,
    "account_already_exists": _taken,
}


def _letter(
    context: Context,
    subject: str,
    text: str,
    *,
    small: str,
    action: tuple[str, str] | None = None,
    facts: tuple[tuple[str, str], ...] = (),
) -> Letter:
    name = getattr(context.get("user"), "name", "")
    return Letter(
        subject=subject,
        greeting=_("Hello %(name)s,") % {"name": name} if name else _("Hello,"),
        paragraphs=(text,),
        action=action,
        facts=facts,
        small=(small,),
        reason=_("You get this mail because somebody entered this address on our pages."),
    )
