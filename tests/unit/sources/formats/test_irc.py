"""IRC logs: what every client writes, which day it is, which channel, which encoding."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from text_logs import (
    BERLIN,
    conversations,
    drafts,
    read,
    read_in_two,
    rejects,
    said,
    source_of,
    turns,
    utc,
)

from minutebook.domain.turns import Role
from minutebook.sources.formats.irc import IRC
from minutebook.sources.parsed import Checkpoint, Identity

FORMAT = IRC()
DAILY = "#zig_20210102.log"


@pytest.mark.parametrize(
    ("line", "instant", "text"),
    [
        ("[12:34] <alice> hi there", "2021-01-02 11:34:00", "hi there"),
        ("[12:34:56] <alice> hi there", "2021-01-02 11:34:56", "hi there"),
        ("2021-01-02T12:34:56  <alice> hi there", "2021-01-02 11:34:56", "hi there"),
        ("2021-01-02T12:34:56 <alice> hi there", "2021-01-02 11:34:56", "hi there"),
        ("2021-01-02T12:34:56Z <alice> hi there", "2021-01-02 12:34:56", "hi there"),
        ("2021-01-02T12:34:56+02:00 <alice> hi there", "2021-01-02 10:34:56", "hi there"),
        ("12:34 <@alice> hi there", "2021-01-02 11:34:00", "hi there"),
        ("12:34 < alice> hi there", "2021-01-02 11:34:00", "hi there"),
        ("12:34 <+alice> hi there", "2021-01-02 11:34:00", "hi there"),
        ("[12:34] <~&alice> hi there", "2021-01-02 11:34:00", "hi there"),
        ("2021-01-02 12:34:56\talice\thi there", "2021-01-02 11:34:56", "hi there"),
        ("2021-01-02 12:34:56\t@alice\thi\tthere", "2021-01-02 11:34:56", "hi\tthere"),
        ("Jan 02 12:34:56 <alice>\thi there", "2021-01-02 11:34:56", "hi there"),
        ("Jan  2 12:34:56 <alice>\thi there", "2021-01-02 11:34:56", "hi there"),
        ("[2 Jan 12:34] <alice!~a@host.org> +hi there", "2021-01-02 11:34:00", "hi there"),
        ("[2 Jan 12:34] <alice!~a@host.org> hi there", "2021-01-02 11:34:00", "hi there"),
        ("[12:34] <alice > hi there", "2021-01-02 11:34:00", "hi there"),
        ("[12:34] \x0304<alice>\x03 \x02hi\x02 \x0312,4there\x0f", "2021-01-02 11:34:00",
         "hi there"),
        ("[12:34] <alice> \x1dhi\x1d \x04ff0000there\x1f\x11\x16", "2021-01-02 11:34:00",
         "hi there"),
    ],
)  # fmt: skip
def test_reads_what_somebody_says(line: str, instant: str, text: str) -> None:
    """A message of any client gives nick, text and instant; marks of rank are not the nick's."""
    source = source_of(f"{line}\n", DAILY)
    assert FORMAT.detect(source_of(f"{line}\n{line}\n", "x").sample()) is not None
    (draft,) = drafts(read(FORMAT, source))
    assert (draft.role, draft.author, draft.content.text) == (Role.PERSON, "alice", text)
    assert utc(draft) == instant
    assert draft.native_id is None
    assert draft.zone_known is ("Z" in line or "+02:00" in line)
    assert draft.at_raw in line.replace("\x02", "")


@pytest.mark.parametrize(
    "line",
    [
        "[12:34] * alice waves",
        "2021-01-02T12:34:56  * alice waves",
        "12:34  * alice waves",
        "2021-01-02 12:34:56\t *\talice waves",
        "Jan 02 12:34:56 *\talice waves",
    ],
)
def test_actions_are_somebodys(line: str) -> None:
    """What a person did stays theirs, with the mark of an action."""
    (draft,) = turns(FORMAT, line, DAILY)
    assert (draft.role, draft.author, draft.content.text) == (Role.PERSON, "alice", "/me waves")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("[12:34:56] *** Joins: bob (u@h)", "Joins: bob (u@h)"),
        ("[12:34:56] *** Quits: bob (u@h) (Ping)", "Quits: bob (u@h) (Ping)"),
        ("[12:34] *** bob is now known as rob", "bob is now known as rob"),
        ("[12:34] *** op sets mode: +o bob", "op sets mode: +o bob"),
        ("2021-01-02T12:34:56  *** bob <n!u@h> has joined #zig", "bob <n!u@h> has joined #zig"),
        ("12:34 -!- bob [u@h] has joined #zig", "bob [u@h] has joined #zig"),
        ("2021-01-02 12:34:56\t-->\tbob (u@h) has joined #zig", "bob (u@h) has joined #zig"),
        ("2021-01-02 12:34:56\t<--\tbob (u@h) has quit", "bob (u@h) has quit"),
        ("2021-01-02 12:34:56\t--\tMode #zig [+o bob] by op", "Mode #zig [+o bob] by op"),
        ("[2 Jan 12:34] *** You connected", "You connected"),
        ("[2 Jan 12:34] --> bob (n=u@h) joined the channel", "bob (n=u@h) joined the channel"),
        ("=== bob is now known as rob", "bob is now known as rob"),
        ("=== bob [n=u@h] has joined #zig", "bob [n=u@h] has joined #zig"),
        ("2021-01-02T12:34:56 * bob joined the channel", "bob joined the channel"),
        ("2021-01-02T12:34:56 * bob has quit", "bob has quit"),
        ("2021-01-02T12:34:56 * bob is now known as rob", "bob is now known as rob"),
        ("[12:34] * bob (u@h) has joined #zig", "bob (u@h) has joined #zig"),
        ("[12:34] * Now talking in #zig", "Now talking in #zig"),
        ("12:34 [Users #zig]", "[Users #zig]"),
    ],
)
def test_what_only_happened_is_the_systems(line: str, text: str) -> None:
    """Joins, parts, nicks, modes and what else has a time are nobody's words."""
    (draft,) = turns(FORMAT, line, DAILY)
    assert (draft.role, draft.author, draft.content.text) == (Role.SYSTEM, "", text)


@pytest.mark.parametrize("line", ["[12:34] -bot- news", "12:34 -bot(~b@host)- news"])
def test_notices_keep_who_sent_them(line: str) -> None:
    """A notice is the system's, with its sender."""
    (draft,) = turns(FORMAT, line, DAILY)
    assert (draft.role, draft.author, draft.content.text) == (Role.SYSTEM, "bot", "news")


def test_an_action_that_sounds_like_an_event_is_an_action() -> None:
    """Only what clients write themselves is an event."""
    (draft,) = turns(FORMAT, "[12:34] * alice has quit smoking", DAILY)
    assert draft.role is Role.PERSON


def test_day_lines_say_which_day_it_is() -> None:
    """The lines of irssi are not turns; times after them are of their day, whatever their order."""
    text = (
        "--- Log opened Sat Jan 02 23:50:00 2021\n23:55 < a> x\n--- Day changed Sun Jan 03 2021\n"
        "00:05 < a> x\n00:01 < a> late\n--- Log closed Sun Jan 03 00:06:00 2021\n"
        "--- Log opened Tue Jan 05 08:00:00 2021\n08:00 < a> x\n"
        "--- Day changed ke tammi 06 2021\n08:00 < a> x\n"
    )
    found = turns(FORMAT, text, "#a.log")
    assert [utc(draft) for draft in found] == [
        "2021-01-02 22:55:00",
        "2021-01-02 23:05:00",
        "2021-01-02 23:01:00",
        "2021-01-05 07:00:00",
        "2021-01-06 07:00:00",
    ]


@pytest.mark.parametrize(
    "opening",
    [
        "Session Start: Sat Jan 02 21:00:00 2021\nSession Ident: #zig",
        "**** BEGIN LOGGING AT Sat Jan  2 21:00:00 2021",
        "[21:00] --- Sat Jan  2 2021",
    ],
)
def test_midnight_is_where_the_time_goes_back(opening: str) -> None:
    """Without a line for the new day, a time before the last one belongs to the next day."""
    is_announced = opening.startswith("[")
    text = f"{opening}\n[23:50] <a> x\n[00:10] <a> x\n[23:00] <a> x\n[01:00] <a> x\n"
    found = [utc(draft) for draft in turns(FORMAT, text)]
    rolled = ["2021-01-02 22:50", "2021-01-02 23:10", "2021-01-03 22:00", "2021-01-04 00:00"]
    flat = ["2021-01-02 22:50", "2021-01-01 23:10", "2021-01-02 22:00", "2021-01-02 00:00"]
    assert [each[:16] for each in found] == (flat if is_announced else rolled)


def test_a_few_minutes_back_are_not_midnight() -> None:
    """Lines that come out of order stay on their day, in their order."""
    text = "[12:10] <a> x\n[12:08] <a> x\n[12:11] <a> x\n"
    assert [utc(draft)[:13] for draft in turns(FORMAT, text, DAILY)] == ["2021-01-02 11"] * 3


def test_a_daily_file_goes_on_into_the_next_day_only_after_midnight() -> None:
    """In a file named after its day, times go back without it being midnight."""
    text = "[12:00] <a> x\n[10:00] <a> merged\n[23:59] <a> x\n[00:01] <a> x\n"
    assert [utc(draft)[:13] for draft in turns(FORMAT, text, DAILY)] == [
        "2021-01-02 11",
        "2021-01-02 09",
        "2021-01-02 22",
        "2021-01-02 23",
    ]


@pytest.mark.parametrize("date", ["", "2023-10-29 "])
def test_clocks_that_are_put_back_do_not_make_a_day(date: str) -> None:
    """The hour that comes twice is told apart by order; the day goes on."""
    times = ["02:30:00", "02:59:00", "02:10:00", "02:40:00", "03:05:00"]
    text = "".join(f"[{date}{time}] <a> x\n" for time in times)
    found = turns(FORMAT, "Session Start: Sun Oct 29 02:00:00 2023\n" + text)
    instants = ["00:30", "00:59", "01:10", "01:40", "02:05"]
    assert [utc(draft)[:16] for draft in found] == [f"2023-10-29 {each}" for each in instants]


def test_a_year_is_taken_from_the_opening_line_and_counted_on() -> None:
    """Dates without a year follow the line that has one."""
    text = (
        "**** BEGIN LOGGING AT Thu Dec 31 23:00:00 2020\n"
        "Dec 31 23:30:00 <a>\tx\nJan 01 00:30:00 <a>\tx\n"
    )
    assert [utc(draft)[:10] for draft in turns(FORMAT, text)] == ["2020-12-31", "2020-12-31"]
    assert [utc(draft)[11:] for draft in turns(FORMAT, text)] == ["22:30:00", "23:30:00"]


def test_a_day_that_nothing_tells_is_not_guessed() -> None:
    """Without day or year a line has no instant, only what was written."""
    for line in ("[12:34] <a> x", "[15 Jan 00:53] <a!u@h> +x", "Jan 02 12:34:56 <a>\tx"):
        (draft,) = turns(FORMAT, line, "log.txt")
        assert draft.at is None
        assert draft.at_raw in line
    assert turns(FORMAT, "[25:61] <a> x", DAILY)[0].at is None


def test_lines_without_a_time_take_that_of_the_line_before() -> None:
    """Ubuntu's events carry none; at the start of a day's file it is midnight."""
    text = "=== a is now known as b\n[12:34] <a> x\n=== c [u@h] has joined #zig\n"
    found = turns(FORMAT, text, DAILY)
    assert [utc(draft)[11:16] for draft in found] == ["23:00", "11:34", "11:34"]
    assert found[2].at_raw == ""


@pytest.mark.parametrize(
    ("name", "folders", "native_id", "day"),
    [
        ("#ubuntu.txt", ("logs", "2013", "01", "13"), "#ubuntu", "2013-01-13"),
        ("#qtox_20161029.log.txt", (), "#qtox", "2016-10-29"),
        ("2024-01-31.log", ("irc.libera.chat", "#Zig"), "irc.libera.chat/#zig", "2024-01-31"),
        ("2024-01-31.log", ("networks", "home", "#zig"), "home/#zig", "2024-01-31"),
        ("2024-01-31.log", ("saltmarsh", "#zig"), "saltmarsh/#zig", "2024-01-31"),
        ("2024-01-31.log", ("logs", "#zig"), "#zig", "2024-01-31"),
        ("irc.libera.#zig.weechatlog", (), "libera/#zig", ""),
        ("#zig.Libera.20240131.log", (), "libera/#zig", "2024-01-31"),
        ("#zig-0.11.log", (), "#zig-0.11", ""),
        ("##C[]~.log", (), "##c{}^", ""),
        ("me_freenode_#zig_20240131.log", (), "freenode/#zig", "2024-01-31"),
        ("#linux.log", ("hexchat", "Libera"), "libera/#linux", ""),
        ("#linux.log", ("home", "alice"), "#linux", ""),
        ("fluid-work-2014-01-12.log", ("fluid-work", "2014"), "fluid-work", "2014-01-12"),
        ("2014-01-12.log", ("zig", "2014"), "zig", "2014-01-12"),
        ("10-08.txt", ("zig-irc-logs", "2017"), "zig-irc-logs", "2017-10-08"),
        ("2014-01-12.log", ("logs",), "", "2014-01-12"),
        ("2004-11-15_03.raw.txt", ("data", "train"), "", "2004-11-15"),
        ("bob.log", ("logs",), "", ""),
    ],
)
def test_file_and_folders_name_channel_and_day(
    name: str, folders: tuple[str, ...], native_id: str, day: str
) -> None:
    """Files of one channel are one conversation; what nothing names is unknown."""
    items = read(FORMAT, source_of("[12:34] <a> x\n", name, folders=folders))
    (found,) = conversations(items)
    (draft,) = drafts(items)
    assert found.native_id == native_id
    assert found.identity is (Identity.NAMED if native_id else Identity.UNKNOWN)
    assert (f"{draft.at:%Y-%m-%d}" if draft.at else "") == day


@pytest.mark.parametrize(
    "line",
    [
        "2005-01-08T23:33:54  *** povbot has joined #Pov",
        "12:34 -!- bob [u@h] has joined #pov",
        "[12:34] * Now talking in #pov",
    ],
)
def test_the_log_names_its_channel_when_the_file_does_not(line: str) -> None:
    """A join tells where we are; what people say does not."""
    (found,) = conversations(read(FORMAT, source_of(f"[12:34] <a> see #other\n{line}\n")))
    assert (found.identity, found.native_id) == (Identity.NAMED, "#pov")


def test_every_line_has_its_own_encoding() -> None:
    """UTF-8, Windows-1252, ISO-2022-JP and Shift-JIS stand side by side."""
    said_here = ["größe", "größe", "日本語", "こんにちは", "了解"]
    encodings = ["utf-8", "cp1252", "iso2022_jp", "cp932", "cp932"]
    raw = b"".join(
        b"[12:34] <a> " + text.encode(encoding) + b"\r\n"
        for text, encoding in zip(said_here, encodings, strict=True)
    )
    assert [draft.content.text for draft in turns(FORMAT, raw, DAILY)] == said_here


def test_a_dump_of_bytes_is_read_as_text() -> None:
    """What a bot wrote as a Python literal loses its quotes and escapes."""
    text = (
        "b'2015-04-23T01:58:19 <a> it\\'s \\xc3\\xa9t\\xc3\\xa9\n2015-04-23T01:58:20 <b> ok\n'\n\n"
        'b"2015-04-24T01:58:19 <a> it\'s fine\n"\n'
    )
    items = read(FORMAT, source_of(text))
    assert [draft.content.text for draft in drafts(items)] == ["it's été", "ok", "it's fine"]
    assert rejects(items) == []


def test_blocks_of_seconds_nick_and_text_are_read() -> None:
    """Seconds since 1970 are instants that need no zone; a torn block is kept aside."""
    text = "1507466702\npupp\nhow to?\n\n1507466884\nann\nso\nand so\n\nnoise\n\n1507466900\nx\ny\n"
    source = source_of(text, "10-08.txt", folders=("zig", "2017"))
    items = read(FORMAT, source)
    assert FORMAT.detect(source.sample()) is not None
    assert [(draft.author, draft.content.text) for draft in drafts(items)] == [
        ("pupp", "how to?"),
        ("ann", "so\nand so"),
        ("x", "y"),
    ]
    assert (utc(drafts(items)[0]), drafts(items)[0].zone_known) == ("2017-10-08 12:45:02", True)
    assert [rejected.place for rejected in rejects(items)] == ["line 10"]


def test_what_is_not_of_a_log_is_kept_aside() -> None:
    """Reading goes on behind it, and its place is told."""
    items = read(FORMAT, source_of("[12:34] <a> x\nwhat is this\n\n[12:35] <a> y\n", DAILY))
    assert len(drafts(items)) == 2
    assert [(each.place, each.excerpt) for each in rejects(items)] == [("line 2", "what is this")]


def test_a_line_of_ten_megabytes_is_one_message() -> None:
    """Floods of a broken client do not stop the reading."""
    (draft,) = turns(FORMAT, "[12:34] <a> " + "x" * 10_000_000, DAILY)
    assert len(draft.content.text) == 10_000_000


def test_checkpoints_come_every_two_hundred_turns_and_before_the_last() -> None:
    """The last line may lack its end."""
    text = "".join(f"[12:{n % 60:02}] <a> {n}\n" for n in range(450))
    items = read(FORMAT, source_of(text, DAILY))
    assert [at for at, item in enumerate(items) if isinstance(item, Checkpoint)] == [201, 402, 452]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "a,b,c\n1,2,3\n",
        "12:34:56 INFO started\n12:34:57 ERROR failed\n" * 20,
        "[12:34:56] INFO: started\n" * 20,
        "Jan 02 12:34:56 host sshd[3]: Accepted\n" * 20,
        "2021-01-02 12:34:56 [main] INFO app - x\n" * 20,
        "2021-01-02 12:34:56\t17\t3.4\n" * 20,
        "[31/12/2022, 11:40:26] Anna: text\n" * 20,
        "31/12/22, 11:40 - Anna: text\n" * 20,
        "[2019-12-24, 12:23] Jane: hello\n" * 20,
        "<html>\n<body> text </body>\n</html>\n",
        "#include <stdio.h>\nint main() { return 0; }\n",
        "# Title\n\n* one\n* two\n\n> quote\n",
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>Hi\n",
        '{"a": "[12:34] <b> c"}\n',
    ],
)
def test_other_things_are_not_logs_of_irc(text: str) -> None:
    """Tables, logs of programs, markup, source code and other chats do not match."""
    assert FORMAT.detect(source_of(text).sample()) is None


def test_a_hostile_line_takes_no_longer_than_others() -> None:
    """Long runs of what the patterns look for are read, not chewed on."""
    evil = ["[12:34] " + "<" * 100_000, "[12:34] -" + "a(" * 50_000, "\x03" * 100_000, "*" * 90_000]
    evil += ["--- Log opened " + "a 1 " * 50_000, "[12:34] * " + "a" * 100_000, "-" * 100_000]
    evil += ["--- Day changed " + "Jan" * 50_000, "2021-01-02 12:34:56\t" + "a" * 100_000]
    evil += ["b'" + "\\" * 100_000, "1" * 100_000, "12:34 " + "(" * 100_000, "#" * 100_000]
    assert read(FORMAT, source_of("\n".join(evil), DAILY))


NICKS = st.sampled_from(["alice", "bob_", "Carol^", "d[x]", "|eve"])
WORDS = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=20
)
SAID = st.lists(st.tuples(st.integers(0, 70_000), NICKS, WORDS, st.booleans()), max_size=30)
Said = list[tuple[int, str, str, bool]]


def _log(messages: Said, style: str) -> tuple[str, list[tuple[str, str, str]]]:
    """Write a log as a client does, and say what should come back."""
    at = datetime(2021, 10, 29, tzinfo=UTC)
    day = ""
    text, expected = "", []
    for seconds, nick, words, is_action in messages:
        at += timedelta(seconds=seconds)
        local = at.astimezone(BERLIN)
        if style == "irssi" and f"{local:%d}" != day:
            text += f"--- Day changed {local:%a %b %d %Y}\n"
            day = f"{local:%d}"
        stamp = f"{local:%Y-%m-%d %H:%M:%S}" if style == "weechat" else f"{local:%H:%M:%S}"
        if style == "weechat":
            text += f"{stamp}\t *\t{nick} {words}\n" if is_action else f"{stamp}\t{nick}\t{words}\n"
        else:
            text += f"{stamp}  * {nick} {words}\n" if is_action else f"{stamp} <{nick}> {words}\n"
        expected.append(
            (nick, f"/me {words}" if is_action else words, f"{local:%Y-%m-%d %H:%M:%S}")
        )
    return text, expected


@settings(max_examples=60, deadline=None)
@given(messages=SAID, style=st.sampled_from(["irssi", "weechat"]))
def test_reads_back_what_a_client_wrote(messages: Said, style: str) -> None:
    """Nicks, texts and times come back as they went out, over days and nights."""
    text, expected = _log([(s, n, w.strip() or "x", a) for s, n, w, a in messages], style)
    found = [
        (draft.author, draft.content.text, f"{draft.at:%Y-%m-%d %H:%M:%S}")
        for draft in turns(FORMAT, text, "#a.log")
    ]
    assert found == expected


@settings(max_examples=80, deadline=None)
@given(
    messages=SAID,
    style=st.sampled_from(["irssi", "weechat", "hours"]),
    name=st.sampled_from(["#a.log", "log.txt", "#a_20211029.log"]),
    where=st.floats(0, 1),
)
def test_going_on_from_a_checkpoint_is_reading_it_whole(
    messages: Said, style: str, name: str, where: float
) -> None:
    """Wherever the file was cut when it was first read, the second reading completes it."""
    text, _ = _log(messages, style)
    data = b"b'" + text.encode() + b"[12:00] <a> " + "かな".encode("cp932") + b"\n'\nend"
    whole = said(read(FORMAT, source_of(data, name)))
    assert said(read_in_two(FORMAT, data, int(len(data) * where), name)) == whole


@settings(max_examples=40, deadline=None)
@given(messages=SAID, where=st.floats(0, 1))
def test_blocks_go_on_from_a_checkpoint(messages: Said, where: float) -> None:
    """The last block is open until a blank line closes it."""
    blocks = [f"{1_500_000_000 + s}\n{n}\n{w.strip() or 'x'}\n\n" for s, n, w, _ in messages]
    data = "".join(blocks).encode()
    whole = said(read(FORMAT, source_of(data)))
    assert said(read_in_two(FORMAT, data, int(len(data) * where))) == whole


PIECES = st.sampled_from(
    [b"[12:34] <a> ", b"2021-01-02 12:34:56\t", b"--- Day changed ", b"b'", b"\\x", b"=== ",
     b"\x03", b"\x1b$B", b"\x82\xa0", b"\n", b"1507466702\n", b"Jan 31 12:00:00 <a>\t", b"-a- "]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=30), PIECES), max_size=30))
def test_no_bytes_break_it(pieces: list[bytes]) -> None:
    """Whatever a file holds, it is read to its end."""
    source = source_of(b"".join(pieces), DAILY)
    FORMAT.detect(source.sample())
    read(FORMAT, source)
