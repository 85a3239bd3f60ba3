"""Where gateways call back, and the sandbox gateway's pay page."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from apps.orders.errors import BadSignature
from apps.orders.gateways import gateway, sandbox_server
from apps.orders.models import SandboxPayment
from apps.orders.services import apply_event


@csrf_exempt  # authenticated by its signature; a gateway has no session
@require_POST
def webhook(request: HttpRequest, name: str) -> HttpResponse:
    """A gateway's event: 200 once it is taken, whatever it meant; 400 when it is not genuine."""
    try:
        event = gateway(name).read_webhook(body=request.body, signature=request.headers.get("Sandbox-Signature", ""))
    except BadSignature as error:
        return JsonResponse({"code": error.code, "detail": str(error)}, status=error.status)
    return JsonResponse({"outcome": apply_event(event)})


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
            return render(request, "orders/sandbox_pay.html", {"payment": payment})
        outcome = request.POST.get("outcome", "")
        if outcome not in sandbox_server.OUTCOMES:
            return render(request, "orders/sandbox_pay.html", {"payment": payment, "wrong": True}, status=422)
        payment = sandbox_server.pay(payment_id=payment_id, outcome=outcome)
        if payment.return_url:
            return HttpResponseRedirect(payment.return_url, status=303)
        return render(request, "orders/sandbox_pay.html", {"payment": payment})


def _language_of(payment: SandboxPayment) -> str:
    """The language of the page that the buyer came from; a real gateway would be told."""
    return "zh-hans" if "/zh-hans/" in payment.return_url else translation.get_language() or "en"
