"""Which forms of ours stand in for allauth's."""

ENTRANCE_FORMS = {
    "signup": "apps.accounts.entrance_forms.SignupForm",
    "login": "apps.accounts.entrance_forms.LoginForm",
    "reset_password": "apps.accounts.entrance_forms.ResetPasswordForm",
    "reset_password_from_key": "apps.accounts.entrance_forms.ResetPasswordKeyForm",
    "change_password": "apps.accounts.entrance_forms.ChangePasswordForm",
    "set_password": "apps.accounts.entrance_forms.SetPasswordForm",
    "add_email": "apps.accounts.entrance_forms.AddEmailForm",
    "reauthenticate": "apps.accounts.entrance_forms.ReauthenticateForm",
}
SECOND_FACTOR_FORMS = {
    "authenticate": "apps.accounts.entrance_forms.CodeForm",
    "reauthenticate": "apps.accounts.entrance_forms.CodeAgainForm",
    "activate_totp": "apps.accounts.entrance_forms.AppForm",
    "add_webauthn": "apps.accounts.entrance_forms.KeyForm",
    "edit_webauthn": "apps.accounts.entrance_forms.KeyNameForm",
}
