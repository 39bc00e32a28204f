"""IRC logs that are rotated, or begun anew every day."""

from __future__ import annotations

from pathlib import Path

from desk import desk_in, put


def day(day: int, start: int) -> str:
    """Write an hour of talk."""
    return "".join(f"2026-03-{day:02}T12:{n:02}:00  <Ana> words {n}\n" for n in range(start, 50))


async def test_rotation_leaves_one_conversation(tmp_path: Path) -> None:
    """The older file, the newer one and the one that was moved are one channel, named by it."""
    folder = tmp_path / "chats"
    async with desk_in(tmp_path) as desk:
        older = put(folder / "#skerra-radio.weechatlog.1", day(1, 0))
        await desk.read(older, put(folder / "#skerra-radio.weechatlog", day(2, 0)))
        moved = (folder / "#skerra-radio.weechatlog").rename(folder / "#skerra-radio.weechatlog.2")
        (report,) = await desk.read(moved)
        assert (report.turns_new, report.turns_known) == (0, 50)
        (one,) = await desk.library.conversations()
        assert (one.title, one.turns) == ("#skerra-radio", 100)


async def test_days_in_a_folder_are_one_conversation(tmp_path: Path) -> None:
    """Also when what is written today is moved away, and the next line begins it anew."""
    folder = tmp_path / "irc"
    async with desk_in(tmp_path) as desk:
        await desk.read(put(folder / "2026-03-01.log", day(1, 0)))
        today = put(folder / "2026-03-02.log", day(2, 30))
        await desk.read_one(today, live=True)
        await desk.read_one(today.rename(folder / "2026-03-02.log.1"), live=True)
        await desk.read_one(put(today, day(3, 48)), live=True)
        (one,) = await desk.library.conversations()
        assert (one.title, one.turns) == ("irc", 72)
