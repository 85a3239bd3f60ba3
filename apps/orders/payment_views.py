"""Where gateways call back, and the sandbox gateway's pay page."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST
from qrcode.image.svg import SvgPathImage
from qrcode.main import QRCode

from apps.orders.errors import BadSignature
from apps.orders.gateways import gateway, sandbox_server
from apps.orders.models import SandboxPayment
from apps.orders.services import apply_event


@csrf_exempt  # authenticated by its signature; a gateway has no session
@require_POST
def webhook(request: HttpRequest, name: str) -> HttpResponse:
    """A gateway's event: 200 once it is taken, whatever it meant; 400 when it is not genuine."""
    try:
        port = gateway(name)
        events = port.read_webhook(body=request.body, headers=request.headers)
    except BadSignature as error:
        return JsonResponse({"code": error.code, "detail": str(error)}, status=error.status)
    outcomes = [apply_event(event) for event in events]
    if port.answer:
        return HttpResponse(port.answer, content_type="text/plain")
    return JsonResponse({"outcome": outcomes[0] if outcomes else "ignored"})


@csrf_exempt  # another company's page: it has no session of ours, and whoever has its address may pay
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sandbox_page(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """The gateway's pay page; the form's ``outcome`` says what is to happen."""
    payment = SandboxPayment.objects.filter(pk=payment_id).first()
    if payment is None:
        raise Http404
    with translation.override(_language_of(payment)):
        if request.method != "POST":
            return render(request, "orders/sandbox_pay.html", {"payment": payment, "code": code_of(request)})
        outcome = request.POST.get("outcome", "")
        if outcome not in sandbox_server.OUTCOMES:
            return render(request, "orders/sandbox_pay.html", {"payment": payment, "wrong": True}, status=422)
        payment = sandbox_server.pay(payment_id=payment_id, outcome=outcome)
        if payment.return_url:
            return HttpResponseRedirect(payment.return_url, status=303)
        return render(request, "orders/sandbox_pay.html", {"payment": payment})


def code_of(request: HttpRequest) -> SafeString:
    """The page's own address as a QR code: open it on the phone and pay there. Drawn here, as SVG."""
    code = QRCode(border=2)
    code.add_data(request.build_absolute_uri())
    picture = code.make_image(image_factory=SvgPathImage)
    drawn: str = picture.to_string(encoding="unicode")
    return mark_safe(drawn)  # noqa: S308  made of nothing but squares


def _language_of(payment: SandboxPayment) -> str:
    """The language of the page that the buyer came from; a real gateway would be told."""
    return "zh-hans" if "/zh-hans/" in payment.return_url else translation.get_language() or "en"
