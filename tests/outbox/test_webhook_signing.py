"""The signature, against the published example of Standard Webhooks and against whoever tampers."""

import pytest

from apps.outbox.signing import TOLERANCE_S, is_valid, sign

SECRET = "whsec_plJ3nmyCDGBKInavdOK15jsl"
BODY = b'{"event_type":"ping","data":{"success":true}}'
AT = 1_731_705_121


def test_the_published_example_is_signed_as_published() -> None:
    headers = sign(SECRET, "msg_loFOjxBNrRLzqYUf", AT, BODY)
    assert headers["webhook-signature"] == "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="


@pytest.mark.parametrize(
    ("change", "body", "now", "valid"),
    [
        ({}, BODY, AT, True),
        ({}, BODY, AT + TOLERANCE_S, True),
        ({}, BODY, AT - TOLERANCE_S, True),
        ({}, BODY, AT + TOLERANCE_S + 1, False),
        ({}, BODY + b" ", AT, False),
        ({"webhook-id": "msg_other"}, BODY, AT, False),
        ({"webhook-timestamp": str(AT + 1)}, BODY, AT, False),
        ({"webhook-timestamp": "soon"}, BODY, AT, False),
        ({"webhook-signature": "v1,AAAA"}, BODY, AT, False),
        ({"webhook-signature": ""}, BODY, AT, False),
    ],
)
def test_only_what_was_signed_lately_is_valid(change: dict[str, str], body: bytes, now: int, valid: bool) -> None:
    headers = sign(SECRET, "msg_1", AT, BODY) | change
    assert is_valid(SECRET, headers, body, now) is valid
