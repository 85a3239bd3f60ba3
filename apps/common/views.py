"""Health, robots and error pages."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.common.health import problems


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """The process is up."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """The process can serve: database, migrations, broker and queue are fine; otherwise 503 with the reasons."""
    found = problems()
    return JsonResponse({"status": "not ready" if found else "ok", "problems": found}, status=503 if found else 200)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    closed = "\n".join(
        f"Disallow: {prefix}/{name}/"
        for prefix in ("", "/zh-hans")
        for name in ("account", "admin", "basket", "checkout", "orders")
    )
    text = f"User-agent: *\n{closed}\nSitemap: {request.build_absolute_uri(reverse('sitemap'))}\n"
    return HttpResponse(text, content_type="text/plain")


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in every state, for those who build pages."""
    if not settings.DEBUG and not getattr(request.user, "is_staff", False):
        return login_required(_refuse)(request)
    return render(request, "common/styleguide.html")


def _refuse(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "error.html", {"status": 400}, status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "error.html", {"status": 403}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        body = {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "No such resource."}
        return JsonResponse(
            body | {"code": "not_found", "errors": []}, status=404, content_type="application/problem+json"
        )
    return render(request, "error.html", {"status": 404}, status=404)


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its key: the page was open for very long, or the browser keeps no cookies."""
    return render(request, "error.html", {"status": 403, "stale": True, "back": request.path}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Needs nothing that may be what broke: no template, no context processors, no database."""
    theme = request.COOKIES.get("theme", "")
    texts = _LAST_WORDS["zh-Hans" if request.path.startswith("/zh-hans/") else "en"]
    theme = format_html(' data-theme="{}"', theme) if theme in ("light", "dark") else ""
    return HttpResponse(format_html(_LAST_RESORT, **texts, theme=theme, styles=_styles()), status=500)


def _styles() -> str:
    """The site's own, as long as somebody knows where they are."""
    try:
        return format_html_join("", '<link rel="stylesheet" href="{}">', ((static(name),) for name in _STYLES))
    except ValueError:
        return ""


_STYLES = ("css/tokens.css", "css/site.css", "css/portal.css")
_LAST_WORDS = {
    "en": {
        "lang": "en",
        "title": "Something went wrong here",
        "text": "Nothing you entered was half saved. Please try again in a moment.",
        "home": "/",
        "link": "To the home page",
    },
    "zh-Hans": {
        "lang": "zh-Hans",
        "title": "我们这边出了点问题",
        "text": "您的操作没有被部分保存，请稍后重试。",
        "home": "/zh-hans/",
        "link": "返回首页",
    },
}
_LAST_RESORT = """<!doctype html>
<html lang="{lang}"{theme}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title} · Kaiche</title>{styles}</head>
<body><header class="top"><div class="wrap"><a class="logo" href="{home}">Kaiche</a></div></header>
<main class="section"><div class="wrap stack"><p class="muted num">500</p><h1>{title}</h1><p>{text}</p>
<p><a class="btn" href="{home}">{link}</a></p></div></main></body></html>
"""


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light or dark; without a choice in the form it turns round what is remembered."""
    wanted = request.POST.get("theme", "")
    if wanted not in ("light", "dark"):
        wanted = "light" if request.COOKIES.get("theme") == "dark" else "dark"
    back = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    response = HttpResponse(status=303, headers={"Location": back if safe else "/"})
    response.set_cookie("theme", wanted, max_age=31_536_000, samesite="Lax", secure=settings.HTTPS, httponly=True)
    return response
