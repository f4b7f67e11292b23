"""The guard at the socket: which addresses must never be visited, and the only place that opens a socket.

It sees the final socket address, so spellings (2130706433, 0x7f.1), redirects, literals and a resolver that
changes its mind between two answers (DNS rebinding) all end here, and only the address it saw is connected to.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

Network = IPv4Network | IPv6Network

# Addresses that the ipaddress module calls global although no public body can live there.
_FORBIDDEN_V4 = (
    (IPv4Network("192.88.99.0/24"), "6to4 relay"),  # RFC 7526
    (IPv4Network("168.63.129.16/32"), "cloud host service"),  # Azure's wire server: a public number, a private service
    (IPv4Network("192.0.0.0/24"), "special use"),  # RFC 6890; a metadata service lives at .192
)
_UNICAST_V6 = IPv6Network("2000::/3")  # RFC 4291 section 2.4: everything else is local, reserved or multicast
_FORBIDDEN_V6 = (
    (IPv6Network("2001::/23"), "special use"),  # RFC 2928, Teredo and ORCHID among it
    (IPv6Network("2001:db8::/32"), "documentation"),
    (IPv6Network("2002::/16"), "6to4"),  # RFC 3056: carries any IPv4 address
    (IPv6Network("3fff::/20"), "documentation"),  # RFC 9637
)
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214 section 6.1


def forbidden(address: IPv4Address | IPv6Address, allowed: Iterable[Network] = ()) -> str | None:
    """Why this address must not be visited, in a word or two, or None where it may be."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address.version == network.version and address in network for network in allowed):
        return None
    return _forbidden_v4(address) if isinstance(address, IPv4Address) else _forbidden_v6(address, allowed)


def _forbidden_v4(address: IPv4Address) -> str | None:
    for word in ("loopback", "link_local", "multicast", "unspecified", "private", "reserved"):
        if getattr(address, f"is_{word}"):
            return word.replace("_", "-")
    for network, word in _FORBIDDEN_V4:
        if address in network:
            return word
    return None if address.is_global else "not public"  # shared address space (RFC 6598) among others


def _forbidden_v6(address: IPv6Address, allowed: Iterable[Network]) -> str | None:
    if address in _NAT64:
        return forbidden(IPv4Address(int(address) & 0xFFFFFFFF), allowed)
    for word in ("loopback", "link_local", "multicast", "unspecified", "site_local"):
        if getattr(address, f"is_{word}"):
            return word.replace("_", "-")
    if address not in _UNICAST_V6:
        return "not public"
    for network, word in _FORBIDDEN_V6:
        if address in network:
            return word
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return forbidden(IPv4Address(int(address) & 0xFFFFFFFF), allowed)
    return None


class ForbiddenSocket(OSError):
    """Raised where a socket would open to a forbidden address. An OSError, so that a second, good address is tried."""

    def __init__(self) -> None:
        super().__init__("forbidden address")


class Guard:
    """Opens sockets to permitted addresses only."""

    def __init__(self, allowed: Iterable[Network] = ()) -> None:
        self.allowed = tuple(allowed)

    def refuses(self, host: str) -> str | None:
        """Why a numeric host must not be visited, or None. ValueError where `host` is a name."""
        return forbidden(ip_address(host.partition("%")[0]), self.allowed)

    def inside(self, host: str) -> bool:
        """True for a numeric host in the networks that the operator opened by hand."""
        address = ip_address(host.partition("%")[0])
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        real = mapped or address
        return any(real.version == network.version and real in network for network in self.allowed)

    def open(self, addr_info: tuple[Any, ...]) -> socket.socket:
        """A socket for one getaddrinfo tuple, or ForbiddenSocket before anything is sent."""
        family, kind, protocol, _name, address = addr_info
        if family not in (socket.AF_INET, socket.AF_INET6) or self.refuses(address[0]) is not None:
            raise ForbiddenSocket
        return socket.socket(family=family, type=kind, proto=protocol)
