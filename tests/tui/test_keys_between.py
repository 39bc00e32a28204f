"""Letters that were meant for the input, views that were meant by a word, screens with few rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events

from minutebook.domain.jobs import JobState
from minutebook.domain.pages import Lifecycle
from minutebook.engine import Counts
from minutebook.tui.palette import WorkbenchCommands
from tui.conftest import Bench, Opens
from tui.models import Line, let_speak
from tui.test_chatting import begin
from tui.test_replies import say, settled

if TYPE_CHECKING:
    import pytest
    from textual.widgets import Input

WORDS = "a pebble, upset"
SIZES = ((60, 12), (40, 10), (30, 8), (24, 7), (20, 6))
OFFERED = {
    "jobs": "Show jobs",
    "job": "Show jobs",
    "failed jobs": "Show jobs",
    "batches": "Show batches",
    "pages": "Show pages",
    "context": "Show context",
    "scribe": "Show document",
    "chat": "Show chat",
    "conversation": "Show conversations",
    "log": "Show log",
    "retry": "Retry failed jobs",
}


async def talk(bench: Bench) -> None:
    """Say something, and give the keys to the transcript by F3."""
    await begin(bench)
    await say(bench, "one")
    await settled(bench, "one", "a1")
    await bench.pilot.press("f3")
    assert bench.app.bench.chat.transcript.has_focus


async def test_words_typed_over_the_transcript_change_nothing(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They go to the input from the first letter that is no command, and no turn is marked."""
    let_speak(monkeypatch, Line(text=("a1",)))
    async with workbench() as bench:
        await talk(bench)
        chat, engine = bench.app.bench.chat, bench.app.engine
        assert engine is not None
        assert chat.conversation is not None
        for words in ("another", "been", "pink", "bad", "see"):
            chat.composer.clear()
            chat.transcript.focus()
            await bench.until(lambda: chat.transcript.has_focus, "the transcript has the keys")
            await bench.type(words)
            assert await engine.chat.marks(chat.conversation.id) == []
            assert chat.input.draft.editing == ""
            assert chat.composer.text in {words, words[1:]}
            assert chat.composer.has_focus


async def test_letters_that_come_at_once_stay_in_their_order(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a terminal sends what is pasted or typed ahead: none of them is a command."""
    let_speak(monkeypatch, Line(text=("a1",)))
    words = "been there and gone"
    async with workbench() as bench:
        await talk(bench)
        chat = bench.app.bench.chat
        for letter in words:
            key = "space" if letter == " " else letter
            bench.app.post_message(events.Key(key, letter))
        await bench.until(lambda: len(chat.composer.text) >= len(words), "all of it")
        assert chat.composer.text == words


async def test_what_is_not_sent_yet_is_not_written_over(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A turn can be said otherwise once the input is free."""
    let_speak(monkeypatch, Line(text=("a1",)))
    async with workbench() as bench:
        await talk(bench)
        await bench.type("a draft")
        await bench.pilot.press("f3", "e", "enter")
        await bench.shows("Something is not sent yet")
        assert bench.app.bench.chat.composer.text == "a draft"


async def test_a_noun_shows_and_does_nothing(workbench: Opens) -> None:
    """The first that the palette offers for what something is called is the view of it."""
    async with workbench() as bench:
        for typed, first in OFFERED.items():
            provider = WorkbenchCommands(bench.app.bench)
            hits = [hit async for hit in provider.search(typed)]
            best = max(hits, key=lambda hit: getattr(hit, "score", 0.0))
            assert str(best.text) == first, typed


async def test_enter_in_the_palette_opens_the_jobs(workbench: Opens) -> None:
    """As it is typed: nothing is queued again."""
    async with workbench() as bench:
        await bench.leave_welcome()
        await bench.pilot.press("ctrl+p")
        await bench.type("jobs")
        await bench.shows("Show jobs")
        typed: Input = bench.app.screen.query_one("Input")  # type: ignore[assignment]
        await bench.until(lambda: typed.value == "jobs", "it is typed")
        await bench.pilot.press("enter")
        await bench.shows("No work yet.")


async def test_input_and_transcript_are_in_sight_at_any_size(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One row of each at least, also while something long is typed or said above it."""
    let_speak(monkeypatch, Line(text=("a1",)))
    async with workbench(size=SIZES[0]) as bench:
        await begin(bench)
        await say(bench, "one")
        await settled(bench, "one", "a1")
        chat = bench.app.bench.chat
        chat.tell("Something long that takes many lines where there is little room. " * 3)
        await bench.type(WORDS * 3)
        for size in SIZES:
            await bench.pilot.resize_terminal(*size)
            screen = bench.app.screen.region
            assert screen.size == size
            await bench.until(lambda: chat.composer.region.height > 0, "the input")
            for part in (chat.composer, chat.transcript):
                seen = part.region.intersection(screen).intersection(chat.region)
                assert seen.height >= 1, (part, part.region, screen)
                assert seen.width >= 10


async def test_what_is_told_stays_readable_beside_the_gauge(workbench: Opens) -> None:
    """The left is said in fewer words as long as it takes."""
    jobs = dict.fromkeys(JobState, 0) | {JobState.DONE: 1_234, JobState.QUEUED: 25}
    pages = dict.fromkeys(Lifecycle, 0)
    counts = Counts(
        conversations=1, turns=1, documents=1, revisions=1, quarantined=5, pages=pages, jobs=jobs
    )
    async with workbench(size=(160, 30)) as bench:
        await bench.leave_welcome()
        bar = bench.app.bench.bar
        for width in (160, 140, 100):
            await bench.pilot.resize_terminal(width, 30)
            words = "The batch is cancelled; what was not done waits for a yes."[: width - 60]
            bar.count(counts)
            whole = "".join(span.text for span in bar.shown.left)
            bar.say(words)
            await bench.shows(words)
            row = next(row for row in bench.screen_text().split("\n") if words in row)
            assert row.rstrip().endswith(words)
            assert all(word in row for word in ("Context", "Jobs 25", "Quarantine 5", "Log"))
            bar.say("")
            assert "".join(span.text for span in bar.shown.left) == whole
