"""Where webhooks may be sent: nobody makes us knock at doors inside our own network."""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from apps.outbox.errors import AddressRefused

_NAT64 = ip_network("64:ff9b::/96")
Ip = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart: whether it is encrypted, the host's name and port, and the path with its query."""

    secure: bool
    host: str
    port: int
    path: str


def read(url: str, *, loopback: bool) -> Target:
    """Take an address apart. Plain http is for this machine only, and only where ``loopback`` allows it.

    Raises:
        AddressRefused: not https, with credentials or a fragment, or plainly inside a network. Nothing is looked up.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise _refused("host") from error
    if parts.scheme not in ("https", "http") or any(ord(letter) <= 32 or ord(letter) == 127 for letter in url):
        raise _refused("scheme")
    if "@" in parts.netloc or parts.fragment:
        raise _refused("credentials")
    if not host or "%" in host or port == 0:
        raise _refused("host")
    here = _is_loopback_name(host)
    if not (here and loopback):
        literal = _literal(host)
        if here or ("." not in host and literal is None) or (literal is not None and not is_public(literal)):
            raise _refused("private")
        if parts.scheme == "http":
            raise _refused("scheme")
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(
        secure, host.encode("idna").decode() if _literal(host) is None else host, port or (443 if secure else 80), path
    )


def resolve(target: Target, *, loopback: bool) -> str:
    """The one IP address to connect to; it is not looked up a second time, so it cannot change in between.

    Raises:
        AddressRefused: unknown, or any of its addresses is not public.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _refused("unresolved") from error
    addresses = [ip_address(str(row[4][0]).split("%")[0]) for row in found]
    may_be_here = loopback and _is_loopback_name(target.host)
    if not addresses or not all(is_public(one) or (may_be_here and one.is_loopback) for one in addresses):
        raise _refused("private")
    return str(addresses[0])


def is_public(address: Ip) -> bool:
    """Whether this is an address of the public internet, also behind the ways in which IPv6 carries IPv4."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast


def _literal(host: str) -> Ip | None:
    """The address that a host is written as, in any of the spellings that resolvers understand (127.1, 0x7f000001)."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


def _is_loopback_name(host: str) -> bool:
    literal = _literal(host)
    if literal is not None:
        return literal.is_loopback
    return host.lower() == "localhost" or host.lower().endswith(".localhost")


def _refused(reason: str) -> AddressRefused:
    return AddressRefused(field="url", extra={"reason": reason})
