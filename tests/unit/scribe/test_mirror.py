"""Documents as files that any editor may change."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from chronicle import Chronicle, chronicle

from minutebook.domain.documents import Choice
from minutebook.errors import MinutebookError, SourceError
from minutebook.scribe.mirror import Mirror
from minutebook.scribe.standing import marked, standing, unmarked
from minutebook.store import mirrors

FERRY = "The ferry to Winterbottom leaves on the 4th of March at 07:30."
TENTS = "Carla brings two tents and the big stove from Oslo."


@pytest.fixture
async def book() -> AsyncIterator[Chronicle]:
    """Open a conversation with a document."""
    async with chronicle() as opened:
        await opened.say(FERRY)
        await opened.update()
        yield opened


class Folder:
    """A mirrored folder."""

    def __init__(self, book: Chronicle, place: Path, quiet_seconds: float = 0) -> None:
        self.failures: list[MinutebookError] = []
        self.mirror = Mirror(
            book.database,
            book.scribe(),
            place,
            quiet_seconds=quiet_seconds,
            on_failure=lambda _, error: self.failures.append(error),
        )
        self.file = place / "winter-expedition.md"


async def still(book: Chronicle, place: Path) -> list[str]:
    """Return what is said of a folder's files that stand still."""
    found = await book.database.read(mirrors.every)
    return [str(each) for each in standing(found, place)]


@pytest.fixture
async def folder(book: Chronicle, tmp_path: Path) -> Folder:
    """Return a folder that is in accord with the document."""
    made = Folder(book, tmp_path)
    await made.mirror.sync()
    return made


@pytest.mark.parametrize("text", ["", "a", "a\n", "a\n\n", "```\nopen", "\n"])
def test_the_mark_comes_off_again(text: str) -> None:
    """What is written to a file is what is read from it, and the revision with it."""
    assert unmarked(marked(text, "doc_1", 7), "doc_1") == (text, 7)
    assert unmarked(marked(text, "doc_1", 7), "doc_2") == (text, None)


async def test_an_edit_comes_back(book: Chronicle, folder: Folder) -> None:
    """A file is its owner's alone; what an editor saves is a person's revision, taken once."""
    assert folder.file.stat().st_mode & 0o777 == 0o600
    folder.file.write_text(folder.file.read_text().replace(FERRY, f"{FERRY} Really."))
    for _ in range(3):
        await folder.mirror.sync()
    assert f"{FERRY} Really." in await book.content()
    last = (await book.revisions())[-1]
    assert (last.number, last.author, last.base) == (2, "person", 1)
    assert "r2 -->" in folder.file.read_text()


async def test_an_old_buffer_removes_nothing(book: Chronicle, folder: Folder) -> None:
    """An editor that saves what it opened long ago is merged with all that came since."""
    old = folder.file.read_text()
    await book.say(TENTS)
    await book.update()
    await folder.mirror.sync()
    assert TENTS in folder.file.read_text()
    replacement = folder.file.with_suffix(".new")
    replacement.write_bytes(f"My own words.\n\n{old}".replace("\n", "\r\n").encode())
    replacement.rename(folder.file)
    await folder.mirror.sync()
    text = await book.content()
    assert text.startswith("My own words.\n\n# Winter")
    assert TENTS in text
    assert "\r" not in text
    assert unmarked(folder.file.read_text(), "x")[0] == text


async def test_a_file_and_an_edit_of_one_block_are_a_conflict(
    book: Chronicle, folder: Folder
) -> None:
    """However little the texts share: the later one stands, the other waits to be settled."""
    scribe, text = book.scribe(), await book.content()
    folder.file.write_text(folder.file.read_text().replace(FERRY, "MIRROR version of A."))
    await scribe.edit(book.conversation, 1, text.replace(FERRY, "CLI version of A."))
    await folder.mirror.sync()
    (conflict,) = await scribe.conflicts(book.conversation)
    clash = conflict.clash
    assert ("MIRROR" in clash.mine, "CLI" in clash.theirs) == (True, True)
    assert FERRY in clash.base
    assert (await scribe.settle(book.conversation, 1, Choice.BOTH)).content.count("version") == 2


async def test_what_is_gone_or_emptied_is_written_again(book: Chronicle, folder: Folder) -> None:
    """Neither says that the document is unwanted."""
    whole = folder.file.read_text()
    folder.file.unlink()
    await folder.mirror.sync()
    assert folder.file.read_text() == whole
    folder.file.write_text("")
    await folder.mirror.sync()
    assert folder.file.read_text() == whole
    assert len(await book.revisions()) == 1


async def test_a_file_without_its_mark_is_an_edit_too(book: Chronicle, folder: Folder) -> None:
    """Then the revision that was written last is what it was made from."""
    folder.file.write_text("All new.\n")
    await folder.mirror.sync()
    assert await book.content() == "All new.\n"


async def test_what_cannot_be_read_is_left_alone(book: Chronicle, folder: Folder) -> None:
    """It is told once, and neither taken nor written over."""
    folder.file.write_bytes(b"\xff\xfe")
    await folder.mirror.sync()
    await folder.mirror.sync()
    assert len(folder.failures) == 1
    assert folder.file.read_bytes() == b"\xff\xfe"
    assert len(await book.revisions()) == 1


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
async def test_what_is_no_file_is_not_waited_for(
    book: Chronicle, folder: Folder, make: Callable[[Path], None]
) -> None:
    """A pipe or folder in the place of a file is told of, and the file comes back when it goes."""
    whole = folder.file.read_text()
    folder.file.unlink()
    make(folder.file)
    async with asyncio.timeout(20):
        await folder.mirror.sync()
    assert len(folder.failures) == 1
    folder.file.rmdir() if folder.file.is_dir() else folder.file.unlink()
    await folder.mirror.sync()
    assert folder.file.read_text() == whole


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff\xfe", "is not text in UTF-8. Save it as UTF-8, or delete it."),
        (None, "something else than a file stands there. Move it away, or check who may write"),
    ],
)
async def test_a_file_that_stands_still_is_told_by_anybody(
    book: Chronicle, folder: Folder, content: bytes | None, why: str
) -> None:
    """By looking, with the reason and what to do, until it is in order again."""
    assert await still(book, folder.file.parent) == []
    folder.file.unlink()
    folder.file.mkdir() if content is None else folder.file.write_bytes(content)
    (said,) = await still(book, folder.file.parent)
    assert why in said
    assert str(folder.file) in said
    folder.file.rmdir() if content is None else folder.file.unlink()
    assert await still(book, folder.file.parent) == []


async def test_a_folder_that_is_none_is_told_once(book: Chronicle, tmp_path: Path) -> None:
    """Not for each file; a folder that is still to be made is no fault."""
    assert await still(book, tmp_path / "not-yet") == []
    (tmp_path / "place").write_text("mine")
    (said,) = await still(book, tmp_path / "place")
    assert "where the folder of the mirror should be. Move it away, or set `mirror`" in said


async def test_a_file_of_somebody_else_is_not_written_over(book: Chronicle, tmp_path: Path) -> None:
    """What lay there before the mirror stays."""
    (tmp_path / "winter-expedition.md").write_text("mine")
    folder = Folder(book, tmp_path)
    await folder.mirror.sync()
    assert folder.file.read_text() == "mine"
    assert len(folder.failures) == 1
    (said,) = await still(book, tmp_path)
    assert said.endswith("is in the way. Move it, and the document is written.")


async def test_a_file_in_the_making_is_waited_for(book: Chronicle, tmp_path: Path) -> None:
    """What has just changed is not taken."""
    folder = Folder(book, tmp_path, quiet_seconds=3_600)
    await folder.mirror.sync()
    folder.file.write_text("half a")
    await folder.mirror.sync()
    assert len(await book.revisions()) == 1


async def test_another_process_goes_on_where_one_died(book: Chronicle, tmp_path: Path) -> None:
    """What was written, and not noted, is no edit."""
    folder = Folder(book, tmp_path)
    await folder.mirror.sync()
    document = await book.scribe().find(book.conversation)
    await book.say(TENTS)
    await book.update()
    folder.file.write_text(marked(await book.content(), document.id, 2))
    await Folder(book, tmp_path).mirror.sync()
    assert len(await book.revisions()) == 2


async def test_the_loop_keeps_file_and_document_in_accord(book: Chronicle, tmp_path: Path) -> None:
    """What is saved in the folder is taken in while it runs; told to stop, it ends."""
    folder, stop = Folder(book, tmp_path), asyncio.Event()
    running = asyncio.create_task(folder.mirror.run(stop))
    async with asyncio.timeout(30):
        while not folder.file.exists():
            await asyncio.sleep(0.01)
        folder.file.write_text(folder.file.read_text().replace(FERRY, f"{FERRY} Really."))
        while "Really." not in await book.content():
            await asyncio.sleep(0.01)
        stop.set()
        await running
    assert folder.failures == []


async def test_a_folder_that_cannot_be_watched_is_told(book: Chronicle, tmp_path: Path) -> None:
    """The loop ends with an error that names the folder and the setting."""
    (tmp_path / "file").write_text("no folder")
    folder = Folder(book, tmp_path / "file")
    with pytest.raises(SourceError, match="Set `mirror` under"):
        await folder.mirror.run(asyncio.Event())
