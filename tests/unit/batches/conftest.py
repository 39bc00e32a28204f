"""What tests of batches share."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_room import Desk
from doubles import FakeClock
from minutebook.store.database import Database


@pytest.fixture
async def desk(database: Database, clock: FakeClock, tmp_path: Path) -> Desk:
    """Open a room of batches."""
    return Desk(database, clock, tmp_path)
