"""Nothing a person types writes a byte, reads outside the archive, or holds up the process."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asking_sql import LIMITS, Desk, opened
from minutebook.archive.console import ConsoleLimits
from minutebook.errors import MinutebookError, QueryError

ATTACKS: Mapping[str, Sequence[str]] = tomllib.loads(
    (Path(__file__).parent / "attacks.toml").read_text("utf-8")
)
SECRET = "swordfish-4711"
GRACE = 30.0
"""Seconds beside the limit that a loaded machine may take; a hang takes forever."""


def hashed(folder: Path) -> dict[str, str]:
    """Return the hash of every file; SQLite's index of its log is no content."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith("-shm")
    }


@pytest.fixture
async def target(desk: Desk, tmp_path: Path) -> Desk:
    """Return a home worth attacking, and a secret beside it."""
    await desk.rig.archive_all(await desk.rig.converse("one"))
    await desk.rig.converse("two")
    (desk.home / "config.toml").write_text(f'key = "{SECRET}"\n')
    outside = tmp_path / "outside"
    outside.mkdir()
    for name in ("secret.txt", "secret.csv"):
        (outside / name).write_text(f"{SECRET}\n")
    return desk


def spelled(attack: str, desk: Desk, tmp_path: Path) -> str:
    """Put the places of this test into an attack."""
    return attack.replace("{home}", str(desk.home)).replace("{outside}", str(tmp_path / "outside"))


async def test_attacks_are_refused(target: Desk, tmp_path: Path) -> None:
    """Every statement on the list is refused, and no file in or beside the home is another."""
    await target.rows("SELECT count(*) FROM turns")
    before = hashed(tmp_path)
    for attack in ATTACKS["refused"]:
        with pytest.raises(QueryError) as caught:
            pytest.fail(str((attack, await target.rows(spelled(attack, target, tmp_path)))))
        assert SECRET not in str(caught.value)
    assert hashed(tmp_path) == before
    assert await target.rows("SELECT count(*) > 0 FROM turns") == [[True]]


async def test_what_is_harmless_may_run(target: Desk, tmp_path: Path) -> None:
    """What only looks like an attack is answered, without a word of the secret."""
    before = hashed(tmp_path)
    for query in ATTACKS["harmless"]:
        rows = await target.rows(spelled(query, target, tmp_path))
        assert SECRET not in str(rows)
    assert hashed(tmp_path) == before


@pytest.mark.parametrize("attack", ATTACKS["bounded"])
async def test_bombs_end_at_a_limit(tmp_path: Path, attack: str) -> None:
    """Time, memory and disk are bounded; the console answers the next query."""
    limits = ConsoleLimits(
        memory_mb=100, temp_mb=50, seconds=1.0, grace_seconds=0.5, rows=100, value_mb=1
    )
    async with opened(tmp_path, limits) as desk:
        begun = time.monotonic()
        with pytest.raises(QueryError):
            await (await desk.console.run(attack, seconds=0.3)).all()
        assert time.monotonic() - begun < limits.seconds + GRACE
        process = desk.console._process
        if process is not None:
            written = sum(path.stat().st_size for path in process.temp.rglob("*"))
            assert written <= 50 * 1024 * 1024
        assert await desk.rows("SELECT 1") == [[1]]


async def test_a_bomb_does_not_hold_up_the_loop(target: Desk) -> None:
    """Other work of this process goes on while a query burns."""
    bomb = ATTACKS["bounded"][0]
    running = asyncio.create_task(target.console.run(bomb, seconds=1.0))
    turns = 0
    while not running.done():
        await asyncio.wait([running], timeout=0.01)
        turns += 1
    assert isinstance(running.exception(), QueryError)
    assert turns > 10


async def test_the_process_has_no_environment(
    target: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No key of ours is in the process, whatever might be read there."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", SECRET)
    await target.rows("SELECT 1")
    process = target.console._process
    assert process is not None
    place = Path(f"/proc/{process._process.pid}/environ")
    if not place.exists():
        pytest.skip("this system does not show the environment of a process")
    try:
        environment = place.read_bytes()
    except PermissionError:
        pytest.skip("the process does not let itself be looked at")
    assert SECRET.encode() not in environment


WORDS = st.sampled_from(
    "SELECT FROM WHERE WITH RECURSIVE AS ( ) , ; * history turns pages text id 1 'x' \" ' -- /* */"
    " COPY TO ATTACH SET PRAGMA UNION ALL JOIN ON GROUP BY ORDER LIMIT count( read_csv( $1 ? :: ["
    " ] { } NULL PIVOT UNNEST lambda \u200b \uff1b \0 é $$ E'\\' EXPLAIN ANALYZE VALUES".split(" ")
)
TEXTS = st.one_of(st.lists(WORDS, max_size=14).map(" ".join), st.text(max_size=60))


Answer = Callable[[str], int]


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answer]:
    """Ask one console for many texts, and after each what it then says."""

    async def ask(desk: Desk, text: str) -> int:
        with contextlib.suppress(MinutebookError):
            async with asyncio.timeout(LIMITS.seconds + GRACE):
                await (await desk.console.run(text, rows=10, seconds=2.0)).all()
        return int((await desk.rows("SELECT 42"))[0][0])

    with asyncio.Runner() as runner:
        lasting = contextlib.AsyncExitStack()
        opening = lasting.enter_async_context(opened(tmp_path_factory.mktemp("fuzz"), LIMITS))
        desk = runner.run(opening)
        yield lambda text: runner.run(ask(desk, text))
        runner.run(lasting.aclose())


@settings(max_examples=150, deadline=None)
@given(text=TEXTS)
def test_any_text_is_answered_or_refused(answer: Answer, text: str) -> None:
    """Whatever is typed, the answer is rows or an error of ours, and the console lives on."""
    assert answer(text) == 42
