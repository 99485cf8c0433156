from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.inflate import Inflater, TooLarge
from rules.errors import FetchError, TransientFetchError

TEXT = "خبر عاجل من العاصمة ".encode() * 200


def inflated(encodings: str, *chunks: bytes, limit: int = 10**6) -> bytes:
    inflater = Inflater(encodings, limit)
    for chunk in chunks:
        inflater.feed(chunk)
    return inflater.finish()


def pieces(body: bytes, size: int) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]


ENCODERS = {
    "": lambda body: body,
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "gzip, gzip": lambda body: gzip.compress(gzip.compress(body)),
    "deflate, gzip": lambda body: gzip.compress(zlib.compress(body)),
}


@given(st.binary(max_size=2000), st.sampled_from(sorted(ENCODERS)), st.integers(1, 300))
def test_a_body_is_the_same_however_it_was_cut(body: bytes, encoding: str, size: int) -> None:
    assert inflated(encoding, *pieces(ENCODERS[encoding](body), size)) == body


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=5), st.integers(1, 50))
def test_several_members_of_gzip_are_one_body(bodies: list[bytes], size: int) -> None:
    whole = b"".join(gzip.compress(body) for body in bodies)
    assert inflated("gzip", *pieces(whole, size)) == b"".join(bodies)


def test_deflate_without_its_header_is_read() -> None:
    assert inflated("deflate", zlib.compress(TEXT, wbits=-15)) == TEXT


def test_what_follows_the_last_member_is_padding() -> None:
    assert inflated("gzip", gzip.compress(TEXT) + b"\0" * 512) == TEXT


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "gzip, gzip"])
def test_the_cap_holds_for_what_a_body_inflates_to(encoding: str) -> None:
    bomb = ENCODERS[encoding](bytes(10**7))
    inflater = Inflater(encoding, 10**6)
    with pytest.raises(TooLarge):
        inflater.feed(bomb)
    assert sum(len(part) for part in inflater._parts) <= 10**6


def test_the_cap_holds_for_a_middle_layer() -> None:
    inner = gzip.compress(b"")
    many_members = inner * (2 * 10**6 // len(inner))
    with pytest.raises(TooLarge):
        inflated("gzip, gzip", gzip.compress(many_members))


def test_thousands_of_empty_members_are_not_unpacked_one_by_one() -> None:
    assert inflated("gzip", gzip.compress(TEXT) + gzip.compress(b"") * 5_000) == TEXT


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, gzip, gzip", "gzip, br", "nonsense"])
def test_an_encoding_that_was_not_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(FetchError):
        Inflater(encoding, 10**6)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "gzip, gzip"])
def test_a_cut_or_damaged_body_is_a_passing_failure(encoding: str) -> None:
    whole = ENCODERS[encoding](TEXT)
    with pytest.raises(TransientFetchError):
        inflated(encoding, whole[:-1])
    with pytest.raises(TransientFetchError):
        inflated(encoding, whole[:2] + b"\xff\xff\xff" + whole[5:])


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "gzip, gzip"]))
def test_noise_is_refused_or_read_and_nothing_else(body: bytes, encoding: str) -> None:
    try:
        inflated(encoding, body, limit=1000)
    except FetchError:
        return
