"""Saved cars: the list and the code entry, one of them, several side by side."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.common.requests import signed_in
from apps.configurator import side_by_side
from apps.configurator.codes import WrongCode, near_codes, read_code
from apps.configurator.forms import CodeForm
from apps.configurator.models import Build
from apps.configurator.pictures import Picture, picture_of, views_of
from apps.configurator.pricing import PriceStep, QuoteLine
from apps.configurator.rental import RentalTerms
from apps.configurator.services import BuildQuote, quote_build, quote_builds
from apps.configurator.state import PageState
from apps.configurator.views.shelf import own_builds


@dataclass(frozen=True)
class Saved:
    """One row of the list: a build, what it costs now, and its picture."""

    build: Build
    quote: BuildQuote
    picture: Picture | None
    reopen_url: str

    @property
    def difference(self) -> int:
        return self.quote.total - self.build.total


@never_cache
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """The saved cars of whoever asks, and a field for the code of any."""
    if "code" not in request.GET:
        return _list(request, CodeForm())
    form = CodeForm(request.GET)
    near: list[str] = []
    if form.is_valid():
        text = form.cleaned_data["code"]
        try:
            code = read_code(text)
        except WrongCode as error:
            form.add_error("code", str(error))
            near = list(Build.objects.filter(code__in=near_codes(text)).values_list("code", flat=True))
        else:
            if Build.objects.filter(code=code).exists():
                return redirect("configurator:build", code)
            form.add_error("code", _("Nothing was saved under this code."))
    return _list(request, form, near=near, status=422)


@require_safe
def build(request: HttpRequest, code: str) -> HttpResponse:
    """A saved car as it was saved, and what has changed since."""
    try:
        wanted = read_code(code)
    except WrongCode as error:
        raise Http404 from error
    if wanted != code:
        return redirect("configurator:build", wanted, permanent=True)
    saved = get_object_or_404(Build.objects.whole(), code=wanted)
    quote = quote_build(saved)
    views = _views(saved, quote)
    return render(
        request,
        "configurator/build.html",
        {
            "build": saved,
            "quote": quote,
            "lines": [QuoteLine(**line) for line in saved.lines],
            "trace": [PriceStep(**step) for step in saved.price_trace],
            "terms": RentalTerms.read(saved.terms) if saved.terms else None,
            "picture": views[0][1] if views else None,
            "views": views,
            "address": request.build_absolute_uri(saved.get_absolute_url()),
            "social_card": {
                "url": reverse("catalog:card_now", args=[saved.car_model.slug]),
                "alt": saved.car_model.full_name,
            },
            "reopen_url": _reopen_url(saved),
            "compare_url": reverse("configurator:compare") + f"?build={saved.code}",
        },
    )


@never_cache
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Two to four saved cars side by side. Anybody who has the codes may; the list offers only one's own."""
    wanted, wrong = _codes(request.GET.getlist("build"))
    found = {saved.code: saved for saved in Build.objects.whole().filter(code__in=wanted)}
    wrong += [code for code in wanted if code not in found]
    builds = [found[code] for code in wanted if code in found]
    shown, left_out = builds[: side_by_side.MOST], builds[side_by_side.MOST :]
    here = reverse("configurator:compare")
    codes = [saved.code for saved in shown]
    table = side_by_side.compare(shown, quote_builds(shown))
    others = [saved for saved in own_builds(request)[:20] if saved.code not in codes]
    return render(
        request,
        "configurator/compare.html",
        {
            "table": table,
            "columns": [
                {
                    "column": column,
                    "reopen_url": _reopen_url(column.build),
                    "picture": _picture(column.build, column.quote),
                    "remove_url": here + _query([code for code in codes if code != column.build.code]),
                }
                for column in table.columns
            ],
            "codes": codes,
            "wrong": wrong,
            "left_out": left_out,
            "full": len(shown) >= side_by_side.MOST,
            "others": [(saved, here + _query([*codes, saved.code])) for saved in others],
        },
        status=422 if wrong else 200,
    )


def _list(request: HttpRequest, form: CodeForm, *, near: list[str] | None = None, status: int = 200) -> HttpResponse:
    builds = list(own_builds(request)[:100])
    saved = [
        Saved(one, quote, _picture(one, quote), _reopen_url(one))
        for one, quote in zip(builds, quote_builds(builds), strict=True)
    ]
    context: dict[str, Any] = {"form": form, "saved": saved, "near": near or [], "guest": not signed_in(request)}
    return render(request, "configurator/find.html", context, status=status)


def _codes(texts: list[str]) -> tuple[list[str], list[str]]:
    """The different codes of a query in their order, and what is none. Empty fields of the form are nothing."""
    good: dict[str, None] = {}
    wrong: list[str] = []
    for text in texts:
        for part in filter(None, (part.strip() for part in text.split(","))):
            try:
                good[read_code(part)] = None
            except WrongCode:
                wrong.append(part[:20])
    return list(good), wrong


def _query(codes: list[str]) -> str:
    return "?" + urlencode([("build", code) for code in codes]) if codes else ""


def _reopen_url(saved: Build) -> str:
    market = "" if saved.market == "CN" else saved.market
    state = PageState(tuple(saved.choices), market=market, build=saved.code)
    return reverse("configurator:configure", args=[saved.car_model.slug]) + state.query()


def _picture(saved: Build, quote: BuildQuote) -> Picture | None:
    return picture_of(quote.document, [line["code"] for line in saved.lines]) if quote.document else None


def _views(saved: Build, quote: BuildQuote) -> list[tuple[str, Picture]]:
    """The car from every side that there are pictures of."""
    if quote.document is None:
        return []
    picked = [line["code"] for line in saved.lines]
    pictures = [(view, picture_of(quote.document, picked, view)) for view in views_of(quote.document)]
    return [(view, picture) for view, picture in pictures if picture is not None]
