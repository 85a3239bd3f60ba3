"""Where partners ring: something has changed, so look sooner than planned. What has changed is asked for, never believed."""

import json
import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from apps.orders.errors import BadSignature
from apps.orders.fulfilment.queue import heard
from apps.outbox import signing

LONGEST = 10_000


@csrf_exempt
@require_POST
def webhook(request: HttpRequest, partner: str) -> HttpResponse:
    """Signed as our own webhooks are (``outbox.signing``). A repeated one only looks once more.

    Raises:
        BadSignature: not theirs, too old, or no message.
    """
    body = request.body[:LONGEST]
    headers = {name: request.headers.get(name, "") for name in ("webhook-id", "webhook-timestamp", "webhook-signature")}
    if not signing.is_valid(settings.PARTNER_SECRET, headers, body, int(time.time())):
        raise BadSignature
    try:
        key = str(json.loads(body)["key"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadSignature from error
    heard(partner, key)
    return HttpResponse(status=204)
