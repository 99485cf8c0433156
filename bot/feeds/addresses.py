"""Addresses: which ones a feed may have, how they are shown, and the key under which a link is known.

No library makes canonical links safely: strict filters merge different stories by dropping `q`, `v` or `newsid`. So only
parameters that are known to track are dropped.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

__all__ = ["canonical_link", "feed_address_problem", "shown"]

TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|igshid|igsh|mc_cid|mc_eid|_hsenc|_hsmi|mkt_tok"
    r"|at_(?:medium|campaign|custom\d|link\w*|ptr\w*|bbc\w*|format)|ns_\w+|wt_zmc|cmpid|ocid|ito|xtor|traffic_source|feedname|ref_src|smid",
    re.IGNORECASE,
)
PORTS = {"http": 80, "https": 443}


def canonical_link(url: str) -> str | None:
    """Return the key of a link, or None where it is no web address.

    Scheme and host in small letters and http as https, no default port, no fragment, no tracking parameters; everything else
    as it is. A single slash at the end does not count.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in PORTS or not parts.hostname:
        return None
    host = parts.hostname.lower().removeprefix("www.")
    if port and port != PORTS[parts.scheme]:
        host = f"{host}:{port}"
    kept = [pair for pair in parts.query.split("&") if pair and not TRACKING.fullmatch(pair.split("=")[0])]
    return urlunsplit(("https", host, parts.path.rstrip("/") or "/", "&".join(kept), ""))


def feed_address_problem(url: str) -> str | None:
    """Return what is wrong with a feed's address, or None."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        return str(error)
    if parts.scheme not in PORTS:
        return "it must begin with http:// or https://"
    if not parts.hostname:
        return "it names no host"
    if re.search(r"\s", url):
        return "it holds white space"
    return None


def shown(url: str) -> str:
    """Return an address fit for logs and errors: no user, no password, no query, which may hold keys."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an address that cannot be read"
    return f"{parts.scheme}://{host}{port}{parts.path}"
