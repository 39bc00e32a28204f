"""Conversations that were read from logs: listed, found, opened, jumped into, watched."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from minutebook.errors import ModelError
from minutebook.events import SourceFailed
from minutebook.scribe.scribe import Scribe
from minutebook.tui.bridge import News
from minutebook.tui.prose.messages import LinkClicked
from minutebook.tui.widgets.inked import text_of
from tui.conftest import Bench, Opens, whatsapp

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from minutebook.domain.jobs import Job


def two_chats(folder: Path) -> None:
    """Write two chats of a few turns."""
    (folder / "WhatsApp Chat with Harbour.txt").write_text(
        whatsapp(("Ada", "The ferry leaves at seven."), ("Kit", "Bring the lamp oil."))
    )
    (folder / "WhatsApp Chat with Garden.txt").write_text(
        whatsapp(("Ines", "Parsnips take three weeks."), ("Rolf", "So does patience."), day=11)
    )


def titles(bench: Bench) -> list[str]:
    """Return the titles in the list."""
    return [text_of(row.lines[:1]).strip() for row in bench.app.bench.conversations.list.rows]


async def both_listed(bench: Bench) -> None:
    """Wait until both chats are in the list and one of them is open."""
    await bench.until(lambda: len(titles(bench)) == 2, "two conversations")
    await bench.until(lambda: bench.app.bench.chat.conversation is not None, "one is open")


async def test_logs_are_read_listed_and_told(workbench: Opens, logs: Path) -> None:
    """The newest conversation opens by itself, with its turns and its document."""
    two_chats(logs)
    async with workbench([logs]) as bench:
        await both_listed(bench)
        await bench.shows("Bring the lamp oil.")
        await bench.shows("● live")
        await bench.until(lambda: bench.app.bench.document.document is not None, "a document")
        assert titles(bench)[0].startswith("Harbour")
        assert "Read from WhatsApp" in bench.screen_text()


async def test_first_frame_does_not_wait_for_the_engine(workbench: Opens, logs: Path) -> None:
    """The panes stand before the engine has been opened."""
    seen: list[bool] = []

    async def before(bench: Bench) -> None:
        seen.append("Conversations" in bench.screen_text())

    two_chats(logs)
    async with workbench([logs], before=before) as bench:
        await both_listed(bench)
    assert seen == [True]


async def test_list_narrows_as_you_type(workbench: Opens, logs: Path) -> None:
    """Typing finds titles, and Escape brings all of them back."""
    two_chats(logs)
    async with workbench([logs]) as bench:
        await both_listed(bench)
        await bench.pilot.press("slash")
        await bench.type("gard")
        await bench.until(lambda: len(titles(bench)) == 1, "one is left")
        assert titles(bench)[0].startswith("Garden")
        await bench.pilot.press("escape")
        await bench.until(lambda: len(titles(bench)) == 2, "both are back")


async def test_sources_are_filtered(workbench: Opens, logs: Path) -> None:
    """`s` shows the conversations of one source, and then all of them again."""
    two_chats(logs)
    (logs / "chat.json").write_text(
        '[{"role": "user", "content": "Hello?"}, {"role": "assistant", "content": "Hello."}]'
    )
    async with workbench([logs]) as bench:
        await bench.until(lambda: len(titles(bench)) == 3, "three conversations")
        await bench.pilot.press("s")
        await bench.until(lambda: len(titles(bench)) == 1, "one of another source")
        await bench.pilot.press("s")
        await bench.until(lambda: len(titles(bench)) == 2, "the two chats")
        await bench.pilot.press("s")
        await bench.until(lambda: len(titles(bench)) == 3, "all of them")


async def test_moving_the_cursor_opens_and_enter_goes_there(workbench: Opens, logs: Path) -> None:
    """`j` shows the next conversation; Enter gives it the keys."""
    two_chats(logs)
    async with workbench([logs]) as bench:
        await both_listed(bench)
        await bench.shows("Bring the lamp oil.")
        await bench.pilot.press("j")
        await bench.shows("Parsnips take three weeks.")
        assert bench.app.bench.conversations.list.has_focus
        await bench.pilot.press("enter")
        await bench.until(lambda: bench.app.bench.chat.transcript.has_focus, "focus in the chat")
        await bench.pilot.press("escape")
        await bench.until(lambda: bench.app.bench.conversations.list.has_focus, "back in the list")


async def test_search_shows_neighbours_and_jumps(workbench: Opens, logs: Path) -> None:
    """ctrl+f finds a turn with those around it; Enter goes to it in its conversation."""
    two_chats(logs)
    async with workbench([logs]) as bench:
        await both_listed(bench)
        await bench.pilot.press("ctrl+f")
        await bench.type("patience")
        await bench.shows("So does patience.")
        await bench.shows("Parsnips take three weeks.")
        await bench.pilot.press("enter")
        await bench.until(
            lambda: (c := bench.app.bench.chat.conversation) is not None and "Garden" in c.title,
            "the conversation of the hit",
        )
        assert bench.app.screen is bench.app.bench


async def test_line_appended_to_a_watched_log_appears(workbench: Opens, logs: Path) -> None:
    """A turn written to a log is shown, and the document tells it."""
    two_chats(logs)
    async with workbench([logs]) as bench:
        await both_listed(bench)
        await bench.shows("Bring the lamp oil.")
        with (logs / "WhatsApp Chat with Harbour.txt").open("a") as log:
            log.write("12/01/2026, 10:15 - Ada: The lamp is lit.\n")
        await bench.until(
            lambda: "The lamp is lit." in [b.text for b in bench.app.bench.chat.transcript.blocks],
            "the turn in the transcript",
        )
        await bench.until(
            lambda: any("lamp is lit" in b.text for b in bench.app.bench.document.text.blocks),
            "the turn in the document",
        )


async def test_growth_elsewhere_is_marked_as_new(workbench: Opens, logs: Path) -> None:
    """Turns that come into a conversation that is not open are counted in the list."""
    two_chats(logs)
    async with workbench([logs]) as bench:
        await both_listed(bench)
        pane = bench.app.bench.conversations
        await bench.until(lambda: not pane.is_catching_up, "the first reading is over")
        with (logs / "WhatsApp Chat with Garden.txt").open("a") as log:
            log.write("11/01/2026, 10:15 - Rolf: One came up.\n")
        await bench.until(lambda: any(t.endswith(" 1") for t in titles(bench)), "one new turn")


async def test_watched_folder_shows_what_could_not_be_read(workbench: Opens, logs: Path) -> None:
    """A file that is no chat log marks its folder, and the quarantine view tells why."""
    two_chats(logs)
    (logs / "noise.txt").write_text("nothing that anybody said\n" * 3)
    async with workbench([logs]) as bench:
        await both_listed(bench)
        await bench.shows("1 not read")
        await bench.pilot.press("f5")
        await bench.shows("r tries again")
        await bench.pilot.press("right", "right", "right", "right")
        await bench.until(lambda: bench.app.bench.drawer_rows == 1, "it is listed")
        await bench.pilot.press("enter")
        await bench.shows("In quarantine")
        await bench.pilot.press("escape", "escape")
        await bench.until(lambda: not bench.app.bench.drawer_is_open, "the drawer is closed")


async def test_page_view_goes_to_the_first_turn(workbench: Opens, logs: Path) -> None:
    """Enter on a page shows where it begins."""
    (logs / "WhatsApp Chat with Harbour.txt").write_text(
        whatsapp(*[("Ada", f"Line {n} of the log, which is long enough.") for n in range(300)])
    )
    async with workbench([logs]) as bench:
        await bench.until(lambda: bench.app.bench.chat.conversation is not None, "it is open")
        await bench.pilot.press("f5", "right", "right")
        await bench.until(lambda: bench.app.bench.drawer_rows > 0, "pages are listed")
        await bench.pilot.press("end", "enter")
        await bench.shows("Line 0 of the log")


async def test_log_view_tells_what_happened(workbench: Opens, logs: Path) -> None:
    """F6 shows the log, with a line for the opening."""
    async with workbench([logs]) as bench:
        await bench.pilot.press("f6")
        await bench.shows("The workbench is open")


async def test_palette_offers_our_verbs(workbench: Opens, logs: Path) -> None:
    """The palette lists what can be done, and does it."""
    two_chats(logs)
    async with workbench([logs]) as bench:
        await both_listed(bench)
        await bench.pilot.press("ctrl+p")
        await bench.shows("Retry failed jobs")
        await bench.type("scribe stop")
        await bench.pilot.pause(0.3)
        await bench.pilot.press("enter")
        await bench.shows("○ stopped")


async def test_help_lists_the_keys_of_every_pane(workbench: Opens) -> None:
    """F1 opens the keys by pane, and closes them again."""
    async with workbench(size=(140, 80)) as bench:
        await bench.pilot.press("f1")
        for words in ("Everywhere", "Document", "Start the scribe, or stop it"):
            for _ in range(80):
                if words in bench.screen_text():
                    break
                await bench.pilot.press("down")
            await bench.shows(words)
        await bench.pilot.press("escape")
        await bench.until(lambda: len(bench.app.screen_stack) <= 2, "the help is closed")


async def test_reference_to_a_page_leads_there(workbench: Opens, logs: Path) -> None:
    """A link into the record is followed; one into the world is only copied."""
    two_chats(logs)
    async with workbench([logs]) as bench:
        await both_listed(bench)
        main, engine = bench.app.bench, bench.app.engine
        assert engine is not None
        await bench.until(lambda: main.conversations.newest != "", "listed")
        garden = main.conversations.list.rows[1].id
        await engine.do_what_can_be_done()
        page = (await engine.library.pages(conversation=garden))[0]
        main.chat.transcript.post_message(LinkClicked(f"minutebook:{page.id}"))
        await bench.shows("Parsnips take three weeks.")
        main.chat.transcript.post_message(LinkClicked("https://example.org/"))
        await bench.shows("The link was copied")


async def test_reference_in_an_answer_is_followed_by_keys(workbench: Opens, logs: Path) -> None:
    """The name of a page in what was said is a link to the first turn of that page."""
    two_chats(logs)
    async with workbench([logs]) as bench:
        await both_listed(bench)
        main, engine = bench.app.bench, bench.app.engine
        assert engine is not None
        garden = main.conversations.list.rows[1].id
        await engine.do_what_can_be_done()
        page = (await engine.library.pages(conversation=garden))[0]
        live = await engine.chat.start()
        await engine.chat.say(live.id, f"It stands in [{page.id}].")
        main.open(live.id)
        await bench.shows(page.id)
        main.chat.transcript.focus()
        await bench.pilot.press("enter")
        await bench.shows("Parsnips take three weeks.")


async def test_log_tells_what_the_engine_did(workbench: Opens, logs: Path) -> None:
    """F6 shows what was read and what was done, the latest last and under the cursor."""
    two_chats(logs)
    async with workbench([logs]) as bench:
        await both_listed(bench)
        await bench.pilot.press("f6")
        await bench.shows("WhatsApp Chat with Garden.txt: ")
        await bench.shows("documents brought up to date")
        drawer = bench.app.bench.drawer
        assert drawer is not None
        await bench.until(lambda: drawer.shown.is_at_end, "the cursor is on the latest")
        bench.app._hear(News(told=(SourceFailed(place="late.txt", reason="gone"),)))
        await bench.shows("not read late.txt: gone")
        await bench.until(lambda: drawer.shown.is_at_end, "the cursor follows")
        await bench.pilot.press("up")
        bench.app._hear(News(told=(SourceFailed(place="later.txt", reason="gone"),)))
        await bench.shows("not read later.txt: gone")
        assert not drawer.shown.is_at_end


async def test_jobs_and_pages_have_titles(workbench: Opens, logs: Path) -> None:
    """What a job is about is named as people know it; its id stands behind, in small."""
    two_chats(logs)
    async with workbench([logs]) as bench:
        await both_listed(bench)
        await bench.pilot.press("f5")
        await bench.shows("document of Garden")
        await bench.shows("doc_")


async def test_failed_job_says_why_and_is_tried_again(
    workbench: Opens, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Enter shows the reason in full and what to do; r tries again."""
    reason = "The model is asleep. " * 12 + "Wake it."

    awake, update = asyncio.Event(), Scribe.update

    async def asleep(self: Scribe, job: Job) -> None:
        if not awake.is_set():
            raise ModelError(reason)
        await update(self, job)

    monkeypatch.setattr(Scribe, "update", asleep)
    two_chats(logs)
    async with workbench([logs]) as bench:
        await both_listed(bench)
        await bench.pilot.press("f5")
        await bench.shows("The model is asleep.")
        engine, drawer = bench.app.engine, bench.app.bench.drawer
        assert engine is not None
        assert drawer is not None
        failed = await engine.queue.list(kind="scribe")
        drawer.shown.point_at(str(failed[0].id))
        await bench.pilot.press("enter")
        await bench.shows("Wake it.")
        await bench.shows("Press r to try it")
        awake.set()
        await bench.pilot.press("r")
        await bench.shows("The job is queued again.")


async def test_a_title_that_nothing_has_is_said(workbench: Opens, logs: Path) -> None:
    """The list says that nothing fits, Enter stays, and Escape shows everything again."""
    two_chats(logs)
    async with workbench([logs]) as bench:
        await both_listed(bench)
        await bench.pilot.press("slash")
        await bench.type("gardx")
        await bench.shows("none of 2 fits, esc: all")
        await bench.pilot.press("enter")
        assert titles(bench) == []
        await bench.pilot.press("escape")
        await bench.until(lambda: len(titles(bench)) == 2, "both are back")


async def test_what_was_found_opens_among_all(workbench: Opens, logs: Path) -> None:
    """Enter opens the first title that fits; then nothing is hidden any more."""
    two_chats(logs)
    async with workbench([logs]) as bench:
        await both_listed(bench)
        await bench.pilot.press("slash")
        await bench.type("gard")
        await bench.pilot.press("enter")
        await bench.shows("Parsnips take three weeks.")
        await bench.until(lambda: bench.app.bench.chat.transcript.has_focus, "the chat")
        await bench.until(lambda: len(titles(bench)) == 2, "both are listed")


async def test_escape_in_the_list_ends_a_filter_first(workbench: Opens, logs: Path) -> None:
    """Down goes to what fits, and Escape there shows everything again."""
    two_chats(logs)
    async with workbench([logs]) as bench:
        await both_listed(bench)
        await bench.pilot.press("slash")
        await bench.type("gard")
        await bench.shows("1 of 2 fit")
        await bench.pilot.press("down")
        await bench.until(lambda: bench.app.bench.conversations.list.has_focus, "the list")
        await bench.pilot.press("escape")
        await bench.until(lambda: len(titles(bench)) == 2, "both are listed")


async def test_counts_are_said_in_words(workbench: Opens, logs: Path) -> None:
    """What came in, what could not be read, and what work waits or is done."""
    (logs / "noise.txt").write_text("nothing that anybody said\n" * 3)
    two_chats(logs)
    async with workbench([logs]) as bench:
        await bench.shows("4 turns, 1 not read")
        await bench.until(
            lambda: re.search(r"Jobs none waiting · \d+ done", bench.screen_text()) is not None,
            "the jobs",
        )


async def test_help_says_what_lies_below(workbench: Opens) -> None:
    """The keys do not end where the sheet does."""
    async with workbench(size=(100, 30)) as bench:
        await bench.pilot.press("f1")
        await bench.shows("more lines; j, page down")
        await bench.pilot.press("G")
        await bench.shows("That is all.")


async def test_palette_shows_keys(workbench: Opens) -> None:
    """Whoever uses the palette learns the key."""
    async with workbench() as bench:
        await bench.leave_welcome()
        await bench.shows("^N begins a conversation. ^P has the rest")
        await bench.pilot.press("ctrl+p")
        await bench.shows("Talk here · ^N")
