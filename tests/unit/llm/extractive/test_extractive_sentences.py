"""Plain text and sentences."""

from __future__ import annotations

import pytest
from extractive_talks import one
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.llm.extractive import BlockKind, Passage, plain_text
from minutebook.llm.extractive.plain import MAX_CHARS, clean
from minutebook.llm.extractive.sentences import MAX_SENTENCE, split, split_text

CHAT = st.text(
    alphabet=st.one_of(
        st.sampled_from("ab AB.?!…:*_`~#>|-\n\t[](){}'\"01/\\@\0\x1b\ud800。？é"), st.characters()
    ),
    max_size=300,
)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("i went home. it was late", ["i went home.", "it was late"]),
        ("Dr. Weber and Mr. Li came. We ate.", ["Dr. Weber and Mr. Li came.", "We ate."]),
        ("See e.g. the docs, i.e. page 3.", ["See e.g. the docs, i.e. page 3."]),
        ("It costs 3.50 on v1.2.3 now. Fine.", ["It costs 3.50 on v1.2.3 now.", "Fine."]),
        ("Open https://a.b/c?d=e.f. Then wait.", ["Open https://a.b/c?d=e.f.", "Then wait."]),
        ("Mail ana@example.org. Soon!", ["Mail ana@example.org.", "Soon!"]),
        ("well... maybe later", ["well... maybe later"]),
        ("We waited… Nobody came.", ["We waited…", "Nobody came."]),
        ("Wir fahren am 4. März. Bis dann.", ["Wir fahren am 4. März.", "Bis dann."]),
        ("We have 12. They have 3.", ["We have 12.", "They have 3."]),
        ("J. S. Bach wrote it.", ["J. S. Bach wrote it."]),
        ("We met at 5 p.m. and left. Done.", ["We met at 5 p.m. and left.", "Done."]),
        ('"Really?" she asked. He nodded.', ['"Really?" she asked.', "He nodded."]),
        ("really?! yes!! ok", ["really?!", "yes!!", "ok"]),
        ("我们走吧。你呢？好！", ["我们走吧。", "你呢？", "好！"]),
        ("彼は「はい。」と言った。終わり", ["彼は「はい。」", "と言った。", "終わり"]),
        ("यह एक वाक्य है। यह दूसरा है।", ["यह एक वाक्य है।", "यह दूसरा है।"]),
        ("متى نسافر؟ غدا صباحا.", ["متى نسافر؟", "غدا صباحا."]),
        ("", []),
        ("...", ["..."]),
    ],
)
def test_a_line_is_cut_at_the_ends_of_its_sentences(text: str, sentences: list[str]) -> None:
    """Marks end sentences; abbreviations, numbers, addresses and ellipses do not."""
    assert split_text(text) == sentences


def test_text_without_marks_is_cut_at_a_bound() -> None:
    """A rant without a full stop comes in pieces that lose no word."""
    rant = " ".join(f"word{number}" for number in range(400))
    pieces = split_text(rant)
    assert all(len(piece) <= MAX_SENTENCE for piece in pieces)
    assert " ".join(pieces) == rant


def test_a_giant_token_is_cut_at_a_bound() -> None:
    """Even what has no space at all is cut."""
    pieces = split_text("x" * 1_000)
    assert [len(piece) for piece in pieces] == [320, 320, 320, 40]


@pytest.mark.parametrize(
    ("markup", "plain"),
    [
        ("# Route #\nWe **go** _north_.", "Route\nWe go north."),
        ("- one\n* two\n3. three\n- [x] four", "one\ntwo\nthree\nfour"),
        ("> you said so\nI did", "you said so\nI did"),
        ("| a | b |\n|---|:-:|\n| 1 | 2 |", "a · b\n1 · 2"),
        ("see [the map](https://x.y/z) and ![pic](a.png)", "see the map and pic"),
        ("use `make` now<br>please", "use make now please"),
        ("before\n```\ncode();\n```\nafter", "before\nafter"),
        ("before\n~~~ts\ncode();\n```\nstill code", "before"),
        ("snake_case and 2 * 3 * 4 and __init__", "snake_case and 2 * 3 * 4 and __init__"),
        ("first line\nsecond line", "first line\nsecond line"),
        ("---\nok\n***", "ok"),
        ("def load(rows):\nWe load rows.\nimport os", "We load rows."),
        ('{"a": [1, 2], "b": {}}\nThat is JSON.', "That is JSON."),
        ("- **Term**: _is_ [here](http://x.y/z_z)", "Term: is here"),
        ("14:30 we meet", "14:30 we meet"),
    ],
)
def test_markup_and_code_are_taken_off(markup: str, plain: str) -> None:
    """Words stay, marks and code go, one block per line."""
    assert plain_text(markup) == plain


def test_a_paragraph_wrapped_at_a_column_is_one_block() -> None:
    """Hard line ends inside a sentence do not cut it."""
    first = "The harbour office told us that all the ferries of the northern"
    second = "line are cancelled until the storm is over."
    assert plain_text(f"{first}\n{second}\nok") == f"{first} {second}\nok"


def test_lines_that_were_sent_as_lines_are_not_joined() -> None:
    """A long line among short ones is an item of a list, and not a paragraph that goes on."""
    lines = "2 onions\n3 carrots and a leek if the moth has left you one of them\nmarjoram"
    assert plain_text(lines) == lines


def test_escape_sequences_and_controls_are_removed() -> None:
    """Colours, titles, bells, bidi overrides and lone surrogates leave no trace."""
    hostile = "\x1b[31mred\x1b[0m \x1b]0;title\x07and\0 \u202eblue\ud800\x9b1mX\r\nnext"
    assert plain_text(hostile) == "red and blueX\nnext"


def test_a_long_message_is_read_at_its_head_and_its_tail() -> None:
    """What was asked and what came of it are kept; the middle is not read."""
    text = "start here. " + "x " * MAX_CHARS + "the end"
    assert clean(text).startswith("start here. ")
    assert clean(text).endswith("the end")
    assert len(clean(text)) <= MAX_CHARS + 1


def test_sentences_know_where_they_came_from() -> None:
    """Source, speaker, passage, kind and position are carried along."""
    passages = [
        Passage(source="t1", speaker="ana", text="# Plan\nGo. Stay."),
        Passage(source="t2", speaker="bot", text="> Go.", by_person=False),
    ]
    found = [(s.source, s.speaker, s.passage, s.kind, s.position) for s in split(passages)]
    assert found == [
        ("t1", "ana", 0, BlockKind.HEADING, 0),
        ("t1", "ana", 0, BlockKind.PROSE, 1),
        ("t1", "ana", 0, BlockKind.PROSE, 2),
        ("t2", "bot", 1, BlockKind.QUOTE, 3),
    ]


@given(CHAT)
@settings(max_examples=150, deadline=None)
def test_sentences_are_substrings_of_plain_text(text: str) -> None:
    """Cutting is all that happens: in order, nothing invented, nothing empty, all bounded."""
    plain = plain_text(text)
    at = 0
    for sentence in split(one(text)):
        assert 0 < len(sentence.text) <= MAX_SENTENCE
        at = plain.find(sentence.text, at)
        assert at >= 0
        at += len(sentence.text)


@given(CHAT)
@settings(max_examples=100, deadline=None)
def test_plain_text_is_harmless(text: str) -> None:
    """No control character but the line end is left, and all of it can be encoded."""
    plain = plain_text(text)
    assert all(char == "\n" or char.isprintable() or not char.isascii() for char in plain)
    assert plain.encode().decode() == plain
