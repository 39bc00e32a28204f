"""IRC logs of clients and bots that tell things in words of their own, and what only looks so."""

from __future__ import annotations

import pytest
from text_logs import drafts, read, rejects, source_of, turns

from minutebook.domain.turns import Role
from minutebook.sources.formats.irc import IRC

FORMAT = IRC()


def test_reads_logs_of_bots_that_tell_in_words() -> None:
    """Eggdrop writes no marks: actions are a person's, joins and modes nobody's."""
    text = (
        "[00:00] --- Sat Jan  2 2021\n"
        "[00:01] bob (~b@host.org) joined #c.\n"
        "[00:01] #c: mode change '+o bob' by ann!a@b\n"
        "[00:02] Nick change: bob -> bobby\n"
        "[00:03] Action: ann waves at bobby\n"
        "[00:04] <ann> hello\n"
        "[00:05] bobby (~b@host.org) left irc: Quit\n"
    )
    assert FORMAT.detect(source_of(text, "c.log").sample()) is not None
    found = turns(FORMAT, text, "c.log")
    assert [(t.role, t.author, t.content.text) for t in found if t.role is Role.PERSON] == [
        (Role.PERSON, "ann", "/me waves at bobby"),
        (Role.PERSON, "ann", "hello"),
    ]
    assert len(found) == 6


@pytest.mark.parametrize(
    "opening",
    [
        "--- Log geöffnet Sa Jan 02 23:00:00 2021",
        "--- Dag gewijzigd za 02 jan 2021",
        "**** BEGINN DER PROTOKOLLIERUNG AM Sat Jan  2 12:00:00 2021",
        "### Log session started at Sat Jan 2 12:00:00 2021 ###",
    ],
)
def test_days_are_announced_in_any_language(opening: str) -> None:
    """A marked line with a date says which day it is, whatever its words are."""
    items = read(FORMAT, source_of(f"{opening}\n23:58 < ann> hi\n", "#c.log"))
    assert rejects(items) == []
    assert [f"{draft.at:%Y-%m-%d %H:%M}" for draft in drafts(items)] == ["2021-01-02 23:58"]


@pytest.mark.parametrize(
    "line", ["12:34 -ann:#c- a notice", "Jan 02 12:34:56 -ann-\ta notice", "[12:34] -ann- a notice"]
)
def test_notices_have_their_sender(line: str) -> None:
    """Where a notice went, and the tab behind it, are not the nick's."""
    (found,) = turns(FORMAT, f"{line}\n", "#c_20210102.log")
    assert (found.role, found.author, found.content.text) == (Role.SYSTEM, "ann", "a notice")


@pytest.mark.parametrize(
    "text",
    [
        "1\n00:00:01,000 --> 00:00:02,000\nhello\n\n2\n00:00:03,000 --> 00:00:04,000\nthere\n",
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n<v Ann>hello\n\n00:03.000 --> 00:04.000\nyes\n",
    ],
)
def test_subtitles_are_no_log(text: str) -> None:
    """An arrow between two times is not somebody joining."""
    assert FORMAT.detect(source_of(text).sample()) is None


def test_reads_logs_that_write_out_the_day_in_every_line() -> None:
    """Day and time have brackets of their own, and a tab is before the words."""
    day = "[Saturday 02 January 2021]"
    text = (
        f"{day} [12:34:50] Join\tYou (me@h) have joined the channel #c (me).\n"
        f"{day} [12:34:56] <ann>\thello\n{day} [12:35:56] *\tbob waves\n"
    )
    assert FORMAT.detect(source_of(text, "c.log").sample()) is not None
    found = turns(FORMAT, text, "c.log")
    assert [(t.author, t.content.text) for t in found[1:]] == [
        ("ann", "hello"),
        ("bob", "/me waves"),
    ]
    assert [f"{t.at:%Y-%m-%d %H:%M:%S}" for t in found][-1] == "2021-01-02 12:35:56"


@pytest.mark.parametrize(
    "mark", ["• ann waves", "• ann: waves", "— ann waves", "Action: ann waves"]
)
def test_actions_are_marked_in_several_ways(mark: str) -> None:
    """They are of whoever acts."""
    found = turns(FORMAT, f"[2021-01-02 12:34:56] <bob> hi\n[2021-01-02 12:34:57] {mark}\n")
    assert [(t.author, t.content.text) for t in found] == [("bob", "hi"), ("ann", "/me waves")]
