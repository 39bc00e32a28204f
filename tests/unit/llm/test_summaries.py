"""The form of summaries: written, read back, and read tolerantly."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.errors import ModelReplyError, PromptTooLongError
from minutebook.llm.protocol import Reply, StopReason
from minutebook.llm.summaries import FormError, PageSummary, Point, RefusedError, read, written


def reply(text: str, stop: StopReason = StopReason.END) -> Reply:
    """Return an answer."""
    return Reply(model="m", text=text, stop_reason=stop)


@pytest.mark.parametrize(
    ("line", "turns"),
    [
        ("- Ann: On the 4th. [t3]", (3,)),
        ("- Ann: On the 4th. [t3] [t7]", (3, 7)),
        ("- Ann: On the 4th. [t3, t7]", (3, 7)),
        ("- Ann: On the 4th. [T3; 7]", (3, 7)),
        ("- Ann: On the 4th. [t3-t5]", (3, 4, 5)),
        ("- Ann: On the 4th. [t3–5]", (3, 4, 5)),
        ("- Ann: On the 4th.", ()),
    ],
)
def test_references_are_read(line: str, turns: tuple[int, ...]) -> None:
    """Numbers of turns stand behind a line, in whatever way models write lists."""
    (point,) = read(reply(f"Label: Ferry\n{line}")).points
    assert point == Point(text="- Ann: On the 4th.", turns=turns)


def test_other_brackets_are_words() -> None:
    """What is no reference stays in the line."""
    line = "- Ann: see [3], [today] and notes[t]."
    assert read(reply(f"Label: Ferry\n{line}")).text == line


def test_an_endless_span_ends() -> None:
    """A span of a million turns is cut."""
    (point,) = read(reply("Label: x\n- a [t1-t999999]")).points
    assert len(point.turns) < 100


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Entities: Oslo; Carla", ("Oslo", "Carla")),
        ("**Entities**: Oslo, Carla", ("Oslo", "Carla")),
        ("- Entities: Oslo; Oslo", ("Oslo",)),
        ("", ()),
    ],
)
def test_names_are_read(line: str, names: tuple[str, ...]) -> None:
    """The line of names is no line of the summary."""
    summary = read(reply(f"Label: Ferry\n- Ann: yes\n{line}"))
    assert (summary.text, summary.entities) == ("- Ann: yes", names)


def test_what_does_not_fit_is_told_apart() -> None:
    """A page that fills the window with its summary is too long."""
    with pytest.raises(PromptTooLongError):
        read(reply("Label: x\n- y", StopReason.CONTEXT_FULL))
    with pytest.raises(ModelReplyError):
        read(reply("Label: x\nEntities: Oslo"))


@pytest.mark.parametrize(
    ("text", "label", "points"),
    [
        ("Summary of page 7", "Summary of page 7", ["Summary of page 7"]),
        (
            "A plain summary of what was said. [t2]",
            "A plain summary of what was said",
            ["A plain summary of what was said."],
        ),
        ("They met.\n\nThe ferry leaves.", "They met", ["They met.", "The ferry leaves."]),
        ("- Ann: The 4th.\n- Bob: No", "Ann: The 4th", ["- Ann: The 4th.", "- Bob: No"]),
        ("Here is the summary:\n**The ferry**\n- Ann: yes", "The ferry", ["- Ann: yes"]),
        ("```\nLabel: The ferry\n- Ann: yes\n```", "The ferry", ["- Ann: yes"]),
        ("Label: The ferry.\nIt leaves.", "The ferry.", ["It leaves."]),
        ("I can't wait for the ferry, says Ann.", "I can't wait for the ferry, says Ann", None),
    ],
)
def test_a_whole_answer_is_a_summary(text: str, label: str, points: list[str] | None) -> None:
    """Whatever form a model gives it; prose is labelled with its first words."""
    found = read(reply(text))
    assert found.label == label
    assert points is None or [point.text for point in found.points] == points


def test_a_long_first_line_is_no_label() -> None:
    """A paragraph is kept whole, and labelled with its beginning."""
    prose = "Ann and Bob " + "talk about the ferry and about the stove " * 9
    found = read(reply(f"{prose}.\nThen they part."))
    assert len(found.label) <= 60
    assert found.points[0].text == f"{prose}."


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I cannot summarise this page.",
        "Unfortunately, I am not able to provide a summary of this conversation.",
    ],
)
def test_a_refusal_in_plain_words_is_one(text: str) -> None:
    """Some models decline without a word in the protocol."""
    with pytest.raises(RefusedError):
        read(reply(text))


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_answer_may_be_another_next_time(text: str) -> None:
    """It is an accident, and no habit of the model."""
    with pytest.raises(ModelReplyError, match="empty") as raised:
        read(reply(text))
    assert not isinstance(raised.value, FormError)


@pytest.mark.parametrize("text", ["---", "Label: x", "Entities: Oslo", "```\n```"])
def test_an_answer_that_says_nothing_is_none(text: str) -> None:
    """There is nothing to show on the page."""
    with pytest.raises(FormError):
        read(reply(text))


_WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=12)
_POINTS = st.builds(
    lambda words, turns: Point(text=f"- {words}", turns=tuple(dict.fromkeys(turns))),
    _WORDS,
    st.lists(st.integers(1, 99_999), max_size=4),
)


@settings(max_examples=60)
@given(label=_WORDS, points=st.lists(_POINTS, min_size=1, max_size=5))
def test_what_is_written_is_read(label: str, points: list[Point]) -> None:
    """Reading undoes writing."""
    summary = PageSummary(label=label, points=tuple(points), entities=("Oslo", "Carla Berg"))
    found = read(reply(written(summary)))
    assert (found.points, found.entities) == (summary.points, summary.entities)
