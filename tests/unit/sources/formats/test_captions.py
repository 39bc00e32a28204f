"""Captions in WebVTT and SubRip."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from json_logs import Reading, read, score

from minutebook.domain.turns import Role
from minutebook.sources.formats.captions import SubRip, WebVTT


def moment(seconds: int, mark: str = ".") -> str:
    """Write a time."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{mark}000"


def vtt(*cues: tuple[int, str], head: str = "WEBVTT") -> str:
    """Write cues of two seconds each, as WebVTT."""
    blocks = [f"{moment(at)} --> {moment(at + 2)}\n{text}" for at, text in cues]
    return "\n\n".join([head, *blocks]) + "\n"


def srt(*cues: tuple[int, str]) -> str:
    """Write the same as SubRip."""
    blocks = [
        f"{number}\n{moment(at, ',')} --> {moment(at + 2, ',')}\n{text}"
        for number, (at, text) in enumerate(cues, 1)
    ]
    return "\n\n".join(blocks) + "\n"


def spoken(one: Reading) -> list[tuple[str, str]]:
    """Pick speakers and texts."""
    assert all(turn.role is Role.PERSON for turn in one.turns)
    return [(turn.author, turn.content.text) for turn in one.turns]


NAMED = [
    (0, "<v Ana Berg>Shall we?</v>"),
    (2, "<v Ana Berg>The ferry\nleaves &amp; we wait.</v>"),
    (4, "<v.loud Bo>At <i>noon</i>.</v>"),
    (6, "<v Ana Berg>Good. <v Bo>Yes."),
]
MEETING = [
    ("Ana Berg", "Shall we?\nThe ferry\nleaves & we wait."),
    ("Bo", "At noon."),
    ("Ana Berg", "Good."),
    ("Bo", "Yes."),
]


def test_cues_of_one_speaker_are_one_turn() -> None:
    """Voices in the markup, several in a cue; times as they are written."""
    one = read(WebVTT(), vtt(*NAMED), name="standup.vtt")
    assert spoken(one) == MEETING
    assert [turn.at_raw for turn in one.turns][:2] == ["00:00:00.000", "00:00:04.000"]
    assert all(turn.at is None for turn in one.turns)
    assert one.conversations[0].title == "standup"
    assert one.rejected == []


def test_everything_that_may_stand_in_a_file_is_passed_over() -> None:
    """Heads, notes, styles, regions, names of cues, settings, missing hours, carriage returns."""
    data = (
        "\ufeffWEBVTT - a title\r\nKind: captions\r\n\r\nSTYLE\r\n::cue { color: red }\r\n\r\n"
        "NOTE a --> b\r\nmore of it\r\n\r\nREGION\r\nid:x\r\n\r\n"
        "5e5e/12-0\r\n00:01.000 --> 00:02.500 align:start position:0%\r\n<v Ana>One</v>\r\n\r\n"
        "100:00:03.000 --> 100:00:04.000\r\n<00:00:03.500><c.yellow>two</c>&nbsp;three\r\n"
    )
    one = read(WebVTT(), data)
    assert spoken(one) == [("Ana", "One"), ("", "two three")]
    assert one.rejected == []


def test_names_before_the_text_are_speakers_when_they_come_again() -> None:
    """What stands before a colon once is words; who is not named goes on."""
    cues = [
        (0, "Ana: Shall we?"),
        (2, "Yes: we shall."),
        (4, "Bo: At noon."),
        (6, "Ana: Good."),
        (8, "Bo: Yes."),
    ]
    expected = [("Ana", "Shall we?\nYes: we shall."), ("Bo", "At noon.")]
    expected += [("Ana", "Good."), ("Bo", "Yes.")]
    assert spoken(read(WebVTT(), vtt(*cues))) == expected
    assert spoken(read(SubRip(), srt(*cues))) == expected
    alone = [(0, "Warning: it is hot."), (2, "Nobody: speaks here.")]
    assert [name for name, _ in spoken(read(SubRip(), srt(*alone)))] == [""]


def test_captions_without_speakers_end_with_pauses_and_long_sentences() -> None:
    """Lines that roll up are there once."""
    rolling = [(0, "one"), (2, "one\ntwo"), (4, "two"), (30, "three")]
    assert spoken(read(WebVTT(), vtt(*rolling))) == [("", "one\ntwo"), ("", "three")]
    long = [(n, f"{n} " + "word " * 60 + ("." if n % 2 else "")) for n in range(12)]
    turns = spoken(read(SubRip(), srt(*long)))
    assert 1 < len(turns) < 6
    assert all(text.endswith(".") for _, text in turns[:-1])


def test_the_start_of_a_recording_is_in_its_name() -> None:
    """As Zoom has it; a wrong one is none."""
    name = "GMT20240131-140000_Recording.transcript.vtt"
    one = read(WebVTT(), vtt(*NAMED), name=name)
    assert str(one.turns[0].at) == "2024-01-31 14:00:00+00:00"
    assert one.turns[1].at == one.turns[0].at + timedelta(seconds=4)  # type: ignore[operator]
    wrong = read(WebVTT(), vtt(*NAMED), name="GMT20249931-140000.vtt")
    assert wrong.turns[0].at is None


def test_subrip_has_its_own_ways() -> None:
    """Fonts, positions, missing blank lines, two numbers, points in the place of commas."""
    data = (
        '1\n00:00:01,000 --> 00:00:02,000\n{\\an8}<font color="#fff">One</font>\n'
        "2\n00:00:02,000 --> 00:00:03,000\nand <b>two</b>\n\n"
        "3\n0:00:04.5 --> 0:00:05.5 X1:10\n3 < 4 and <3\n"
    )
    assert spoken(read(SubRip(), data)) == [("", "One\nand two\n3 < 4 and <3")]
    assert score(SubRip(), data) == 0.97


def test_each_is_told_by_its_beginning() -> None:
    """Also with a byte order mark, blank lines before, or in UTF-16; others are not taken."""
    assert score(WebVTT(), "\ufeff" + vtt(*NAMED)) == 0.98
    assert score(WebVTT(), vtt(*NAMED).encode("utf-16")) == 0.98
    assert score(SubRip(), "\n\n" + srt(*NAMED)) == 0.97
    assert score(SubRip(), vtt(*NAMED)) == 0
    for other in ("WEBVTTX\n", "1\n2\n3\n", "12:00 --> 13:00\n", "[00:00:01] Ana: hi\n", ""):
        assert score(WebVTT(), other) == score(SubRip(), other) == 0


def test_damage_ends_with_its_cue() -> None:
    """Times that are none are named; a cue without words is none."""
    data = (
        vtt((0, "<v Ana>one"), (2, ""))
        + "\n0:x --> 9\nlost\n\n"
        + "\n".join(["00:00:09.000 --> 00:00:10.000", "<v Bo>a\x00b\ud83d"])
    )
    one = read(WebVTT(), data)
    assert [item.reason for item in one.rejected] == ["Its times cannot be read."]
    assert [name for name, _ in spoken(one)] == ["Ana", "Bo"]


@pytest.mark.parametrize("share", range(10, 100, 10))
def test_what_was_read_of_a_growing_file_is_the_beginning_of_the_whole(share: int) -> None:
    """All but the turn that was open."""
    data = vtt(*NAMED * 3).encode()
    part = read(WebVTT(), data[: len(data) * share // 100], is_growing=True)
    whole = read(WebVTT(), data)
    assert spoken(part)[:-1] == spoken(whole)[: max(0, len(part.turns) - 1)]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["Ana", "Bo B."]), st.text("abc äö,.", min_size=1)), min_size=1
    )
)
def test_a_meeting_is_read_back(said: list[tuple[str, str]]) -> None:
    """Every word by its speaker, in both formats."""
    kept = [(name, text.strip()) for name, text in said if text.strip()]
    cues = [(2 * n, f"<v {name}>{text}</v>") for n, (name, text) in enumerate(kept)]
    for data, format_ in ((vtt(*cues), WebVTT()), (srt(*cues), SubRip())):
        found = [
            (turn.author, line)
            for turn in read(format_, data).turns
            for line in turn.content.text.split("\n")
        ]
        assert found == kept


@settings(max_examples=50, deadline=None)
@given(st.text())
def test_no_text_is_fatal(text: str) -> None:
    """Whatever stands in a file."""
    read(WebVTT(), f"WEBVTT\n\n00:01.000 --> 00:02.000\n{text}")
    read(SubRip(), text)
