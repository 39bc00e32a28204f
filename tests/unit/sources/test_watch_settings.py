"""How a watched folder is read: its own globs, zone, format and title, and its scribe."""

from __future__ import annotations

import asyncio
import json
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from desk import desk_in, irc, whatsapp
from post import DEADLINE, Post, post_in, said, watching_of, write

from minutebook.domain.jobs import JobKind
from minutebook.domain.watched import FolderSettings, SettingsChange
from minutebook.errors import NotFoundError, UsageError
from minutebook.sources.choice import Choice
from minutebook.sources.reading import Reading
from minutebook.store import documents, jobs, unscribed
from minutebook.store.transaction import Transaction

CHAT = {
    "uuid": "c1",
    "name": "Ferry",
    "updated_at": "2024-02-03T00:00:00Z",
    "created_at": "2024-02-02T00:00:00Z",
    "chat_messages": [
        {
            "uuid": "m1",
            "sender": "human",
            "text": "When does it leave?",
            "created_at": "2024-02-02T10:00:00Z",
        }
    ],
}
"""A chat as Claude.ai exports it."""


async def told(post: Post) -> list[str]:
    """Return the titles of the documents that are to be told."""

    def look(tx: Transaction) -> list[str]:
        found = jobs.newest(tx, limit=100)
        wanted = [job.payload for job in found if job.kind is JobKind.SCRIBE]
        return sorted(documents.get(tx, id_).title for id_ in wanted)

    return await post.desk.database.read(look)


async def until_turns(post: Post, count: int) -> None:
    """Wait until the record has so many turns."""
    async with asyncio.timeout(DEADLINE):
        while (await post.desk.library.counts()).turns != count:
            await asyncio.sleep(0.02)


async def test_globs_choose_and_can_be_changed_while_it_runs(tmp_path: Path) -> None:
    """What is included now is read now; what is excluded is read no more."""
    logs = tmp_path / "logs"
    kept = write(logs / "work" / "a.log", irc(3))
    write(logs / "work" / "drafts" / "b.log", irc(3, start=50))
    other = write(logs / "else" / "c.log", irc(3, start=90))
    change = SettingsChange(include=("work/**/*.log",), exclude=("drafts",))
    async with post_in(tmp_path) as post:
        await post.watching.add([logs], change)
        await post.has(said(0, 3))
        await post.watching.set([logs], SettingsChange(include=("else/*",)))
        await post.has(said(0, 3), said(90, 93))
        write(kept, irc(1, start=3))
        write(other, irc(1, start=93))
        await post.has(said(0, 3), said(90, 94))


async def test_the_innermost_folder_decides(tmp_path: Path) -> None:
    """By its own settings alone; when it goes, the outer one decides again."""
    outer, inner = tmp_path / "logs", tmp_path / "logs" / "inner"
    write(inner / "b.log", irc(3, start=50))
    async with post_in(tmp_path) as post:
        await post.watching.add([outer], SettingsChange(exclude=("inner",), title="outer"))
        await post.watching.add([inner], SettingsChange(title="{folder} {title}"))
        await post.has(said(50, 53))
        (one,) = await post.desk.library.conversations()
        assert one.title == "inner b"
        await post.watching.remove([inner])
        write(inner / "c.log", irc(3, start=90))
        write(outer / "d.log", irc(3, start=200))
        await post.has(said(50, 53), said(200, 203))


async def test_zone_format_and_title_are_those_of_the_folder(tmp_path: Path) -> None:
    """For whoever reads it: the watch, or an import of a path in it that says nothing else."""
    log = tmp_path / "logs" / "chat.log"
    log.parent.mkdir()
    log.write_text(whatsapp(range(3)))
    change = SettingsChange(zone="Asia/Tokyo", format="whatsapp", title="{date} {file}")
    async with desk_in(tmp_path) as desk:
        await watching_of(desk).add([log.parent], change)
        (report,) = await desk.read(log)
        assert (report.format, report.turns_new) == ("whatsapp", 3)
        (one,) = await desk.library.conversations()
        assert one.title == "2024-01-01 chat"
        assert one.first_at == datetime.fromisoformat("2024-01-01T03:00:00Z")


async def test_a_title_without_the_logs_own_joins_nothing(tmp_path: Path) -> None:
    """What is called alike by a pattern stays apart; an export that says as of when has its day."""
    logs = tmp_path / "logs"
    for name, start in (("a.log", 0), ("#b.log", 50), ("#c.log", 90)):
        write(logs / name, irc(3, start=start))
    (logs / "conversations.json").write_text(json.dumps([CHAT]))
    async with desk_in(tmp_path) as desk:
        await watching_of(desk).add([logs], SettingsChange(title="{date} team"))
        assert [report.turns_new for report in await desk.read(logs)] == [3, 3, 3, 1]
        found = await desk.library.conversations()
        assert [one.title for one in found].count("2024-01-01 team") == 3
        assert [one.title for one in found].count("2024-02-02 team") == 1


async def test_what_an_import_says_itself_wins(tmp_path: Path) -> None:
    """Its zone and its title, over those of the watched folder."""
    log = write(tmp_path / "logs" / "a.log", irc(2))
    async with desk_in(tmp_path) as desk:
        await watching_of(desk).add([log.parent], SettingsChange(zone="Asia/Tokyo", title="no"))
        asked = Choice(zone="America/New_York", title="{title} of {folder}")
        async for report in desk.importer.import_paths([log], asked):
            assert report.turns_new == 2
        (one,) = await desk.library.conversations()
        assert one.title == "a of logs"
        assert one.first_at == datetime.fromisoformat("2024-01-01T17:00:00Z")


async def test_a_scribe_that_is_off_is_told_later(tmp_path: Path) -> None:
    """Turns come in and no document is made; turned on, it is told all that is there."""
    quiet, loud = tmp_path / "quiet", tmp_path / "loud"
    log = write(quiet / "a.log", irc(3))
    write(loud / "b.log", irc(3, start=50))
    async with post_in(tmp_path) as post:
        await post.watching.add([quiet], SettingsChange(scribe=False))
        await post.watching.add([loud])
        await post.has(said(0, 3), said(50, 53))
        assert await told(post) == ["b"]
        await post.watching.set([quiet], SettingsChange(scribe=True))
        assert await told(post) == ["a", "b"]
        await post.watching.set([quiet], SettingsChange(scribe=False))
        assert await post.desk.database.read(unscribed.every) == []
        async with asyncio.timeout(DEADLINE):
            while post.desk.importer.folders.settings_of(log).scribe:
                await asyncio.sleep(0.01)
        write(log, irc(1, start=3))
        await until_turns(post, 7)
        ((_, file),) = await post.desk.database.read(unscribed.every)
        assert file == str(log)


async def test_a_long_reading_takes_a_change_up_between_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest of the file is read as the folder says now, and nothing twice."""
    log, flush = write(tmp_path / "logs" / "a.log", irc(5_000)), Reading._flush
    async with post_in(tmp_path) as post:
        loop = asyncio.get_running_loop()

        async def changed() -> None:
            await post.watching.set([log.parent], SettingsChange(scribe=False))
            async with asyncio.timeout(DEADLINE):
                while post.desk.importer.folders.settings_of(log).scribe:
                    await asyncio.sleep(0.01)

        def flush_and_change(reading: Reading, *, is_end: bool = False) -> None:
            flush(reading, is_end=is_end)
            monkeypatch.setattr(Reading, "_flush", flush)
            asyncio.run_coroutine_threadsafe(changed(), loop).result(DEADLINE)

        monkeypatch.setattr(Reading, "_flush", flush_and_change)
        await post.watching.add([log.parent])
        await post.has(said(0, 5_000))


@pytest.mark.parametrize(
    ("change", "said_so"),
    [
        (SettingsChange(zone="Europe/Berln"), "'Europe/Berlin'"),
        (SettingsChange(format="whatsap"), "'whatsapp'"),
        (SettingsChange(title="{tittle}"), "{title}"),
        (SettingsChange(include=("/x/*",)), "'x/*'"),
        (SettingsChange(exclude=("a**",)), "'a**/*'"),
    ],
)
async def test_settings_that_make_no_sense_are_refused(
    tmp_path: Path, change: SettingsChange, said_so: str
) -> None:
    """With what is nearest, and without any change."""
    async with desk_in(tmp_path) as desk:
        watching = watching_of(desk)
        await watching.add([tmp_path / "logs"])
        for attempt in (watching.add, watching.set):
            with pytest.raises(UsageError) as caught:
                await attempt([tmp_path / "logs"], change)
            assert said_so in str(caught.value)
        (one,) = await watching.paths()
        assert one.settings == FolderSettings()


async def test_settings_are_changed_one_by_one(tmp_path: Path) -> None:
    """What is not named stays; a path that is not watched is named with the nearest one."""
    logs = tmp_path / "logs"
    async with desk_in(tmp_path) as desk:
        watching = watching_of(desk)
        await watching.add([logs], SettingsChange(zone="UTC", exclude=("a", "b/**")))
        await watching.add([logs], SettingsChange(scribe=False))
        await watching.set([logs], SettingsChange(zone=""))
        (one,) = await watching.paths()
        assert one.settings == FolderSettings(exclude=("a", "b/**"), scribe=False)
        with pytest.raises(NotFoundError, match="Did you mean"):
            await watching.set([tmp_path / "log"], SettingsChange(zone="UTC"))


async def test_a_zip_that_is_still_copied_is_read_when_it_is_whole(tmp_path: Path) -> None:
    """Until then it is in quarantine, and afterwards no more; one inside it stays there."""
    with zipfile.ZipFile(tmp_path / "inner.zip", "w") as inner:
        inner.writestr("b.log", "".join(irc(3, start=50)))
    with zipfile.ZipFile(tmp_path / "whole.zip", "w") as outer:
        outer.writestr("a.log", "".join(irc(3)))
        outer.write(tmp_path / "inner.zip", "inner.zip")
    data, copy = (tmp_path / "whole.zip").read_bytes(), tmp_path / "logs" / "copy.zip"
    copy.parent.mkdir()
    copy.write_bytes(data[:200])
    async with post_in(tmp_path) as post:
        await post.watching.add([copy.parent])
        async with asyncio.timeout(DEADLINE):
            while not await post.desk.quarantined():
                await asyncio.sleep(0.02)
        with copy.open("ab") as stream:
            stream.write(data[200:])
        await post.has(said(0, 3))
        async with asyncio.timeout(DEADLINE):
            while (
                len(found := await post.desk.quarantined()) != 1 or "zip inside" not in found[0][1]
            ):
                await asyncio.sleep(0.02)


async def test_a_line_that_is_not_whole_waits_for_its_end(tmp_path: Path) -> None:
    """In a watched folder, without a second turn for its beginning."""
    log = write(tmp_path / "logs" / "a.log", irc(3))
    async with post_in(tmp_path) as post:
        await post.watching.add([log.parent])
        await post.has(said(0, 3))
        (line,) = irc(1, start=3)
        write(log, [line[:-4]])
        write(log, [line[-4:]])
        await post.has(said(0, 4))
