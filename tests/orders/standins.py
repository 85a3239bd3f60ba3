"""Alipay and Stripe as they speak on the wire, on a local socket: with keys, signatures, refusals and books of their own.

Written from the gateways' own documentation, without the portal's adapters, so that each checks the other.
"""

import base64
import hashlib
import hmac
import http.server
import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
BEIJING = ZoneInfo("Asia/Shanghai")


def post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """The status and text of an answer, whatever it is."""
    request = urllib.request.Request(url, body, headers)
    try:
        with _DIRECT.open(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@contextmanager
def served(standin: Any) -> Iterator[str]:
    """Answer on a free port; gives the address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            status, kind, text = standin.answer(
                self.command, self.path, dict(self.headers), self.rfile.read(length).decode()
            )
            data = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = _answer  # noqa: N815  the base class's names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _pem_private(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _bare_public(key: rsa.RSAPrivateKey) -> str:
    """As Alipay's console shows it: Base64 without frame."""
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


class Alipay:
    """The open platform's gateway.do, and its notifications."""

    APP = "2021000123456789"

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(65537, 2048)
        merchant = rsa.generate_private_key(65537, 2048)
        self.merchant_private, self._merchant = _pem_private(merchant), merchant.public_key()
        self.public = _bare_public(self.key)
        self.trades: dict[str, dict[str, Any]] = {}
        self.calls: list[str] = []
        self.lie: str = ""  # "unsigned" or "forged": how the next answers are spoilt

    def answer(self, method: str, path: str, headers: dict[str, str], body: str) -> tuple[int, str, str]:
        query = body if method == "POST" else urllib.parse.urlsplit(path).query
        values = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        name = values.get("method", "")
        self.calls.append(name)
        if not self._is_merchant(values):
            return self._json(name, {"code": "40002", "sub_code": "isv.invalid-signature", "sub_msg": "验签出错"})
        sent = datetime.strptime(values["timestamp"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
        if abs(datetime.now(BEIJING) - sent) > timedelta(minutes=15):
            return self._json(name, {"code": "40002", "sub_code": "isv.invalid-timestamp"})
        content = json.loads(values["biz_content"])
        if name == "alipay.trade.page.pay":
            self.trades.setdefault(
                content["out_trade_no"],
                {
                    "total": content["total_amount"],
                    "status": "WAIT_BUYER_PAY",
                    "trade_no": f"2026{uuid.uuid4().int % 10**24:024d}",
                    "refunds": {},
                    "notify": values["notify_url"],
                },
            )
            return 200, "text/html", "<h1>收银台</h1>"
        act = getattr(self, "_" + name.rpartition("trade.")[2].replace(".", "_"), None)
        return self._json(name, act(content) if act else {"code": "40004", "sub_code": "isv.invalid-method"})

    def _is_merchant(self, values: dict[str, str]) -> bool:
        signature = base64.b64decode(values.get("sign", ""))
        text = "&".join(f"{name}={values[name]}" for name in sorted(values) if name != "sign")
        try:
            self._merchant.verify(signature, text.encode(), padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return values["app_id"] == self.APP and values["sign_type"] == "RSA2"

    def _sign(self, text: str) -> str:
        return base64.b64encode(self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()

    def _json(self, name: str, answer: dict[str, Any]) -> tuple[int, str, str]:
        # Its own spacing, and Chinese as it is: the signature is over this very text.
        node = json.dumps({"msg": "Success" if answer["code"] == "10000" else "失败"} | answer, ensure_ascii=False)
        sign = self._sign("x" if self.lie == "forged" else node)
        rest = "" if self.lie == "unsigned" else f', "sign": "{sign}"'
        return 200, "application/json", f'{{ "{name.replace(".", "_")}_response":{node}{rest}}}'

    def _known(self, content: dict[str, Any]) -> dict[str, Any] | None:
        return self.trades.get(content["out_trade_no"])

    def _query(self, content: dict[str, Any]) -> dict[str, Any]:
        trade = self._known(content)
        if trade is None:
            return {"code": "40004", "sub_code": "ACQ.TRADE_NOT_EXIST", "sub_msg": "交易不存在"}
        return {
            "code": "10000",
            "out_trade_no": content["out_trade_no"],
            "trade_no": trade["trade_no"],
            "trade_status": trade["status"],
            "total_amount": trade["total"],
        }

    def _close(self, content: dict[str, Any]) -> dict[str, Any]:
        trade = self._known(content)
        if trade is None:
            return {"code": "40004", "sub_code": "ACQ.TRADE_NOT_EXIST"}
        if trade["status"] != "WAIT_BUYER_PAY":
            return {"code": "40004", "sub_code": "ACQ.TRADE_STATUS_ERROR"}
        trade["status"] = "TRADE_CLOSED"
        return {"code": "10000", "trade_no": trade["trade_no"]}

    def _refund(self, content: dict[str, Any]) -> dict[str, Any]:
        trade = self._known(content)
        if trade is None or trade["status"] not in ("TRADE_SUCCESS", "TRADE_FINISHED"):
            return {"code": "40004", "sub_code": "ACQ.TRADE_STATUS_ERROR"}
        refunds, number = trade["refunds"], content["out_request_no"]
        fresh = number not in refunds
        refunds.setdefault(number, content["refund_amount"])
        if sum(float(one) for one in refunds.values()) > float(trade["total"]) + 1e-6:
            del refunds[number]
            return {"code": "40004", "sub_code": "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"}
        return {"code": "10000", "fund_change": "Y" if fresh else "N", "refund_fee": refunds[number]}

    def _fastpay_refund_query(self, content: dict[str, Any]) -> dict[str, Any]:
        trade = self._known(content)
        amount = trade and trade["refunds"].get(content["out_request_no"])
        if not amount:
            return {"code": "10000"}
        return {"code": "10000", "refund_status": "REFUND_SUCCESS", "refund_amount": amount}

    def pay(self, number: str) -> None:
        """Somebody pays on the cashier's page."""
        self.trades[number]["status"] = "TRADE_SUCCESS"

    def notification(self, number: str, **changes: str) -> bytes:
        """The body of a notification about a trade, signed; ``changes`` are signed with it."""
        trade = self.trades[number]
        values = {
            "notify_id": uuid.uuid4().hex,
            "notify_type": "trade_status_sync",
            "notify_time": datetime.now(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
            "app_id": self.APP,
            "charset": "utf-8",
            "version": "1.0",
            "out_trade_no": number,
            "trade_no": trade["trade_no"],
            "trade_status": trade["status"],
            "total_amount": trade["total"],
            "subject": "订单",
        } | changes
        text = "&".join(f"{name}={values[name]}" for name in sorted(values) if values[name])
        return urllib.parse.urlencode(values | {"sign_type": "RSA2", "sign": self._sign(text)}).encode()


class Stripe:
    """The parts of api.stripe.com that a shop uses, and its webhooks."""

    KEY, SECRET = "sk_test_standin", "whsec_standin"

    def __init__(self) -> None:
        self.sessions: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.answers: dict[str, tuple[str, tuple[int, dict[str, Any]]]] = {}
        self.calls: list[str] = []

    def answer(self, method: str, path: str, headers: dict[str, str], body: str) -> tuple[int, str, str]:
        lower = {name.lower(): value for name, value in headers.items()}
        parts = urllib.parse.urlsplit(path)
        self.calls.append(f"{method} {parts.path}")
        if lower.get("authorization") != f"Bearer {self.KEY}":
            return self._json(401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key"}})
        key = lower.get("idempotency-key") if method == "POST" else None
        if key and key in self.answers:
            before, answer = self.answers[key]
            if before != path + body:
                text = "Keys for idempotent requests can only be used with the same parameters"
                return self._json(400, {"error": {"type": "idempotency_error", "message": text}})
            return self._json(*answer)
        values = dict(urllib.parse.parse_qsl(body or parts.query))
        status, data = self._act(method, parts.path, values)
        if key:
            self.answers[key] = (path + body, (status, data))
        return self._json(status, data)

    def _json(self, status: int, data: dict[str, Any]) -> tuple[int, str, str]:
        return status, "application/json", json.dumps(data)

    def _act(self, method: str, path: str, values: dict[str, str]) -> tuple[int, dict[str, Any]]:
        parts = path.strip("/").split("/")
        if path == "/v1/checkout/sessions" and method == "POST":
            return 200, self._open(values)
        if parts[:3] == ["v1", "checkout", "sessions"] and parts[3] in self.sessions:
            session = self.sessions[parts[3]]
            if parts[-1] == "expire":
                if session["status"] != "open":
                    return 400, {"error": {"type": "invalid_request_error", "message": "not open"}}
                session["status"] = "expired"
            return 200, session
        if path == "/v1/refunds" and method == "POST":
            return self._refund(values)
        if path == "/v1/refunds":
            rows = [one for one in self.refunds.values() if one["payment_intent"] == values["payment_intent"]]
            return 200, {"object": "list", "url": path, "has_more": False, "data": rows}
        return 404, {"error": {"type": "invalid_request_error", "message": f"No such path {path}"}}

    def _open(self, values: dict[str, str]) -> dict[str, Any]:
        name = f"cs_test_{uuid.uuid4().hex}"
        self.sessions[name] = {
            "id": name,
            "object": "checkout.session",
            "url": f"https://checkout.stripe.com/c/pay/{name}",
            "client_reference_id": values["client_reference_id"],
            "metadata": {"payment": values["metadata[payment]"]},
            "amount_total": int(values["line_items[0][price_data][unit_amount]"]),
            "currency": values["line_items[0][price_data][currency]"],
            "methods": [values["payment_method_types[0]"], values["payment_method_types[1]"]],
            "success_url": values["success_url"],
            "status": "open",
            "payment_status": "unpaid",
            "payment_intent": None,
        }
        return self.sessions[name]

    def _refund(self, values: dict[str, str]) -> tuple[int, dict[str, Any]]:
        intent, amount = values["payment_intent"], int(values["amount"])
        paid = next((one for one in self.sessions.values() if one["payment_intent"] == intent), None)
        gone = sum(one["amount"] for one in self.refunds.values() if one["payment_intent"] == intent)
        if paid is None or gone + amount > paid["amount_total"]:
            return 400, {"error": {"type": "invalid_request_error", "message": "greater than unrefunded amount"}}
        name = f"re_{uuid.uuid4().hex}"
        self.refunds[name] = {
            "id": name,
            "object": "refund",
            "amount": amount,
            "currency": "cny",
            "payment_intent": intent,
            "status": "pending",
            "metadata": {"refund": values["metadata[refund]"], "payment": values["metadata[payment]"]},
        }
        return 200, self.refunds[name]

    def pay(self, name: str, *, later: bool = False) -> dict[str, Any]:
        """Somebody pays on the checkout; by WeChat the money may come ``later``."""
        session = self.sessions[name]
        session["status"], session["payment_intent"] = "complete", f"pi_{uuid.uuid4().hex}"
        session["payment_status"] = "unpaid" if later else "paid"
        return session

    def event(self, kind: str, thing: dict[str, Any], *, name: str = "") -> bytes:
        """A webhook's body."""
        body = {
            "id": name or f"evt_{uuid.uuid4().hex}",
            "object": "event",
            "api_version": "2026-01-28",
            "created": int(time.time()),
            "type": kind,
            "data": {"object": thing},
        }
        return json.dumps(body).encode()

    def signature(self, body: bytes, *, at: int | None = None, secret: str = SECRET) -> dict[str, str]:
        """The header for it."""
        moment = int(time.time()) if at is None else at
        digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
        return {"Stripe-Signature": f"t={moment},v1={digest}", "Content-Type": "application/json"}
