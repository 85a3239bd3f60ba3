"""The filter of the list, and the application."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from apps.careers.models import Posting

SORTS = [("newest", _("Newest first")), ("salary", _("Best paid first")), ("closing", _("Closing soon first"))]
PHONE = RegexValidator(r"^\+?[0-9][0-9 ()-]{5,18}$", _("Please enter a phone number, such as 138 0013 8000."))


class PostingFilter(forms.Form):
    """What makes no sense is ignored: no link to a list is ever broken."""

    q = forms.CharField(max_length=100, required=False)
    salary_min = forms.IntegerField(min_value=1, max_value=1000, required=False)
    sort = forms.ChoiceField(choices=SORTS, required=False)

    def values(self) -> dict[str, Any]:
        """``q``, ``salary_min`` (thousand yuan a month or None), ``sort``, and the lists of the facets."""
        self.is_valid()
        data = self.cleaned_data
        return {
            "q": data.get("q") or "",
            "salary_min": data.get("salary_min"),
            "sort": data.get("sort") or "newest",
            "department": [one for one in self._list("department") if one in Posting.Department.values],
            "kind": [one for one in self._list("kind") if one in Posting.Kind.values],
            "city": self._list("city")[:50],
        }

    def _list(self, name: str) -> list[str]:
        getlist = getattr(self.data, "getlist", None)
        return [value for value in (getlist(name) if getlist else []) if value and "\x00" not in value]


class ApplicationForm(forms.Form):
    """What an applicant tells us. Whether the file is a résumé is decided by the service, by its content."""

    name = forms.CharField(label=_("Your name"), max_length=100)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    phone = forms.CharField(label=_("Phone"), max_length=20, validators=[PHONE])
    resume = forms.FileField(label=_("Résumé"), help_text=_("PDF or Word (.docx), up to 10 MB."), max_length=255)
    letter = forms.CharField(
        label=_("Why you?"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    consent = forms.BooleanField(
        label=_("I agree that you store my data and use it for this application. I can withdraw this at any time.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.error_css_class = ""
        for name, completion in (("name", "name"), ("email", "email"), ("phone", "tel")):
            self.fields[name].widget.attrs["autocomplete"] = completion
        for name in ("name", "email", "phone", "letter", "resume"):
            self.fields[name].widget.attrs["class"] = "input"
        self.fields["resume"].widget.attrs["accept"] = ".pdf,.docx"
