"""Patches as JSON: what is read, what is refused, and why."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.errors import PatchError
from minutebook.scribe.operations import (
    MAX_OPERATIONS,
    MAX_PATCH,
    AppendToSection,
    DeleteSection,
    InsertSectionAfter,
    Operation,
    RenameSection,
    ReplaceDocument,
    ReplaceSection,
    SetTitle,
    read_patch,
    read_reply,
    to_patch,
)

WORDS = st.text(min_size=1, max_size=20).filter(str.strip)
OPERATIONS = st.one_of(
    st.builds(AppendToSection, anchor=WORDS, body=WORDS),
    st.builds(InsertSectionAfter, anchor=WORDS, heading=WORDS, body=WORDS),
    st.builds(ReplaceSection, anchor=WORDS, body=st.text(max_size=20)),
    st.builds(RenameSection, anchor=WORDS, heading=WORDS),
    st.builds(DeleteSection, anchor=WORDS),
    st.builds(SetTitle, title=WORDS),
    st.builds(ReplaceDocument, content=st.text(max_size=20)),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["op", "anchor", "body", "operations"]), inner, max_size=3
        )
    ),
)


@given(st.lists(OPERATIONS, max_size=6))
def test_patch_round_trip(operations: list[Operation]) -> None:
    """What is kept is read back as it was."""
    assert read_patch(to_patch(operations)) == tuple(operations)


@given(JSON)
@settings(max_examples=200)
def test_any_json_is_read_or_refused(value: object) -> None:
    """Nothing a model can send raises anything but PatchError."""
    for text in (json.dumps(value), json.dumps({"operations": value})):
        with suppress(PatchError):
            assert read_patch(to_patch(read_reply(text))) == read_reply(text)


def reply(*operations: object) -> str:
    """Return arguments as a model sends them."""
    return json.dumps({"operations": operations})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("nonsense", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "one member 'operations'"),
        ('{"operations": {}}', "not a list"),
        (reply("x"), "Operation 1 is not an object"),
        (reply({"op": "explode"}), "unknown 'op' 'explode'"),
        (reply({"op": ["x"]}), "unknown 'op'"),
        (reply({"op": "replace_document", "content": "x"}), "unknown 'op' 'replace_document'"),
        (reply({"op": "delete_section"}), "members none, not 'anchor'"),
        (reply({"op": "delete_section", "anchor": "a", "x": 1}), "'anchor', 'x', not 'anchor'"),
        (reply({"op": "delete_section", "anchor": 7}), "a int for 'anchor'"),
        (reply({"op": "set_title", "title": "  "}), "empty 'title'"),
        (reply({"op": "set_title", "title": "x" * 201}), "201 characters"),
        (reply({"op": "append_to_section", "anchor": "a", "body": ""}), "empty 'body'"),
        (reply(*[{"op": "delete_section", "anchor": "a"}] * (MAX_OPERATIONS + 1)), "at most"),
        (" " * (MAX_PATCH + 1), "too large"),
    ],
)
def test_refusals_say_what_is_wrong(arguments: str, said: str) -> None:
    """A model or a person can act on what they are told."""
    with pytest.raises(PatchError, match=said) as caught:
        read_reply(arguments)
    assert caught.value.hint


def test_section_can_be_emptied() -> None:
    """A section may be replaced by nothing."""
    sent = reply({"op": "replace_section", "anchor": "a", "body": ""})
    assert read_reply(sent) == (ReplaceSection(anchor="a", body=""),)
