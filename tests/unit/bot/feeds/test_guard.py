from __future__ import annotations

import socket

import pytest

from bot.feeds.guard import PrivateAddress, guarded_socket, is_public, may_be_public

CLOSED = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.0.0.53 127.255.255.255 168.63.129.16
169.254.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255
198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1
64:ff9b::127.0.0.1 64:ff9b::a00:1 64:ff9b::169.254.169.254 64:ff9b:1::1 100::1 2001::1 2001:0:7f00:1::1 2001:2::1 2001:10::1
2001:20::1 2001:db8::1 2002:7f00:1::1 2002:a00:1::1 2002:808:808::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fdff::1 fe80::1
fe80::1%eth0 febf::1 fec0::1 ff02::1 ff0e::1 2606:4700::1%eth0
""".split()  # noqa: SIM905 - a list of strings reads worse
OPEN = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 168.63.129.15 169.253.255.255
172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255
2000::1 2001:200::1 2001:4860:4860::8888 2606:4700:4700::1111 2a00:1450:4001::1 3ffe::1 64:ff9b::808:808
""".split()  # noqa: SIM905 - a list of strings reads worse
NO_ADDRESS = [
    "",
    "localhost",
    "127.1",
    "2130706433",
    "0x7f.1",
    "0177.0.0.1",
    "127.0.0.1 ",
    "١٢٧.٠.٠.١",
    "1.1.1.1/32",
    "[::1]",
]


@pytest.mark.parametrize("address", CLOSED)
def test_a_private_or_special_address_is_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OPEN)
def test_a_public_address_passes(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("text", NO_ADDRESS)
def test_what_is_no_address_is_refused(text: str) -> None:
    assert not is_public(text)


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(set(CLOSED)) >= 33


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1"])
def test_no_socket_is_made_for_a_private_address(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with pytest.raises(PrivateAddress):
        guarded_socket((family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, 80)))


@pytest.mark.parametrize("name", ["news.example", "NEWS.example.", "xn--mgbx5cf.example", "a.b.c.example"])
def test_a_name_with_a_public_ending_may_be_left_to_a_proxy(name: str) -> None:
    assert may_be_public(name)


@pytest.mark.parametrize(
    "name",
    [
        "localhost",
        "localhost.",
        "a.localhost",
        "router",
        "db.internal",
        "nas.local",
        "127.1",
        "0x7f.0x1",
        "1.0.0.127.in-addr.arpa",
        "",
    ],
)
def test_a_name_of_an_inner_network_is_not_left_to_a_proxy(name: str) -> None:
    assert not may_be_public(name)
