"""Channels by the names of their files, rotated and not."""

from __future__ import annotations

from datetime import date

import pytest
from text_logs import source_of

from minutebook.sources.formats.irc.naming import (
    bare_stem,
    channel_in_names,
    day_in_names,
    group_in_names,
)


@pytest.mark.parametrize(
    ("name", "channel"),
    [
        ("#skerra-radio.weechatlog", "#skerra-radio"),
        ("#skerra-radio.weechatlog.1", "#skerra-radio"),
        ("#skerra-radio.log.12", "#skerra-radio"),
        ("#skerra-radio.weechatlog-20260301", "#skerra-radio"),
        ("#skerra-radio.log-20260301.2", "#skerra-radio"),
        ("#skerra-radio.log.1.old", "#skerra-radio"),
        ("#python-3.12", "#python-3.12"),
        ("#c.1", "#c.1"),
    ],
)
def test_what_rotation_adds_is_no_part_of_a_name(name: str, channel: str) -> None:
    """A number or a date behind an ending; a number in a channel's own name stays."""
    found = channel_in_names(source_of("", name))
    assert found is not None
    assert found.name == channel


@pytest.mark.parametrize(
    ("folders", "name", "native_id"),
    [
        (("home", "irc"), "2026-03-01.log", "home/irc"),
        (("home", "irc"), "2026-03-02.log.1", "home/irc"),
        (("chats", "zig", "2026"), "2026-03-02.log", "zig"),
        (("home", "bo", "downloads"), "2026-03-01.log", None),
        (("home", "bo", "logs"), "10-08.log", None),
    ],
)
def test_files_of_days_are_named_by_their_folder(
    folders: tuple[str, ...], name: str, native_id: str | None
) -> None:
    """Of a folder that says only what is in it, the one around it tells whose."""
    found = group_in_names(source_of("", name, folders=folders))
    assert (found and found.native_id) == native_id


def test_a_rotated_file_of_a_day_keeps_its_day() -> None:
    """The day is in its name, the number is not."""
    source = source_of("", "2026-03-02.log.1")
    assert bare_stem(source) == "2026-03-02"
    assert day_in_names(source) == date(2026, 3, 2)
