"""Data sets of dialogues."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from json_logs import JUNK, Reading, json_lines, read, read_in_two, score

from minutebook.sources.formats.dialogue_sets import DialogueSets

ALPACA = {"instruction": "Translate.", "input": "Fähre", "output": "ferry"}
HUMAN = "\n\nHuman: When?\n\nAssistant: At noon.\n\nHuman: Sure?\n\nAssistant:"


def said(*records: Any) -> list[tuple[str, str, bool]]:
    """Read records as lines; return role, text and whether it is on the branch that is read."""
    one = read(DialogueSets(), json_lines(*records))
    assert one.rejected == []
    return [(turn.role.value, turn.content.text, turn.is_active) for turn in one.turns]


def test_instructions_and_outputs_are_dialogues() -> None:
    """With the system's words and the past before; the input belongs to the instruction."""
    past = [["one", "two"], ["three", "four"]]
    assert said(ALPACA | {"system": "S", "history": past}) == [
        ("system", "S", True),
        ("user", "one", True),
        ("assistant", "two", True),
        ("user", "three", True),
        ("assistant", "four", True),
        ("user", "Translate.\n\nFähre", True),
        ("assistant", "ferry", True),
    ]
    assert len(said(ALPACA | {"input": "", "history": None})) == 2


ASKED = ("user", "When?", True)
BOTH = [ASKED, ("assistant", "At noon.", True), ("assistant", "Never.", False)]


@pytest.mark.parametrize(
    "record",
    [
        {"prompt": "When?", "chosen": "At noon.", "rejected": "Never."},
        {"question": "When?", "chosen": "At noon.", "rejected": "Never.", "system": ""},
        {"instruction": "When?", "input": "", "chosen": "At noon.", "rejected": "Never."},
        {
            "prompt": [{"role": "user", "content": "When?"}],
            "chosen": [{"role": "assistant", "content": "At noon."}],
            "rejected": [{"role": "assistant", "content": "Never."}],
        },
        {
            "prompt": "When?",
            "chosen": [
                {"role": "user", "content": "When?"},
                {"role": "assistant", "content": "At noon."},
            ],
            "rejected": [
                {"role": "user", "content": "When?"},
                {"role": "assistant", "content": "Never."},
            ],
        },
        {
            "conversations": [{"from": "human", "value": "When?"}],
            "chosen": {"from": "gpt", "value": "At noon."},
            "rejected": {"from": "gpt", "value": "Never."},
        },
        {
            "chosen": "\n\nHuman: When?\n\nAssistant: At noon.",
            "rejected": "\n\nHuman: When?\n\nAssistant: Never.",
        },
        {"prompt": "\n\nHuman: When?", "chosen": "At noon.", "rejected": "Never."},
    ],
    ids=range(8),
)
def test_what_was_rejected_is_a_branch_that_was_left(record: dict[str, Any]) -> None:
    """In every form in which pairs are written, taken for what they are."""
    assert said(record) == BOTH
    for data in (json_lines(record, record), json.dumps([record], indent=2)):
        assert score(DialogueSets(), data) == 0.96


def test_dialogues_in_text_are_split_at_their_speakers() -> None:
    """Words that only look like a mark stay where they are."""
    record = {
        "chosen": f"{HUMAN} I said:\nHuman: is a word. ",
        "rejected": f"{HUMAN} No.\n\nHuman: Oh.",
    }
    assert said(record) == [
        ASKED,
        ("assistant", "At noon.", True),
        ("user", "Sure?", True),
        ("assistant", "I said:\nHuman: is a word. ", True),
        ("assistant", "No.", False),
        ("user", "Oh.", False),
    ]


@pytest.mark.parametrize("indent", [None, 1])
def test_a_list_and_lines_say_the_same(indent: int | None) -> None:
    """A conversation for each record; a stated id is kept, the number of a row is none."""
    records = [ALPACA | {"id": "a-1"}, ALPACA | {"id": 7, "output": "x"}]
    data = json.dumps(records, indent=indent)
    one = read(DialogueSets(), data)
    assert [found.native_id for found in one.conversations] == ["a-1", ""]
    assert one.told == read(DialogueSets(), json_lines(*records)).told
    assert score(DialogueSets(), data) == 0.85


def test_records_of_another_kind_are_named() -> None:
    """The rest is read."""
    one = read(DialogueSets(), json_lines(ALPACA, {"text": "no dialogue"}, ALPACA))
    assert (one.places, len(one.turns)) == (["line 2"], 4)


@pytest.mark.parametrize("share", range(0, 101, 20))
def test_a_growing_set_is_read_like_the_whole(share: int) -> None:
    """Wherever it was cut."""
    pair = {"prompt": "a\ud83d\x00", "chosen": "b", "rejected": "c\u2028"}
    data = json_lines(ALPACA, pair, ALPACA | {"input": ""}).encode()
    whole = read(DialogueSets(), data).told
    assert read_in_two(DialogueSets(), data, len(data) * share // 100) == whole


@settings(max_examples=25, deadline=None)
@given(JUNK, JUNK)
def test_no_shape_is_fatal(one: Any, other: Any) -> None:
    """Any JSON in the place of what records hold."""
    records = [
        {"chosen": one, "rejected": other},
        {"prompt": one, "chosen": other, "rejected": one},
        ALPACA | {"history": one, "system": other},
        {"conversations": one, "chosen": "a", "rejected": other},
    ]
    assert isinstance(read(DialogueSets(), json_lines(*records)), Reading)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(alphabet="ab \n:Hué", min_size=1).filter(str.strip), min_size=1))
def test_a_dialogue_is_read_back(texts: list[str]) -> None:
    """Every text, in its order."""
    words = ("Human", "Assistant")
    written = "".join(f"\n\n{words[n % 2]}: {text}" for n, text in enumerate(texts))
    (first, *_) = [{"chosen": written, "rejected": written}]
    assert [text for _, text, _ in said(first)] == texts
