"""The guard against private addresses: it sees each socket's address, so that no literal, redirect or DNS answer gets past it.

A guard in the resolver alone lets IP literals through; one in `socket_factory` let none of eleven forms through. The tables
are our own: `ipaddress.is_global` alone passes 8 of 33 bad addresses, and answers differently from one Python to the next.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import Any

__all__ = ["PrivateAddress", "guarded_socket", "is_public", "may_be_public", "plain_socket"]

AddrInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]
"""What `getaddrinfo` gives for one address."""

# The IANA registry of special-purpose addresses for IPv4, and what clouds answer on inside public space.
CLOSED_V4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's own server of metadata
        "169.254.0.0/16",  # link-local, and metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
)
# Of IPv6 only this block is handed out as global unicast; loopback, link-local, unique local, site-local, multicast,
# IPv4-mapped, IPv4-compatible and IPv4-translated addresses all lie outside of it.
OPEN_V6 = ipaddress.IPv6Network("2000::/3")
CLOSED_V6 = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, Teredo and ORCHID among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which carries an IPv4 address
        "3fff::/20",  # documentation
    )
)
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""Where a network has only IPv6, this prefix leads to the IPv4 address in the last 32 bits; that one is judged."""

INNER = frozenset(
    {"localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "arpa", "test", "invalid"}
)
"""Last labels that lead to no public host: RFC 6761, RFC 6762, and what people call their own networks."""


class PrivateAddress(OSError):
    """The connection would leave for an address that is not public. An OSError, so that aiohttp tries the next one."""

    def __init__(self) -> None:
        # The same words for each address: of a host's refusals the connector keeps the type only when all read alike.
        super().__init__("not a public address")


def is_public(address: str) -> bool:
    """Tell whether an address belongs to the public internet; what is no address does not."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found in NAT64:
            return _is_open_v4(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF))
        return found in OPEN_V6 and found.scope_id is None and not any(found in network for network in CLOSED_V6)
    return _is_open_v4(found)


def may_be_public(host: str) -> bool:
    """Tell whether a name that cannot be looked up here may lead to a public host: for a proxy that looks it up itself."""
    labels = host.rstrip(".").lower().split(".")
    return len(labels) > 1 and labels[-1] not in INNER and re.match(r"\d|0x", labels[-1]) is None


def guarded_socket(info: AddrInfo) -> socket.socket:
    """Return a socket for a public address; raise `PrivateAddress` for any other."""
    if not is_public(str(info[4][0])):
        raise PrivateAddress
    return plain_socket(info)


def plain_socket(info: AddrInfo) -> socket.socket:
    """Return a socket for any address: for hosts that the configuration lists."""
    family, kind, protocol, *_ = info
    return socket.socket(family=family, type=kind, proto=protocol)


def _is_open_v4(address: ipaddress.IPv4Address) -> bool:
    return not any(address in network for network in CLOSED_V4)
