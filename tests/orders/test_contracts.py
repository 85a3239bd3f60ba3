"""The signed contract: its terms for ever, its file in the buyer's language, and who gets it."""

import re
import zlib
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from apps.orders import contract_pdf, services
from apps.orders.models import Contract, Order
from apps.orders.services import Contact
from apps.orders.services.contracts import Tampered, pdf_of, render_due
from apps.orders.services.signing import hash_of
from tests.factories.accounts import make_staff, make_user
from tests.factories.orders import CONTACT, make_order, pay, sign, signed_order
from tests.orders.test_changing import build_of
from tests.orders.test_order_page import guest_of

pytestmark = pytest.mark.django_db
SIGNED: dict[str, Any] = {"signature": "Li Lei", "accept_fees": True, "id_consent": True}


ESCAPES = {b"r": b"\r", b"n": b"\n", b"t": b"\t"}


def streams_of(pdf: bytes) -> list[bytes]:
    # Compressed bytes may end in a carriage return: it is theirs.
    found = re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
    return [zlib.decompress(one) if one[:1] == b"x" else one for one in found]


def text_of(pdf: bytes) -> str:
    """What a PDF says, by the map from glyphs to characters that it carries for copying and reading aloud."""
    streams = streams_of(pdf)
    pairs = [pair for one in streams for pair in re.findall(rb"\n<([0-9A-F]{4})> <([0-9A-F]{4,8})>", one)]
    glyphs = {int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in pairs}
    assert glyphs
    said = []
    for stream in (one for one in streams if b" Tf" in one):
        for line in re.findall(rb"BT(.*?)ET\n", stream, re.DOTALL):
            for shown in re.findall(rb"\(((?:\\.|[^\\)])*)\)", line, re.DOTALL):
                plain = re.sub(rb"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), shown, flags=re.DOTALL)
                codes = [int.from_bytes(plain[at : at + 2]) for at in range(0, len(plain), 2)]
                said.append("".join(glyphs.get(code, "?") for code in codes))
            said.append("\n")
    return "".join(said)


def chinese_contract() -> Contract:
    order = make_order(language="zh-hans", contact=Contact("王玥", CONTACT.phone, CONTACT.email), city="上海")
    pay(order)
    services.sign(order=order, **SIGNED | {"signature": "王玥"})
    return order.contracts.get()


def test_signing_keeps_the_terms_and_their_hash() -> None:
    order = signed_order()
    contract = order.contracts.get()
    assert contract.sha256 == order.contract_hash == hash_of(contract.data)
    assert set(contract.data) >= {
        "lines",
        "trace",
        "terms",
        "fees",
        "city",
        "region",
        "invoice",
        "total",
        "buyer",
        "delay",
    }
    Order.objects.filter(pk=order.pk).update(name="Mallory")
    order.lines.update(name_en="Something else")
    contract.refresh_from_db()
    assert contract.sha256 == hash_of(contract.data)


def test_the_file_says_all_of_it_in_english() -> None:
    contract = signed_order().contracts.get()
    pdf = pdf_of(contract)
    assert pdf.startswith(b"%PDF-1.")
    text = text_of(pdf).replace("\n", " ")
    for part in (
        "Purchase contract",
        "Li Lei",
        "¥90,000",
        "What cancelling costs",
        "¥900",
        "16-inch",
        contract.sha256[:20],
    ):
        assert part in text, (part, text)


def test_the_file_is_in_the_buyers_language_with_its_characters() -> None:
    contract = chinese_contract()
    text = text_of(pdf_of(contract)).replace("\n", "")
    for part in ("购车合同", "王玥", "上海", "车漆", "蓝色", "取消"):
        assert part in text, (part, text)
    assert "?" not in text


def test_the_same_contract_is_the_same_file_and_is_made_once() -> None:
    contract = signed_order().contracts.get()
    assert render_due() == 1
    contract.refresh_from_db()
    first = bytes(contract.pdf or b"")
    assert render_due() == 0
    assert pdf_of(contract) == first
    again = contract_pdf.render(
        contract_pdf.Signed(contract.data, contract.sha256, contract.signature, contract.signed_at, contract.language)
    )
    assert again == first


def test_terms_that_were_tampered_with_are_not_printed() -> None:
    contract = signed_order().contracts.get()
    with connection.cursor() as cursor:  # whoever may switch off the triggers
        cursor.execute("SET session_replication_role = replica")
        Contract.objects.filter(pk=contract.pk).update(data=contract.data | {"total": 1})
        cursor.execute("SET session_replication_role = origin")
    contract.refresh_from_db()
    with pytest.raises(Tampered):
        pdf_of(contract)
    assert render_due() == 0


def test_a_second_contract_says_what_is_different_and_the_first_stays() -> None:
    order = signed_order()
    first = pdf_of(order.contracts.get())
    services.change(order=order, build=build_of(), **SIGNED)
    second = order.contracts.get(seq=2)
    text = text_of(pdf_of(second)).replace("\n", " ")
    assert "What is different from the contract before" in text
    assert "Red (¥2,000)" in text
    assert bytes(order.contracts.get(seq=1).pdf or b"") == first
    page = guest_of(order).get(f"/orders/{order.number}/").content.decode()
    assert page.count("Contract, signed by") == 2
    assert f"/orders/{order.number}/contracts/2/" in page


def test_the_buyer_alone_gets_it() -> None:
    owner = make_user()
    order = signed_order(user=owner)
    address = f"/orders/{order.number}/contracts/1/"
    client = Client()
    assert client.get(address).status_code == 404
    client.force_login(make_user())
    assert client.get(address).status_code == 404
    client.force_login(owner)
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"] == f'attachment; filename="kaiche-{order.number}-1.pdf"'
    assert "no-store" in answer["Cache-Control"]
    assert client.get(f"/orders/{order.number}/contracts/2/").status_code == 404
    assert client.post(address).status_code == 405


def test_a_guest_gets_it_by_the_token() -> None:
    order = signed_order()
    assert guest_of(order).get(f"/orders/{order.number}/contracts/1/").status_code == 200
    assert guest_of(signed_order()).get(f"/orders/{order.number}/contracts/1/").status_code == 404


def test_of_the_back_office_only_who_may_see_contracts() -> None:
    contract = signed_order().contracts.get()
    address = f"/orders/contracts/{contract.pk}/file/"
    for user in (None, make_user(), make_staff(), make_staff(permissions=("orders.view_order",))):
        client = Client()
        if user is not None:
            client.force_login(user)
        assert client.get(address).status_code == 404
    clerk = Client()
    clerk.force_login(make_staff(permissions=("orders.view_contract",)))
    assert clerk.get(address)["Content-Type"] == "application/pdf"
    assert clerk.get("/orders/contracts/999999/file/").status_code == 404


def test_programs_get_terms_and_file() -> None:
    order = signed_order()
    client = APIClient(headers={"X-Order-Token": order.token})
    base = f"/api/v1/orders/{order.number}/contracts/"
    [row] = client.get(base).json()
    assert hash_of(row["terms"]) == row["sha256"] == order.contract_hash
    answer = client.get(f"{base}1/pdf/", headers={"Accept": "application/pdf"})
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
    assert client.get(f"{base}1/pdf/").content[:5] == b"%PDF-"
    assert client.get(f"{base}7/pdf/").status_code == 404
    stranger = APIClient()
    for path in (base, f"{base}1/pdf/"):
        assert stranger.get(path).status_code == 404


def test_an_unsigned_order_has_no_contract() -> None:
    order = make_order()
    pay(order)
    assert not order.contracts.exists()
    assert (
        APIClient(headers={"X-Order-Token": order.token}).get(f"/api/v1/orders/{order.number}/contracts/").json() == []
    )
    sign(order)
    assert order.contracts.count() == 1


def test_a_short_table_goes_to_the_next_page_with_its_heading() -> None:
    contract = signed_order().contracts.get()
    paper = contract_pdf._Paper(
        contract_pdf.Signed(contract.data, contract.sha256, contract.signature, contract.signed_at, contract.language)
    )
    paper.set_y(paper.page_break_trigger - 45)
    paper.heading("Two rows have room here", together=2)
    assert paper.page == 1
    paper.heading("Five do not", together=5)
    assert paper.page == 2
