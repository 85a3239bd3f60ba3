"""A gateway's daily file: every line finds its payment or refund, or becomes a difference."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from apps.common.errors import NotAllowed
from apps.ledger.services import balance
from apps.orders import services
from apps.orders.errors import BadStatement, StatementKnown
from apps.orders.gateways import GatewayEvent, sandbox_server
from apps.orders.models import PaymentAttempt, PaymentLeg, Refund, SandboxPayment, SettlementFile, WorkItem
from apps.orders.services.settlement import import_by_clerk, import_statement, unsettled
from tests.factories.accounts import make_staff
from tests.factories.orders import DEPOSIT, captured, make_order, reserved_order

pytestmark = pytest.mark.django_db
DAY = "2026-11-26"


def sandbox_file(*rows: str) -> bytes:
    return ("day,kind,transaction,payment,refund,amount,fee\n" + "".join(f"{DAY},{row}\n" for row in rows)).encode()


def done_refund(leg: PaymentLeg, amount: int) -> Refund:
    clerk = make_staff(permissions=("orders.refund_order",))
    refund = services.refund(leg=leg, amount=amount, reason="Sorry", user=clerk)
    event = GatewayEvent("sandbox", f"r{refund.pk}", "refund.done", str(leg.pk), amount, str(refund.pk))
    assert services.apply_event(event) == "refunded"
    return refund


def test_payments_refunds_fees_and_payouts_are_matched_and_booked() -> None:
    leg = reserved_order().legs.get(position=1)
    refund = done_refund(leg, 500)
    content = sandbox_file(
        f"payment,t1,{leg.pk},,{DEPOSIT},1200",
        f"refund,t2,{leg.pk},{refund.pk},-500,0",
        f"payout,p1,,,-{DEPOSIT - 500 - 1200},0",
    )
    file = import_statement(gateway_name="sandbox", content=content)
    assert list(file.lines.values_list("kind", "result")) == [
        ("payment", "matched"),
        ("refund", "matched"),
        ("payout", "noted"),
    ]
    assert (file.fees, file.paid_out, file.differences, str(file.day)) == (1200, DEPOSIT - 1700, 0, DAY)
    assert (balance("gateway:sandbox"), balance("bank"), balance("expense:gateway_fees")) == (0, DEPOSIT - 1700, 1200)
    assert not WorkItem.objects.exists()


def test_the_same_file_is_taken_once() -> None:
    leg = reserved_order().legs.get(position=1)
    content = sandbox_file(f"payment,t1,{leg.pk},,{DEPOSIT},1200")
    import_statement(gateway_name="sandbox", content=content)
    with pytest.raises(StatementKnown):
        import_statement(gateway_name="sandbox", content=content)
    assert (SettlementFile.objects.count(), balance("expense:gateway_fees")) == (1, 1200)


def test_every_difference_is_named_and_needs_a_person() -> None:
    paid, open_order = reserved_order(), make_order()
    leg = paid.legs.get(position=1)
    waiting = services.request_payment(order=open_order, base_url="http://testserver")
    refund = services.refund(leg=leg, amount=300, reason="Sorry", user=make_staff(permissions=("orders.refund_order",)))
    content = sandbox_file(
        f"payment,t1,{leg.pk},,{DEPOSIT - 1},0",
        f"payment,t2,{leg.pk},,{DEPOSIT},0",
        f"payment,t2,{leg.pk},,{DEPOSIT},0",
        f"payment,t3,{waiting.pk},,{DEPOSIT},0",
        f"refund,t4,{leg.pk},{refund.pk},-300,0",
        "payment,t5,11111111-1111-1111-1111-111111111111,,100,0",
        "refund,t6,,nonsense,-5,0",
    )
    file = import_statement(gateway_name="sandbox", content=content)
    results = list(file.lines.values_list("result", flat=True))
    assert results == ["amount", "matched", "repeated", "state", "state", "unknown", "unknown"]
    assert file.differences == 6
    assert set(WorkItem.objects.filter(closed_at=None, order__isnull=False).values_list("order__number", "kind")) == {
        (paid.number, "settlement"),
        (open_order.number, "settlement"),
    }
    assert WorkItem.objects.get(order=None).text.startswith("Settlement of Test gateway")


@pytest.mark.parametrize("gateway", ["sandbox", "alipay", "stripe", "lender"])
@pytest.mark.parametrize(
    "content", [b"", b"nonsense", b"\xff\xfe\x00", b"day,kind\n2026-11-26,payment\n", b"PK\x03\x04"]
)
def test_what_is_no_file_of_the_gateway_is_refused(gateway: str, content: bytes) -> None:
    with pytest.raises(BadStatement):
        import_statement(gateway_name=gateway, content=content)
    assert not SettlementFile.objects.exists()


def attempt_at(gateway: str, transaction: str) -> PaymentAttempt:
    """A payment of DEPOSIT that came by this gateway."""
    order = make_order()
    leg = services.request_payment(order=order, base_url="http://testserver")
    PaymentAttempt.objects.filter(pk=leg.pk).update(gateway=gateway)
    event = GatewayEvent(gateway, f"e{transaction}", "payment.captured", str(leg.pk), DEPOSIT, "", transaction)
    assert services.apply_event(event) == "reserved"
    return PaymentAttempt.objects.get(pk=leg.pk)


ALIPAY_HEAD = (
    "#支付宝业务明细查询\n#账号：[20885020000000000156]\n#起始日期：[2026年11月26日 00:00:00]\n"
    "#-----------------------------------------业务明细列表----------------------------------------\n"
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,"
    "支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,"
    "服务费（元）,分润（元）,备注\n"
)


def alipay_bill(attempt: PaymentAttempt, refund: Refund) -> str:
    number, trade = attempt.pk.hex, attempt.transaction
    common = "K1,2026-11-26 10:00:00,2026-11-26 10:00:05,,,,,*三(138***)"
    paid = f"{trade}\t,{number}\t,交易,{common},2000.00,2000.00,0,0,0,0,0,,0,0,,-12.00,0,\n"
    back = f"{trade}\t,{number}\t,退款,{common},-5.00,-5.00,0,0,0,0,0,,0,0,{refund.pk.hex}\t,0.00,0,退\n"
    return ALIPAY_HEAD + paid + back + "#-----业务明细列表结束-----\n#交易合计：1笔\n"


@pytest.mark.parametrize("form", ["gbk", "utf-8", "zip"])
def test_alipays_bill_is_read_in_its_own_form(form: str) -> None:
    attempt = attempt_at("alipay", "2026112622001400000000000001")
    refund = done_refund_at(attempt, 500)
    text = alipay_bill(attempt, refund)
    content = text.encode("utf-8" if form == "utf-8" else "gbk")
    if form == "zip":
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("20885020000000000156_20261126_业务明细.csv", content)
            archive.writestr("20885020000000000156_20261126_业务明细(汇总).csv", b"#")
        content = packed.getvalue()
    file = import_statement(gateway_name="alipay", content=content)
    assert list(file.lines.values_list("kind", "amount", "fee", "result")) == [
        ("payment", DEPOSIT, 1200, "matched"),
        ("refund", -500, 0, "matched"),
    ]
    assert (file.fees, str(file.day), balance("gateway:alipay")) == (1200, DAY, DEPOSIT - 500 - 1200)


def done_refund_at(attempt: PaymentAttempt, amount: int) -> Refund:
    leg = PaymentLeg.objects.get(pk=attempt.leg_id)
    clerk = make_staff(permissions=("orders.refund_order",))
    refund = services.refund(leg=leg, amount=amount, reason="Sorry", user=clerk)
    event = GatewayEvent(attempt.gateway, "r", "refund.done", str(attempt.pk), amount, str(refund.pk), "re_1")
    assert services.apply_event(event) == "refunded"
    return refund


def test_stripes_report_is_read_and_a_refund_is_known_by_its_own_name() -> None:
    attempt = attempt_at("stripe", "pi_1")
    refund = done_refund_at(attempt, 500)
    head = "balance_transaction_id,created_utc,available_on_utc,currency,gross,fee,net,reporting_category,source_id,description,payment_intent_id\n"
    rows = (
        "txn_1,2026-11-26 02:00:00,2026-11-28,cny,2000.00,68.00,1932.00,charge,ch_1,K1,pi_1\n"
        "txn_2,2026-11-26 03:00:00,2026-11-28,cny,-5.00,0.00,-5.00,refund,re_1,K1,pi_1\n"
        "txn_3,2026-11-26 04:00:00,2026-11-26,cny,-2.50,0.00,-2.50,fee,fee_1,Radar,\n"
        "txn_4,2026-11-26 05:00:00,2026-11-26,cny,-1900.00,0.00,-1900.00,payout,po_1,STRIPE PAYOUT,\n"
    )
    file = import_statement(gateway_name="stripe", content=(head + rows).encode())
    assert list(file.lines.values_list("kind", "result")) == [
        ("payment", "matched"),
        ("refund", "matched"),
        ("fee", "noted"),
        ("payout", "noted"),
    ]
    assert file.lines.get(position=2).refund == refund
    assert (file.fees, file.paid_out, balance("bank")) == (7050, 190000, 190000)
    assert balance("gateway:stripe") == DEPOSIT - 500 - 7050 - 190000


def test_the_sandbox_hands_out_its_own_file(tmp_path: Path) -> None:
    order = make_order()
    services.request_payment(order=order, base_url="http://testserver")
    sandbox_server.pay(payment_id=SandboxPayment.objects.get().pk, outcome="duplicate")
    services.apply_event(captured(order.legs.get(position=1)))
    path = tmp_path / "day.csv"
    path.write_bytes(sandbox_server.statement(timezone.localdate()))
    call_command("settlement_import", "sandbox", str(path))
    file = SettlementFile.objects.get()
    assert (file.lines.count(), file.differences, file.fees) == (2, 0, DEPOSIT * 6 // 1000)
    with pytest.raises(CommandError, match="1 of 1"):
        call_command("settlement_import", "sandbox", str(path))


def test_a_payment_that_no_file_shows_is_found() -> None:
    first, second = (reserved_order().legs.get(position=1) for _ in range(2))
    now = timezone.now()
    PaymentLeg.objects.update(captured_at=None)
    PaymentLeg.objects.filter(pk__in=[first.pk, second.pk]).update(captured_at=now - timedelta(days=2))
    days = [(now - timedelta(days=back)).date() for back in (3, 0)]
    row = f"payment,t,{first.pk},,{DEPOSIT},0"
    for day, rows in zip(days, ([row], ["other,x,,,1,0"]), strict=True):
        import_statement(gateway_name="sandbox", content=sandbox_file(*rows).replace(DAY.encode(), str(day).encode()))
    assert list(unsettled("sandbox")) == [second]


def test_a_clerk_with_the_permission_uploads_and_others_do_not(client: Client) -> None:
    leg = reserved_order().legs.get(position=1)
    content = sandbox_file(f"payment,t1,{leg.pk},,{DEPOSIT},1200")
    with pytest.raises(NotAllowed):
        import_by_clerk(gateway_name="sandbox", content=content, name="x", user=make_staff())
    address = "/admin/orders/settlementfile/upload/"
    client.force_login(make_staff(permissions=("orders.view_settlementfile",)))
    assert client.get(address).status_code == 403
    client.force_login(make_staff(permissions=("orders.view_settlementfile", "orders.import_settlement")))
    assert client.get(address).status_code == 200
    sent = {"gateway": "sandbox", "file": SimpleUploadedFile("day.csv", content)}
    answer = client.post(address, sent, follow=True)
    assert answer.status_code == 200
    assert (SettlementFile.objects.get().name, "differences: 0" in answer.content.decode()) == ("day.csv", True)
    again = client.post(address, {"gateway": "sandbox", "file": SimpleUploadedFile("day.csv", content)})
    assert (again.status_code, "imported before" in again.content.decode()) == (422, True)
