"""What integration tests share: stores to hold to the contract."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from bot.logs import configure_logs
from storage import open_sqlite

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from storage import Store


@pytest.fixture(params=["sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """Every implementation of the Protocol in turn; a second one joins the list."""
    opened = await open_sqlite(tmp_path / f"{request.param}.db")
    yield opened
    await opened.close()


@pytest.fixture
def told() -> io.StringIO:
    """Take in the log as the program writes it."""
    stream = io.StringIO()
    configure_logs("info", stream)
    return stream
