"""What `offline` says in a chat, and makes of a page."""

from __future__ import annotations

import pytest

from minutebook.domain.turns import Role
from minutebook.errors import ModelError
from minutebook.llm.markdown import unescape
from minutebook.llm.offline.chat import answer, brief
from minutebook.llm.offline.summary import summarise
from minutebook.llm.protocol import Material, Passage, Reply, StopReason
from minutebook.llm.summaries import read

FERRY = "The ferry to Winterbottom leaves on the 4th of March at 07:30."


def passage(source: int, text: str, page: str | None = None, role: Role = Role.PERSON) -> Passage:
    """Return a turn of Ann's."""
    when = "2026-03-04T08:15:00+01:00"
    return Passage(source=source, speaker="Ann", role=role, text=text, page=page, when=when)


def test_chat_quotes_with_references() -> None:
    """The first line says that no model is connected; quotes name speaker, time and place."""
    found = (passage(8, FERRY, "pg_3fa9"), passage(9, "Carla brings the stove."), passage(10, "ok"))
    text = answer(Material(passages=found, question="When does the ferry leave?"))
    assert text.split("\n\n") == [
        "No model is connected; this is what your own record says.",
        "**Ann** · 2026-03-04 08:15 · [pg_3fa9]",
        f"> {FERRY}",
    ]


def test_chat_names_the_turn_when_there_is_no_page() -> None:
    """A turn in no closed page yet is referred to by itself."""
    text = answer(Material(passages=(passage(812, FERRY),), question="ferry Winterbottom?"))
    assert "[turn 812]" in text


@pytest.mark.parametrize("question", ["What is the airspeed of a swallow?", "", "🙂"])
def test_chat_says_when_nothing_fits(question: str) -> None:
    """Without an answer in the record it says so, and how to connect a model."""
    text = answer(Material(passages=(passage(1, FERRY),), question=question))
    assert "nothing in your own record fits" in text
    assert "`[models]`" in text
    assert "ferry" not in text


def test_chat_does_not_quote_the_question_itself() -> None:
    """What the person just said is no answer to it."""
    asked = "When does the ferry to Winterbottom leave?"
    found = (passage(1, f" {asked}\n"), passage(2, FERRY))
    text = answer(Material(passages=found, question=asked))
    assert asked not in text
    assert FERRY in text


def test_chat_quotes_are_text() -> None:
    """Markup and control characters in the record stay text in the answer."""
    hostile = "The ferry costs 5 euros # <b>now</b> [here](http://evil) \x1b[2J"
    text = answer(Material(passages=(passage(1, hostile),), question="ferry costs"))
    assert "\x1b" not in text
    assert "](http" not in text.replace("\\[here](http", "")


def test_chat_quotes_word_for_word() -> None:
    """What is quoted is all there: shown as Markdown, it reads as it was typed."""
    typed = "lamplight bans it with mode +b goat!*@* for a *whole* day"
    text = answer(Material(passages=(passage(1, typed),), question="which mode for the goat"))
    quote = text.split("\n\n")[-1].removeprefix("> ")
    assert unescape(quote) == typed
    assert quote != typed


def test_chat_quotes_lists_as_lists() -> None:
    """Items are items, other lines are lines, and what would begin a heading is text."""
    typed = "Soup needs:\n- yellow peas\n- mustard\n# of the soup\nserve the soup hot"
    text = answer(Material(passages=(passage(1, typed),), question="What does the soup need?"))
    assert text.split("\n\n")[-1].split("\n") == [
        "> Soup needs:",
        "> - yellow peas",
        "> - mustard  ",
        "> \\# of the soup  ",
        "> serve the soup hot",
    ]


def test_nobody_said_what_a_system_line_says() -> None:
    """Joins, modes and instructions are not quoted."""
    line = passage(1, "lamplight sets mode: ferry leaves", role=Role.SYSTEM)
    assert "nothing in your own record" in answer(
        Material(passages=(line,), question="ferry leaves?")
    )


def test_an_answer_in_brief_tells_what_was_found_and_where() -> None:
    """The first quote, shortened at the end of a line, its speaker, and every reference once."""
    found = (
        passage(1, f"{FERRY}\n- to the *north*", "pg_1"),
        passage(2, "The ferry to Winterbottom is late on the 5th of March.", "pg_2"),
        passage(3, "A ferry to Winterbottom costs 48 euros for the whole of March.", "pg_2"),
    )
    text = answer(Material(passages=found, question="When does the ferry to Winterbottom leave?"))
    assert brief(text) == f"“{FERRY} · - to the *north*” (Ann, pg_1); more in pg_2"
    nothing = answer(Material(passages=(), question="Who?"))
    assert brief(nothing) == "Nothing in the record fits this question."
    assert brief("Something else.") == "Something else."


def written(text: str, stop_reason: StopReason = StopReason.END) -> Reply:
    """Return a text as a model's reply."""
    return Reply(model="test:one", text=text, stop_reason=stop_reason)


def test_summary_has_a_label_and_bullets_with_speakers() -> None:
    """The best sentences of a page, three to eight, in order; small talk is left out."""
    said = [
        f"We decided that item {n} of the {thing} costs {n * 37} euros in the harbour shop."
        for n, thing in enumerate("ferry hut stove tent train permit guide sledge".split() * 3)
    ]
    turns = tuple(passage(n, text) for n, text in enumerate([*said, "ok", "lol", "hi"]))
    summary = read(written(summarise(Material(passages=turns))))
    lines = summary.text.split("\n")
    assert 3 <= len(lines) <= 8
    assert all(line.startswith("- Ann: We decided that item ") for line in lines)
    assert 0 < len(summary.label) <= 60


@pytest.mark.parametrize(
    "turns",
    [
        (),
        (passage(1, "ok"),),
        (passage(1, "👍"), passage(2, "")),
        (passage(1, "ls\n" * 9, role=Role.TOOL),),
        (passage(1, "x" * 50_000),),
        (passage(1, "# \x1b[31m\n```\n"),),
    ],
)
def test_every_page_has_a_summary(turns: tuple[Passage, ...]) -> None:
    """A page without a sentence still gets a label and a line."""
    summary = read(written(summarise(Material(passages=turns, title="Page pg_1"))))
    assert summary.label
    assert "pg_" not in summary.label
    assert summary.text.startswith("- ")
    assert len(summary.text) < 2_000


@pytest.mark.parametrize(
    ("texts", "label"),
    [
        (("hi",), "hi, 4 March 2026"),
        (("/ex",), "/ex, 4 March 2026"),
        (("hi", "Hello! How can I assist you today?"), "hi, 4 March 2026"),
        (("Missed voice call", "The blue stove is broken."), "Blue stove"),
        (("translate it all to french", "This message was deleted"), "Translate it all to french"),
    ],
)
def test_a_label_is_never_an_id(texts: tuple[str, ...], label: str) -> None:
    """Words that were said, with the day where these say little; what an app wrote is no word."""
    turns = tuple(passage(n, text) for n, text in enumerate(texts))
    assert read(written(summarise(Material(passages=turns, title="Page pg_1f")))).label == label


def test_a_page_of_tool_output_is_named_so() -> None:
    """What tools return names no subject."""
    turns = (passage(1, "Cost: $0.0091 message, $0.0091 session.", role=Role.TOOL),)
    summary = read(written(summarise(Material(passages=turns, title="Page pg_1f"))))
    assert summary.label == "Tool output, 4 March 2026"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Label: The ferry\n- a", "The ferry"),
        ("# **The ferry**\n\n- a", "The ferry"),
        ("Label:\n- a", "a"),
        ("  **Label:** The ferry  \n- a", "The ferry"),
    ],
)
def test_summaries_are_read_with_some_grace(text: str, label: str) -> None:
    """Real models dress the label up."""
    summary = read(written(text))
    assert (summary.label, summary.text) == (label, "- a")


@pytest.mark.parametrize(
    "reply",
    [
        written(""),
        written("Label: only"),
        written("Label: x\n- a", StopReason.MAX_TOKENS),
        written("Label: x\n- a", StopReason.CUT),
        written("", StopReason.REFUSAL),
        written("Label: x\n- a", StopReason.TOOL_USE),
    ],
)
def test_half_a_summary_is_an_error(reply: Reply) -> None:
    """What is not whole is refused, under the model's name."""
    with pytest.raises(ModelError, match="test:one"):
        read(reply)
