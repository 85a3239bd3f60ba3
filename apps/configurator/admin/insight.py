"""The makers' report: what visitors want, in the daily counts."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.common.looking import LookOnlyPage
from apps.configurator.insight.models import InsightCount
from apps.configurator.insight.report import as_csv, report
from apps.configurator.models import Configurator

DAYS = 30
LONGEST = timedelta(days=3 * 366)


class PeriodForm(forms.Form):
    """One car and the days, both included."""

    car = forms.ModelChoiceField(
        Configurator.objects.none(),
        label=pgettext_lazy("model", "Car"),
        empty_label=None,
        widget=UnfoldAdminSelectWidget(),
    )
    begin = forms.DateField(
        label=pgettext_lazy("period", "From"), widget=UnfoldAdminTextInputWidget(attrs={"type": "date"})
    )
    end = forms.DateField(
        label=pgettext_lazy("period", "Until"), widget=UnfoldAdminTextInputWidget(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cars = Configurator.objects.select_related("car_model__brand", "current").order_by("car_model__slug")
        self.fields["car"].queryset = cars  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        begin, end = data.get("begin"), data.get("end")
        if begin and end and not begin <= end <= begin + LONGEST:
            self.add_error("end", _("A period runs forwards and is no longer than three years."))
        return data


@admin.register(InsightCount)
class InsightAdmin(LookOnlyPage):
    """The list of counts is the report; whoever may view the counts may read it."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = PeriodForm(_filled(request))
        found = None
        if form.is_valid():
            data = form.cleaned_data
            found = report(data["car"], data["begin"], data["end"])
            if request.GET.get("format") == "csv":
                name = f"{data['car'].car_model.slug}-{data['begin']}-{data['end']}.csv"
                return HttpResponse(
                    as_csv(found),
                    content_type="text/csv; charset=utf-8",
                    headers={"Content-Disposition": f'attachment; filename="{name}"'},
                )
        query = request.GET.copy()
        query["format"] = "csv"
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("What visitors want"),
            "form": form,
            "report": found,
            "csv_url": f"?{query.urlencode()}",
            **(extra_context or {}),
        }
        return TemplateResponse(request, "configurator/admin/insight.html", context, status=422 if form.errors else 200)


def _filled(request: HttpRequest) -> dict[str, str]:
    """The query, completed: the first car, the last 30 whole days."""
    today: date = timezone.localdate()
    first = Configurator.objects.order_by("car_model__slug").values_list("pk", flat=True).first()
    start = {"car": str(first or ""), "begin": str(today - timedelta(days=DAYS)), "end": str(today - timedelta(days=1))}
    return start | {name: text for name in start if (text := request.GET.get(name, ""))}
