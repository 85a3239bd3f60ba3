"""The adapter to Alipay: its open API with RSA2 signatures, both ways.

Written over ``cryptography``: apps/README.md says why not over a library of its own.
"""

import csv
import io
import json
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from apps.orders.errors import BadSignature, BadStatement
from apps.orders.gateways import GatewayEvent, Page, PaymentRef, SettledLine, Statement, rsa2

TIMEOUT_S = 10
# All of Alipay's times are Beijing's, without saying so.
BEIJING = ZoneInfo("Asia/Shanghai")
TIME = "%Y-%m-%d %H:%M:%S"
# A notification is repeated for 25 hours under its first time; what is older, or from the future, is nobody's.
REPEATED_FOR, AHEAD = timedelta(hours=26), timedelta(minutes=10)
DONE = "10000"
PAID, CLOSED = ("TRADE_SUCCESS", "TRADE_FINISHED"), "TRADE_CLOSED"
# What it says of a payment that nobody has opened on its page so far.
UNKNOWN = "ACQ.TRADE_NOT_EXIST"


class AlipayRefused(Exception):
    """It answered, and said no; ``code`` is its own."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(f"{code} {text}")


def yuan_of(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def fen_of(yuan: str) -> int:
    """Exact, or a ValueError: there is no half fen."""
    try:
        fen = Decimal(yuan.strip().replace(",", "")) * 100
    except InvalidOperation as error:
        raise ValueError(yuan) from error
    if fen != fen.to_integral_value():
        raise ValueError(yuan)
    return int(fen)


class AlipayGateway:
    """Pays on Alipay's own page, by code or account."""

    name = "alipay"
    label = pgettext_lazy("gateway", "Alipay")
    answer = "success"

    def create(self, *, payment: PaymentRef, subject: str, return_url: str, base_url: str, language: str) -> Page:
        """Its page is an address that we sign; Alipay recognises a repeated payment by its number."""
        content = {
            "out_trade_no": payment.key.hex,
            "total_amount": yuan_of(payment.amount),
            "subject": subject,
            "product_code": "FAST_INSTANT_TRADE_PAY",
        }
        notify = f"{base_url.rstrip('/')}/payments/webhooks/{self.name}/"
        values = self._signed("alipay.trade.page.pay", content, notify_url=notify, return_url=return_url)
        return Page(f"{settings.ALIPAY_URL}?{urllib.parse.urlencode(values)}")

    def close(self, *, payment: PaymentRef) -> None:
        try:
            self._call("alipay.trade.close", {"out_trade_no": payment.key.hex})
        except AlipayRefused as refusal:
            if refusal.code not in (UNKNOWN, "ACQ.TRADE_STATUS_ERROR", "ACQ.REASON_TRADE_STATUS_INVALID"):
                raise

    def refund(self, *, key: UUID, payment: PaymentRef, amount: int) -> str:
        content = {
            "out_trade_no": payment.key.hex,
            "refund_amount": yuan_of(amount),
            "out_request_no": key.hex,
        }
        self._call("alipay.trade.refund", content)
        return key.hex

    def events_of(self, *, payment: PaymentRef, refunds: Mapping[UUID, str]) -> list[GatewayEvent]:
        try:
            trade = self._call("alipay.trade.query", {"out_trade_no": payment.key.hex})
        except AlipayRefused as refusal:
            if refusal.code == UNKNOWN:
                return []
            raise
        events = _events_of_trade(trade, f"asked:{payment.key.hex}:{trade.get('trade_status', '')}")
        for key in refunds:
            events += self._refund_events(payment, key)
        return events

    def _refund_events(self, payment: PaymentRef, key: UUID) -> list[GatewayEvent]:
        content = {"out_trade_no": payment.key.hex, "out_request_no": key.hex}
        answer = self._call("alipay.trade.fastpay.refund.query", content)
        if answer.get("refund_status") != "REFUND_SUCCESS":
            return []
        amount = fen_of(str(answer["refund_amount"]))
        return [GatewayEvent("alipay", f"refund:{key.hex}", "refund.done", str(payment.key), amount, str(key), key.hex)]

    def read_webhook(self, *, body: bytes, headers: Mapping[str, str]) -> list[GatewayEvent]:
        try:
            values = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True))
            text = rsa2.text_to_sign(values, without=("sign", "sign_type"))
            genuine = values["sign_type"] == "RSA2" and rsa2.is_valid(_their_key(), text, values["sign"])
            if not genuine or values["app_id"] != settings.ALIPAY_APP_ID:
                raise BadSignature
            age = timezone.now() - datetime.strptime(values["notify_time"], TIME).replace(tzinfo=BEIJING)
            if not -AHEAD <= age <= REPEATED_FOR:
                raise BadSignature
            return _events_of_trade(values, values["notify_id"])
        except (ValueError, KeyError) as error:
            raise BadSignature from error

    def _signed(self, method: str, content: Mapping[str, str], **more: str) -> dict[str, str]:
        values = {
            "app_id": settings.ALIPAY_APP_ID,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": timezone.now().astimezone(BEIJING).strftime(TIME),
            "version": "1.0",
            "biz_content": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
        } | {name: value for name, value in more.items() if value}
        key = rsa2.private_key(settings.ALIPAY_PRIVATE_KEY)
        return values | {"sign": rsa2.sign(key, rsa2.text_to_sign(values))}

    def _call(self, method: str, content: Mapping[str, str]) -> dict[str, Any]:
        """Ask, and believe only an answer that Alipay has signed.

        Raises:
            AlipayRefused: it said no. BadSignature: somebody else answered. OSError: nobody did.
        """
        data = urllib.parse.urlencode(self._signed(method, content)).encode()
        request = urllib.request.Request(settings.ALIPAY_URL, data)  # noqa: S310  an address of the settings
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310
            text = response.read().decode()
        name = method.replace(".", "_") + "_response"
        try:
            whole = json.loads(text)
            answer: dict[str, Any] = whole[name]
            if not rsa2.is_valid(_their_key(), _raw_node(text, name), whole["sign"]):
                raise BadSignature
        except (ValueError, KeyError, TypeError) as error:
            raise BadSignature from error
        if answer.get("code") != DONE:
            raise AlipayRefused(str(answer.get("sub_code") or answer.get("code")), str(answer.get("sub_msg", "")))
        return answer

    def read_statement(self, content: bytes) -> Statement:
        """The bill of a day ("业务明细"): CSV in GBK between lines that begin with #, as it is or in its ZIP archive."""
        try:
            rows = list(csv.DictReader(_bill_lines(content), skipinitialspace=True))
            lines = tuple(_settled(_stripped(row)) for row in rows)
            return Statement(_day_of(_stripped(rows[0])), lines)
        except (ValueError, KeyError, IndexError, TypeError, csv.Error, zipfile.BadZipFile) as error:
            raise BadStatement from error


def _their_key() -> Any:
    return rsa2.public_key(settings.ALIPAY_PUBLIC_KEY)


def _raw_node(text: str, name: str) -> str:
    """The answer's own text, as it was signed: decoding and encoding again need not give the same."""
    start = text.index("{", text.index(f'"{name}"'))
    _value, end = json.JSONDecoder().raw_decode(text, start)
    return text[start:end]


def _events_of_trade(trade: Mapping[str, Any], event_id: str) -> list[GatewayEvent]:
    """What a trade's state means; of a refund a notification says only that there was one, so it is asked about."""
    key, status = str(trade.get("out_trade_no", "")), trade.get("trade_status")
    number, amount = str(trade.get("trade_no", "")), fen_of(str(trade.get("total_amount", "0")))
    if trade.get("gmt_refund") or trade.get("refund_fee"):
        return [GatewayEvent("alipay", event_id, "refund.hint", key, amount, str(trade.get("out_biz_no", "")), number)]
    kind = "payment.captured" if status in PAID else "payment.closed" if status == CLOSED else ""
    return [GatewayEvent("alipay", event_id, kind, key, amount, "", number)] if kind else []


def _bill_lines(content: bytes) -> Iterator[str]:
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [entry for entry in archive.infolist() if not _is_summary(entry)]
            if len(names) != 1 or names[0].file_size > 100_000_000:
                raise BadStatement
            content = archive.read(names[0])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gbk")
    yield from (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))


def _is_summary(entry: zipfile.ZipInfo) -> bool:
    """The archive's other file; its name is GBK, which zip archives do not say."""
    name = entry.filename if entry.flag_bits & 0x800 else entry.filename.encode("cp437").decode("gbk", "replace")
    return "汇总" in name


def _stripped(row: Mapping[str, str]) -> dict[str, str]:
    """Its cells carry tabs, so that spreadsheets leave long numbers alone."""
    return {(name or "").strip(): (value or "").strip() for name, value in row.items()}


def _settled(row: Mapping[str, str]) -> SettledLine:
    kind = {"交易": "payment", "退款": "refund"}.get(row["业务类型"], "other")
    return SettledLine(
        kind=kind,
        transaction=row["支付宝交易号"],
        amount=fen_of(row["订单金额（元）"]),
        fee=-fen_of(row["服务费（元）"]),  # it is negative there: what it costs us
        payment_key=_uuid(row["商户订单号"]),
        refund_key=_uuid(row["退款批次号/请求号"]) if kind == "refund" else "",
        text=row.get("备注", ""),
    )


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def _day_of(row: Mapping[str, str]) -> date:
    return datetime.strptime(row["完成时间"], TIME).replace(tzinfo=BEIJING).date()
