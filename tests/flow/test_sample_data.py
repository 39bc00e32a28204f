"""The samples yield exactly what they say they do, once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from minutebook.config import Settings
from minutebook.domain.jobs import JobState
from minutebook.domain.turns import Turn
from minutebook.engine import Engine, SourceReport, open_engine
from minutebook.paths import Home

SAMPLES = Path(__file__).parents[2] / "sample_data"
EXPECTED: dict[str, Any] = json.loads((SAMPLES / "expected.json").read_text("utf-8"))
FILES: dict[str, Any] = EXPECTED["files"]


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    """Open an engine on an empty home."""
    async with open_engine(Home.at(tmp_path / "home"), Settings()) as opened:
        yield opened


async def read_all(engine: Engine) -> dict[str, list[SourceReport]]:
    """Import the samples; return the reports by the file they are about."""
    reports: dict[str, list[SourceReport]] = {}
    async for report in engine.importer.import_paths([SAMPLES]):
        place = Path(report.path.partition("!")[0]).relative_to(SAMPLES)
        reports.setdefault(place.as_posix(), []).append(report)
    return reports


async def turns_of(engine: Engine) -> list[list[Turn]]:
    """Return every conversation in reading order."""
    listed = await engine.library.conversations()
    return [await engine.library.turns(one.id, limit=10_000) for one in listed]


def summary(turns: list[Turn]) -> tuple[int, dict[str, int], int]:
    """Return number, roles, and how many were left on a branch."""
    roles = Counter(turn.role.value for turn in turns)
    return len(turns), dict(roles), sum(not turn.is_active for turn in turns)


async def test_every_file_yields_what_it_says(engine: Engine) -> None:
    """Its format, its turns, and what of it is quarantined."""
    found = {
        name: (
            next((report.format for report in reports if report.format), None),
            sum(report.turns_new for report in reports),
            sum(len(report.quarantined) for report in reports),
        )
        for name, reports in (await read_all(engine)).items()
    }
    wanted = {
        name: (
            file["format"],
            sum(one["turns"] for one in file.get("conversations", ())),
            file.get("quarantined", 0),
        )
        for name, file in FILES.items()
    }
    assert found == wanted


async def test_the_record_is_what_the_samples_say(engine: Engine) -> None:
    """Conversations, turns, roles and branches; first and last words; all of it in documents."""
    await read_all(engine)
    counts = await engine.library.counts()
    total = EXPECTED["total"]
    assert (counts.conversations, counts.turns) == (total["conversations"], total["turns"])
    assert counts.quarantined == total["quarantined"]
    said = {turn.content.text.strip()[:40] for turns in await turns_of(engine) for turn in turns}
    parts = [one for file in FILES.values() for one in file.get("conversations", ())]
    for part in parts:
        for end in ("first", "last"):
            assert part[end]["text"].strip()[:40] in said, part[end]
    once = [one for one in parts if one["native_id"] != "saltmarsh/#tidewater"]
    wanted = [(one["turns"], one["roles"], one.get("left_branch", 0)) for one in once]
    found = [summary(turns) for turns in await turns_of(engine)]
    assert all(item in found for item in wanted)
    assert len(found) == len(wanted) + 1


async def test_documents_cover_every_turn_and_nothing_is_left_to_do(engine: Engine) -> None:
    """Each conversation has a document that tells each of its turns once, in order."""
    await read_all(engine)
    await engine.do_what_can_be_done()
    sizes = {one.document: one.turns for one in await engine.library.conversations()}
    for document in await engine.scribe.documents():
        history = await engine.scribe.history(document.id, limit=1_000)
        spans = [
            entry.revision.covers for entry in reversed(history) if entry.revision.covers.turns
        ]
        firsts = [span.first_seq for span in spans]
        assert firsts == [1, *(span.last_seq + 1 for span in spans[:-1])]
        assert spans[-1].last_seq == sizes.pop(document.id)
        assert document.content.strip()
    assert sizes == {}
    counts = await engine.library.counts()
    assert {state for state, number in counts.jobs.items() if number} == {JobState.DONE}


async def test_a_second_run_adds_and_makes_nothing(engine: Engine) -> None:
    """Nothing is read again, told again or summarised again."""
    await read_all(engine)
    await engine.do_what_can_be_done()
    before = await engine.library.counts()
    again = await read_all(engine)
    await engine.do_what_can_be_done()
    assert await engine.library.counts() == before
    read = [report for reports in again.values() for report in reports if report.format]
    assert all(report.is_unchanged for report in read)


@pytest.mark.parametrize(
    "words",
    ["leap day", "ramp trailer", '"tied the door"', "goat permission", "kelp", "961", "marzipan"],
)
async def test_what_the_samples_tell_to_look_for_is_found(engine: Engine, words: str) -> None:
    """Each with its words in the turn, and a conversation around it."""
    await read_all(engine)
    best, *_ = await engine.recall.search(words)
    text = best.hit.turn.content.text.casefold()
    assert all(word.strip('"') in text for word in words.split())
    assert best.before or best.after
