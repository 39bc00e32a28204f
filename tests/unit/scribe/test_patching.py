"""Operations applied to documents."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.errors import PatchError
from minutebook.scribe.operations import (
    AppendToSection,
    DeleteSection,
    InsertSectionAfter,
    Operation,
    RenameSection,
    ReplaceDocument,
    ReplaceSection,
    SetTitle,
)
from minutebook.scribe.outline import parse, render
from minutebook.scribe.patching import apply, patched

DOCUMENT = "# Trip\n\nHello.\n\n## Route\n\n- **Ann** By sea.\n\n## Tents\n\nTwo.\n"
HOSTILE = st.lists(
    st.sampled_from(
        ["# x", "## x", "```", "text", "", "- a", "---", "===", "<!--", "\r", "\x00", "## top"]
    ),
    min_size=1,
    max_size=6,
).map("\n".join)
TEXTS = st.lists(
    st.sampled_from(["# T", "## A", "## A", "## B", "```", "text", "", "- a", "---", "\r"]),
    max_size=8,
).map("\n".join)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (
            AppendToSection(anchor="route", body="- **Bob** By air."),
            DOCUMENT.replace("By sea.\n", "By sea.\n- **Bob** By air.\n"),
        ),
        (
            AppendToSection(anchor="tents", body="- one\n"),
            DOCUMENT.replace("Two.\n", "Two.\n\n- one\n"),
        ),
        (
            AppendToSection(anchor="top", body="More."),
            DOCUMENT.replace("Hello.", "Hello.\n\nMore."),
        ),
        (ReplaceSection(anchor="tents", body="Three."), DOCUMENT.replace("Two.", "Three.")),
        (
            InsertSectionAfter(anchor="top", heading="First", body="x"),
            DOCUMENT.replace("## Route", "## First\n\nx\n\n## Route"),
        ),
        (
            InsertSectionAfter(anchor="tents", heading="*Last*", body="x"),
            f"{DOCUMENT}\n## \\*Last\\*\n\nx\n",
        ),
        (RenameSection(anchor="route", heading="Way # "), DOCUMENT.replace("Route", "Way \\#")),
        (DeleteSection(anchor="tents"), DOCUMENT[: DOCUMENT.index("\n## Tents")]),
        (SetTitle(title="Winter\ntrip"), DOCUMENT.replace("Trip", "Winter trip")),
        (ReplaceDocument(content="new\n\n\n"), "new\n\n\n"),
    ],
)
def test_what_an_operation_does(operation: Operation, expected: str) -> None:
    """Each operation changes what it names and nothing else."""
    assert patched(DOCUMENT, [operation]) == expected


def test_document_grows_from_nothing() -> None:
    """The first patch makes a whole document."""
    operations: list[Operation] = [
        SetTitle(title="Trip"),
        InsertSectionAfter(anchor="top", heading="One", body="- a"),
        InsertSectionAfter(anchor="one", heading="Two", body="- b"),
    ]
    assert patched("", operations) == "# Trip\n\n## One\n\n- a\n\n## Two\n\n- b\n"


def test_anchors_hold_through_a_patch() -> None:
    """Operations name the sections that their author saw, whatever happened to them meanwhile."""
    operations: list[Operation] = [
        RenameSection(anchor="a", heading="Renamed"),
        DeleteSection(anchor="a-2"),
        InsertSectionAfter(anchor="top", heading="A", body="new"),
        AppendToSection(anchor="a", body="old"),
        AppendToSection(anchor="a-3", body="newer"),
    ]
    text = patched("## A\n\n## A\n", operations)
    assert text == "## A\n\nnew\n\nnewer\n\n## Renamed\n\nold\n"


@pytest.mark.parametrize(
    "operation",
    [
        AppendToSection(anchor="rout", body="x"),
        InsertSectionAfter(anchor="", heading="x", body="x"),
        ReplaceSection(anchor="Route", body="x"),
        RenameSection(anchor="top", heading="x"),
        DeleteSection(anchor="top"),
    ],
)
def test_what_does_not_fit_is_refused(operation: Operation) -> None:
    """A missing section is an error that says which there are."""
    with pytest.raises(PatchError, match="Operation 2 does not fit") as caught:
        patched(DOCUMENT, [SetTitle(title="x"), operation])
    assert caught.value.hint


@given(TEXTS, HOSTILE, HOSTILE)
@settings(max_examples=300)
def test_hostile_text_stays_where_it_was_put(text: str, body: str, heading: str) -> None:
    """An insertion adds one section to any document; every other keeps what it says."""
    before = parse(text)
    place = len(before.sections) // 2
    anchor = before.sections[place - 1].anchor if place else "top"
    operation = InsertSectionAfter(anchor=anchor, heading=heading, body=body)
    after = apply(before, [operation]).sections
    others = [section for number, section in enumerate(after) if number != place]
    assert [s.heading for s in others] == [s.heading for s in before.sections]
    for old, new in zip(before.sections, others, strict=True):
        assert new.body.strip().startswith(old.body.strip())


@given(TEXTS, HOSTILE)
@settings(max_examples=300)
def test_appending_keeps_what_was_there(text: str, body: str) -> None:
    """Text that is appended adds no section and changes no other line."""
    before = parse(text)
    target = before.sections[-1].anchor if before.sections else "top"
    after = apply(before, [AppendToSection(anchor=target, body=body)])
    assert [s.heading for s in after.sections] == [s.heading for s in before.sections]
    assert render(after).strip().startswith(text.strip())
