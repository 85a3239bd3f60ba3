"""Where webhooks may go, and where nobody makes us knock."""

from ipaddress import ip_address

import pytest

from apps.outbox import addresses, sending
from apps.outbox.errors import AddressRefused
from tests.outbox.receiving import receiver


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.com/hook", "scheme"),
        ("ftp://example.com/", "scheme"),
        ("https://example.com/a b", "scheme"),
        ("https://user:pw@example.com/", "credentials"),
        ("https://example.com/#x", "credentials"),
        ("https://", "host"),
        ("https://example.com:99999/", "host"),
        ("https://example.com:0/", "host"),
        ("https://[::1", "host"),
        ("https://localhost/", "private"),
        ("https://x.localhost/", "private"),
        ("https://intranet/", "private"),
        ("https://127.0.0.1/", "private"),
        ("https://127.1/", "private"),
        ("https://2130706433/", "private"),
        ("https://0x7f000001/", "private"),
        ("https://0177.0.0.1/", "private"),
        ("https://10.0.0.8/", "private"),
        ("https://192.168.1.1/", "private"),
        ("https://172.16.0.1/", "private"),
        ("https://169.254.169.254/latest/meta-data/", "private"),
        ("https://100.64.0.1/", "private"),
        ("https://0.0.0.0/", "private"),
        ("https://224.0.0.1/", "private"),
        ("https://[::1]/", "private"),
        ("https://[fe80::1]/", "private"),
        ("https://[fd00::1]/", "private"),
        ("https://[::ffff:127.0.0.1]/", "private"),
        ("https://[64:ff9b::7f00:1]/", "private"),
        ("https://[2002:7f00:1::]/", "private"),
    ],
)
def test_what_is_not_plainly_public_is_refused(url: str, reason: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        addresses.read(url, loopback=False)
    assert (refused.value.extra["reason"], refused.value.field) == (reason, "url")


def test_a_public_address_is_taken_apart() -> None:
    target = addresses.read("https://hooks.Example.com:8443/in/?a=1", loopback=False)
    assert (target.secure, target.host, target.port, target.path) == (True, "hooks.example.com", 8443, "/in/?a=1")
    assert addresses.read("https://münchen.example/", loopback=False).host == "xn--mnchen-3ya.example"


@pytest.mark.parametrize("url", ["https://10.0.0.8/", "http://example.com/", "http://192.168.0.1/"])
def test_this_machine_alone_is_an_exception(url: str) -> None:
    assert addresses.read("http://127.0.0.1:8000/x", loopback=True).port == 8000
    with pytest.raises(AddressRefused):
        addresses.read(url, loopback=True)


def test_a_name_that_leads_inside_is_refused_when_it_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def lookup(host: str, port: int, **_: object) -> list[object]:
        return [(2, 1, 6, "", ("93.184.216.34", port)), (2, 1, 6, "", ("10.0.0.8", port))]

    monkeypatch.setattr("socket.getaddrinfo", lookup)
    answer = sending.post("https://rebinding.example/", b"{}", {}, loopback=True)
    assert (answer.taken, answer.text) == (False, "address refused: private")


@pytest.mark.parametrize(
    ("address", "public"), [("93.184.216.34", True), ("2606:2800:220:1::1", True), ("64:ff9b::5db8:d822", True)]
)
def test_public_addresses_are_public(address: str, public: bool) -> None:
    assert addresses.is_public(ip_address(address)) is public


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    with receiver(302) as (kind, url):
        answer = sending.post(url, b"{}", {}, loopback=True)
        assert (answer.taken, answer.text, len(kind.got)) == (False, "302", 1)


def test_who_answers_a_byte_now_and_then_does_not_keep_us() -> None:
    with receiver(drip=True) as (_kind, url):
        answer = sending.post(url, b"{}", {}, loopback=True, deadline_s=0.5)
    assert not answer.taken
    assert 400 <= answer.took_ms < 4000


def test_nobody_there_is_an_answer() -> None:
    answer = sending.post("http://127.0.0.1:9/", b"{}", {}, loopback=True)
    assert (answer.taken, answer.text) == (False, "ConnectionRefusedError")
