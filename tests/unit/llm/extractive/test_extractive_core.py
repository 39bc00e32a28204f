"""The core of one message."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.llm.extractive import Passage, answered_in, asked_in
from minutebook.llm.extractive.made import made_in

LIST = "Pea soup for four needs:\n- 500 g yellow peas\n- 2 onions\n- a leek\n- marjoram"


def said(text: str) -> Passage:
    """Return a message of a model."""
    return Passage(source=0, speaker="a", text=text, by_person=False)


def test_a_short_message_is_told_whole() -> None:
    """All that it says, without greetings and what is said when all is said."""
    text = "Hello! The tip is 20% of the bill. Let me know if you have any other questions!"
    assert answered_in(said(text), "What is the tip?") == "The tip is 20% of the bill."


def test_a_long_message_gives_what_answers() -> None:
    """The first words, and of the rest what bears on the question or brings a figure."""
    noise = " ".join(f"Some people would rather think about garden number {n}." for n in "abcdefgh")
    text = f"Ferries are slow. {noise} The ferry to Narvik costs 48 euros. {noise}"
    found = answered_in(said(text), "What does the ferry to Narvik cost?", 200)
    assert "48 euros" in found
    assert " … " in found
    assert len(found) < 220


def test_lines_of_a_list_are_never_glued() -> None:
    """Items are kept apart, with the line that announces them."""
    assert answered_in(said(LIST)) == (
        "Pea soup for four needs: 500 g yellow peas · 2 onions · a leek · marjoram"
    )


def test_a_long_list_is_cut_at_the_end_of_an_item() -> None:
    """What is left out at its end is marked."""
    assert answered_in(said(LIST), "", 56) == "Pea soup for four needs: 500 g yellow peas · …"


def test_code_is_named_and_not_quoted() -> None:
    """What was made stands behind the first words; no line of the code is told."""
    text = (
        "I wrote a parser.\n\nsrc/parse.py\n```python\ndef parse(text):\n    return 1\n```\nDone."
    )
    assert answered_in(said(text)) == "I wrote a parser. [code: src/parse.py]"
    assert answered_in(said("```sql\nSELECT 1\n```")) == "[code: sql]"


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("plain", ()),
        ("```\nx\n```", ("text",)),
        ("```python\n```\n```js\n```\n```python\n```", ("python", "js")),
        ("**a/b.ts**:\n~~~~ts\n~~~\n~~~~\n", ("a/b.ts",)),
        ("See a/b.ts here\n```ts\n```", ("ts",)),
        ("```a\n```\n```b\n```\n```c\n```\n```d\n```", ("a", "b", "c")),
    ],
)
def test_what_code_is_of(text: str, made: tuple[str, ...]) -> None:
    """Files that stand before a fence, else languages, each once, at most three."""
    assert made_in(text) == made


@pytest.mark.parametrize(
    "text", ["", "ok", "Hi!", "Thanks for the help!", "This message was deleted"]
)
def test_what_only_fills_has_no_core(text: str) -> None:
    """Greetings, thanks, and what apps write in place of words."""
    assert asked_in(said(text)) == ""


@given(
    st.lists(st.sampled_from([LIST, "Why? ", "```py\n", "\n", "a.b ", "48 euros. "]), max_size=9)
)
@settings(max_examples=60, deadline=None)
def test_a_core_is_one_bounded_line(parts: list[str]) -> None:
    """Whatever was written."""
    for found in (asked_in(said("".join(parts)), 120), answered_in(said("".join(parts)), "", 120)):
        assert "\n" not in found
        assert len(found) <= 120 + 80
