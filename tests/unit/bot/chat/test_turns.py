from __future__ import annotations

from datetime import timedelta

import pytest

from bot.chat.turns import is_superseded


@pytest.mark.parametrize(
    ("minutes", "behind", "superseded"),
    [(0, 0, False), (0, 3, False), (0, 4, True), (6, 0, False), (6, 1, True), (4, 1, False)],
)
def test_an_old_request_with_a_later_one_behind_it_gets_no_answer_of_its_own(
    minutes: int, behind: int, superseded: bool
) -> None:
    assert is_superseded(timedelta(minutes=minutes), behind) is superseded
