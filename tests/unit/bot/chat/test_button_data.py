from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.button_data import LONGEST, VERBS, ButtonData, read_data, reference, referred, write_data
from storage import NewsCursor

MOMENTS = st.integers(0, 7_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
CURSORS = st.builds(NewsCursor, matched_at=MOMENTS, article_id=st.integers(1, 2**53))
TOPICS = st.none() | st.from_regex(r"[a-z0-9-]{1,90}", fullmatch=True).map(reference)


@given(verb=st.sampled_from(sorted(VERBS.values())), topic=TOPICS, page=st.integers(0, 999), before=st.none() | CURSORS)
def test_what_a_button_carries_fits_and_comes_back(
    verb: str, topic: str | None, page: int, before: NewsCursor | None
) -> None:
    data = ButtonData(verb=verb, topic=topic, page=0 if before else page, before=before)
    text = write_data(data)
    assert len(text.encode()) <= LONGEST
    assert read_data(text) == data


@pytest.mark.parametrize(
    "text",
    ["", "x", "l:a:b:c", "l::zz", "f:oil:-1", "f:oil:99999", "l::zzzzzzzzzzzzz.1", "m:oil:3600", "l" + ":" * 64, "ل"],
)
def test_what_no_button_of_ours_carries_is_nothing(text: str) -> None:
    assert read_data(text) is None


@given(st.text(max_size=80))
def test_any_text_on_a_button_is_read_without_a_fault(text: str) -> None:
    read_data(text)


def test_a_long_id_is_called_by_its_hash() -> None:
    ids = ["short", "a" * 60 + "-one", "a" * 60 + "-two"]
    assert [referred(reference(each), ids) for each in ids] == ids
    assert referred("~0000000000000000", ids) is None
