"""No address of a private, local or special kind is ever connected to, however it is spelled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given
from hypothesis import strategies as st

from watcher.errors import FetchError, ForbiddenAddress
from watcher.model import Request
from watcher.net import Door, forbidden
from watcher.net.guard import ForbiddenSocket, Guard

HERE = (ip_network("127.0.0.1/32"),)

FORBIDDEN = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.255",
    "100.100.100.200",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "168.63.129.16",
    "192.88.99.1",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "fe80::1",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "100::1",
    "2001:db8::1",
    "2001:0:1::1",
    "2002:7f00:1::",
    "2002:808:808::",
    "3fff::1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2607:f8b0::5efe:7f00:1",
    "5f00::1",
    "4000::1",
]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_special_addresses_are_forbidden(address: str) -> None:
    assert forbidden(ip_address(address)) is not None


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "64.166.146.245",
        "100.63.255.255",
        "100.128.0.1",
        "2607:f8b0:4004::1",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
    ],
)
def test_public_addresses_are_permitted(address: str) -> None:
    assert forbidden(ip_address(address)) is None


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_in_each_of_its_ipv6_dresses(address: IPv4Address) -> None:
    verdict = forbidden(address)
    assert forbidden(IPv6Address(f"::ffff:{address}")) == verdict
    assert forbidden(IPv6Address(f"64:ff9b::{address}")) == verdict


def test_opened_networks_are_permitted_and_nothing_beside_them() -> None:
    assert forbidden(ip_address("127.0.0.1"), HERE) is None
    assert forbidden(ip_address("::ffff:127.0.0.1"), HERE) is None
    assert forbidden(ip_address("127.0.0.2"), HERE) is not None
    assert forbidden(ip_address("::1"), HERE) is not None


@pytest.mark.parametrize("address", FORBIDDEN)
def test_the_guard_opens_no_socket_to_a_forbidden_address(address: str) -> None:
    family = 2 if ip_address(address).version == 4 else 10
    with pytest.raises(ForbiddenSocket):
        Guard().open((family, 1, 6, "", (address, 80)))


@pytest.fixture
async def knocks() -> AsyncIterator[tuple[int, list[object]]]:
    """A port on 127.0.0.1 and the list of connections made to it."""
    seen: list[object] = []

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(writer.get_extra_info("peername"))
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], seen


SPELLINGS = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f.1",
    "0x7f000001",
    "0177.0.0.1",
    "017700000001",
    "127.000.000.001",
    "0.0.0.0",
    "0",
    "localhost",
    "LOCALHOST.",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[fe80::1%25lo]",
    "169.254.169.254",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "127.0.0.1.",
]


@pytest.mark.parametrize("host", SPELLINGS)
async def test_no_spelling_of_a_local_address_is_connected_to(host: str, knocks: tuple[int, list[object]]) -> None:
    port, seen = knocks
    async with Door() as door:
        with pytest.raises(FetchError) as caught:
            await door.send(Request(f"http://{host}:{port}/"))
    assert isinstance(caught.value, ForbiddenAddress) or caught.value.reason == "unreachable"
    assert seen == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1", "169.254.169.254"])
async def test_a_forbidden_address_is_named_so(host: str, knocks: tuple[int, list[object]]) -> None:
    async with Door() as door:
        with pytest.raises(ForbiddenAddress) as caught:
            await door.send(Request(f"http://{host}:{knocks[0]}/"))
    assert caught.value.reason == "forbidden_address"
    assert caught.value.permanent


async def test_the_guard_does_let_an_opened_network_in(knocks: tuple[int, list[object]]) -> None:
    async with Door(None, HERE) as door:
        assert (await door.send(Request(f"http://127.0.0.1:{knocks[0]}/"))).body == b"hi"
        assert (await door.send(Request(f"http://localhost:{knocks[0]}/"))).body == b"hi"
    assert len(knocks[1]) == 2


class Turncoat(AbstractResolver):
    """Gives another answer each time it is asked: DNS rebinding."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        addresses = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        return [
            ResolveResult(hostname=host, host=address, port=port, family=2, proto=6, flags=0) for address in addresses
        ]

    async def close(self) -> None:
        pass


@pytest.mark.parametrize(
    "answers",
    [
        (["127.0.0.1"],),
        (["192.0.2.1"], ["127.0.0.1"]),
        (["192.0.2.1", "127.0.0.1"],),
        (["127.0.0.1", "192.0.2.1"],),
    ],
)
async def test_a_name_that_turns_to_a_local_address_is_not_followed(
    answers: tuple[list[str], ...], knocks: tuple[int, list[object]]
) -> None:
    async with Door(resolver=Turncoat(*answers)) as door:
        for _ in range(3):
            with pytest.raises(ForbiddenAddress):
                await door.send(Request(f"http://rebind.example:{knocks[0]}/"))
    assert knocks[1] == []


async def test_of_several_addresses_only_the_vetted_one_is_connected_to(knocks: tuple[int, list[object]]) -> None:
    """The name leads to a forbidden and an opened address: the answer comes from the opened one."""
    async with Door(None, HERE, resolver=Turncoat(["127.0.0.2", "127.0.0.1"])) as door:
        assert (await door.send(Request(f"http://two.example:{knocks[0]}/"))).body == b"hi"


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://x.gov/",
        "gopher://x.gov/",
        "http://",
        "http:///path",
        "//x.gov/",
        "",
        "http://user:hunter2@x.gov/",
        "http://x.gov@127.0.0.1/",
        "http://x.gov\\@127.0.0.1/",
        "http://x.gov/\r\nHost: y",
        "http://[::1/",
        "http://x.gov:99999/",
        "http://x.gov:0/",
        "unix:///var/run/docker.sock",
    ],
)
async def test_only_plain_http_addresses_are_asked(url: str) -> None:
    async with Door() as door:
        with pytest.raises(ForbiddenAddress) as caught:
            await door.send(Request(url))
    assert "hunter2" not in str(caught.value) + caught.value.url


async def test_proxy_variables_do_not_lead_around_the_guard(
    monkeypatch: pytest.MonkeyPatch, knocks: tuple[int, list[object]]
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{knocks[0]}")
    async with Door() as door:
        with pytest.raises(FetchError):
            await door.send(Request("http://169.254.169.254/latest/meta-data/"))
    assert knocks[1] == []
