"""Addresses: which ones a feed may have, how they are sent and shown, and the key under which a link is known.

No library makes canonical links safely: strict filters merge different stories by dropping `q`, `v` or `newsid`. So only
parameters that are known to track are dropped.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit, urlunsplit

__all__ = ["canonical_link", "feed_address_problem", "host_key", "joined", "requested", "shown", "without_user"]

TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|gad_source|gad_campaignid|srsltid|msclkid|yclid|ymclid|ysclid|twclid|ttclid"
    r"|li_fat_id|igshid|igsh|mibextid|sfnsn|epik|_ga|_gl|__twitter_impression|__cf_chl_\w+|fb_(?:action_ids|action_types|ref|source)"
    r"|mc_[ce]id|_hsenc|_hsmi|__hs(?:tc|sc|fp)|hsctatracking|mkt_tok|vero_(?:id|conv)|oly_(?:anon|enc)_id|(?:pk|piwik|mtm|matomo)_\w+"
    r"|at_(?:medium|campaign|custom\d|link\w*|ptr\w*|bbc\w*|format)|ns_(?:mchannel|source|campaign|linkname|fee)|wt_zmc|cmpid|ocid|ito"
    r"|xtor|traffic_source|feedname|feedtype|ref_src|ref_url|smid",
    re.IGNORECASE,
)
PORTS = {"http": 80, "https": 443}
SENT_AS_IT_IS = "!#$%&'()*+,-./:;=?@[]_~"
"""What stays itself on the wire, beside letters and digits: all that RFC 3986 lets stand, `%` with it."""
UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
ROUTES_IN_FRAGMENT = ("!", "/")
"""`#!/news/7` and `#/news/7` name a page; other fragments name a place in it."""
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\u00ad\ufeff]")
"""Zero-width characters, bidi marks, the soft hyphen and the byte order mark: pasted along, and seen by nobody."""
SHOWN_LENGTH = 200


def canonical_link(url: str) -> str | None:
    """Return the key of a link, or None where it is no web address.

    Scheme and host in small letters and http as https, no ``www.``, no default port, no user, no fragment but a route, no
    tracking parameters, Arabic letters and their escapes alike; everything else as it is. A slash at the end does not count.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        host = host_key(parts.hostname or "")
    except ValueError:
        return None
    if parts.scheme not in PORTS or not host:
        return None
    host = _bracketed(host.removeprefix("www."))
    if port and port != PORTS[parts.scheme]:
        host = f"{host}:{port}"
    kept = [pair for pair in parts.query.split("&") if pair and not TRACKING.fullmatch(pair.split("=")[0])]
    fragment = parts.fragment if parts.fragment.startswith(ROUTES_IN_FRAGMENT) else ""
    path = _one_spelling(parts.path).rstrip("/") or "/"
    return urlunsplit(("https", host, path, _one_spelling("&".join(kept)), _one_spelling(fragment)))


def feed_address_problem(url: str) -> str | None:
    """Return what is wrong with a feed's address, or None. The answer never repeats the address, which may hold keys."""
    if INVISIBLE.search(url):
        return "it holds an invisible character; type it anew"
    if re.search(r"\s", url):
        return "it holds white space"
    try:
        parts = urlsplit(url)
        if parts.scheme not in PORTS:
            return "it must begin with http:// or https://"
        if not parts.hostname:
            return "it names no host"
        _ = parts.port
    except ValueError:
        return "its host or port cannot be read"
    try:
        host_key(parts.hostname)
    except ValueError:
        return "its host name is not possible"
    return None


def host_key(host: str) -> str:
    """Return a host as it is compared and asked: small letters, IDNA, no brackets. Raise ValueError for an impossible one."""
    bare = host.strip("[]").lower()
    return bare if bare.isascii() else bare.encode("idna").decode("ascii")


def requested(url: str) -> str:
    """Return an address as it is sent: the host in IDNA, what may not stand in a request escaped, the rest byte by byte.

    The fragment, which is never sent, is dropped. Raise ValueError for an address that cannot be read.
    """
    parts = urlsplit(url)
    user, at, _ = parts.netloc.rpartition("@")
    host = _bracketed(host_key(parts.hostname or ""))
    port = f":{parts.port}" if parts.port is not None else ""
    return urlunsplit((parts.scheme, _sent(user) + at + host + port, _sent(parts.path) or "/", _sent(parts.query), ""))


def joined(base: str, location: str) -> str:
    """Return where a redirect leads, in the form of `requested`; a user and password stay with their host, never on less TLS.

    Raise ValueError for a location that cannot be read.
    """
    before, after = urlsplit(base), urlsplit(urljoin(base, location))
    same_host = after.hostname == before.hostname and not (before.scheme == "https" and after.scheme == "http")
    if "@" in before.netloc and "@" not in after.netloc and same_host:
        after = after._replace(netloc=before.netloc.rpartition("@")[0] + "@" + after.netloc)
    elif "@" in before.netloc and not same_host and after.hostname == before.hostname:
        after = after._replace(netloc=after.netloc.rpartition("@")[2])
    if after.scheme not in PORTS or not after.hostname:
        return urlunsplit(after)
    return requested(urlunsplit(after))


def without_user(url: str) -> str:
    """Return an address without its user and password: fit to build links on."""
    parts = urlsplit(url)
    return url if "@" not in parts.netloc else urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def shown(url: str) -> str:
    """Return an address fit for logs and errors: no user, no password, no query, which may hold keys; at most 200 letters."""
    try:
        parts = urlsplit(url)
        host = _bracketed(parts.hostname or "")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an address that cannot be read"
    text = f"{parts.scheme}://{_sent(host)}{port}{_sent(parts.path)}"
    return text if len(text) <= SHOWN_LENGTH else text[: SHOWN_LENGTH - 1] + "…"


def _sent(text: str) -> str:
    """Escape what may not stand in a request. A server's raw bytes come as surrogates, and go back as the same bytes."""
    return quote(text, safe=SENT_AS_IT_IS, errors="surrogateescape")


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _one_spelling(text: str) -> str:
    """Write escapes in one way: none for letters that need none, capitals for the others."""
    return re.sub(r"%([0-9A-Fa-f]{2})", _escape, _sent(text))


def _escape(found: re.Match[str]) -> str:
    byte = unquote_to_bytes(found[0])
    return byte.decode("ascii") if byte[0] in UNRESERVED else found[0].upper()
