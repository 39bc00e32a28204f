"""What all tests share: a clock that stands still, a home of their own, and no way out."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from archiving import Rig, rig_of
from asking_sql import Desk, opened
from doubles import FakeClock
from minutebook.store import database as stores
from minutebook.store import migrations
from minutebook.store.database import Database

# The same examples in every run; `pytest --hypothesis-profile explore` looks for new ones.
settings.register_profile("same", derandomize=True, database=None)
settings.register_profile("explore", print_blob=True)
settings.load_profile("same")


def pytest_xdist_auto_num_workers() -> int:
    """Run half as many again as there are cores: every fourth second is spent waiting."""
    return max(2, (os.cpu_count() or 2) * 3 // 2)


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an empty store, once: waiting for the disk for each test takes minutes."""
    path = tmp_path_factory.mktemp("empty") / "store.db"
    connection = stores.connect(path)
    migrations.migrate(connection)
    connection.close()
    path.chmod(0o600)
    return path


@pytest.fixture(autouse=True)
def begin_with_an_empty_store(empty_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copy the empty store where a test would make one in its own process."""
    create = stores._create_private

    def create_private(path: Path) -> None:
        if path.parent.is_dir() and not os.path.lexists(path):
            shutil.copy(empty_store, path)
        create(path)

    monkeypatch.setattr(stores, "_create_private", create_private)


@pytest.fixture
def clock() -> FakeClock:
    """Return a clock that stands still."""
    return FakeClock()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """Open an empty store."""
    opened = await Database.open(tmp_path / "store.db")
    yield opened
    await opened.close()


@pytest.fixture
def rig(database: Database, clock: FakeClock, tmp_path: Path) -> Iterator[Rig]:
    """Return an empty archive over an empty store."""
    made = rig_of(database, clock, tmp_path / "archive")
    yield made
    made.archive.close()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Open an empty home with an SQL console."""
    async with opened(tmp_path) as found:
        yield found


@pytest.fixture(autouse=True)
def no_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves this machine, and forget the settings of its user."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if host not in {"", "127.0.0.1", "::1", "localhost"}:
            raise RuntimeError(f"a test tried to reach {host}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)
    for name in list(os.environ):
        if name.startswith(("MINUTEBOOK_", "ANTHROPIC_", "OPENAI_")):
            monkeypatch.delenv(name)
