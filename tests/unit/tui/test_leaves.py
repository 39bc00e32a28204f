"""A document is shown by the blocks that somebody wrote, with what is to be known of each."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.domain.documents import Clash, Conflict, Coverage, Origin, Revision
from minutebook.engine import BlamedBlock
from minutebook.scribe.blocks import split
from minutebook.tui.leaves import leaves_of
from minutebook.tui.prose.blocks import Mark

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
LINES = st.sampled_from(
    ["# Title", "## Part", "## Part", "text", "", "```", "~~~~", "``` python", "    # code", "- x"]
)


def blamed(content: str, *, people: frozenset[str] = frozenset()) -> list[BlamedBlock]:
    """Return the blocks of a text; those that say one of these words are a person's."""
    revision = Revision(
        document="d", number=1, author="offline", base=0, covers=Coverage(), patch="[]",
        cause="turn", correlation="", at=NOON,
    )  # fmt: skip
    found, line = [], 1
    for block in split(content):
        own = block.text.rstrip("\n")
        if block.key:
            found.append(
                BlamedBlock(
                    kind=block.kind,
                    text=own,
                    first_line=line,
                    last_line=line + own.count("\n"),
                    origin=Origin(revision=1, is_person=any(word in own for word in people)),
                    revision=revision,
                )
            )
        line += block.text.count("\n")
    return found


def conflict(mine: str, behind: str = "") -> Conflict:
    """Return an open conflict about a text."""
    clash = Clash(base="before", mine=mine, theirs="theirs", behind=behind)
    return Conflict(
        document="d", number=1, revision=2, clash=clash,
        mine_by="person", theirs_by="offline", at=NOON,
    )  # fmt: skip


def marks(content: str, *conflicts: Conflict) -> list[Mark]:
    """Return the marks of the blocks."""
    return [leaf.block.mark for leaf in leaves_of(content, blamed(content), conflicts)]


def test_what_a_person_wrote_is_marked() -> None:
    """A person's block has a quiet mark, the others have none."""
    content = "# Harbour\n\nThe pier.\n\nMy boat.\n"
    leaves = leaves_of(content, blamed(content, people=frozenset({"boat"})), ())
    assert [leaf.block.mark for leaf in leaves] == [Mark.NONE, Mark.NONE, Mark.OWN]


def test_conflict_marks_the_text_that_stands() -> None:
    """What both changed is marked where it stands, whatever stands around it."""
    content = "# Harbour\n\nThe pier.\n\nMy boat.\n"
    assert marks(content, conflict("My boat.\n")) == [Mark.NONE, Mark.NONE, Mark.ATTENTION]


def test_conflict_about_a_removed_text_marks_what_was_before_it() -> None:
    """Where nothing stands any more, the block before the gap is marked."""
    content = "# Harbour\n\nThe pier.\n\nMy boat.\n"
    assert marks(content, conflict("", "The pier.")) == [Mark.NONE, Mark.ATTENTION, Mark.NONE]


def test_items_and_what_follows_a_heading_stand_together() -> None:
    """There is no free row between the items of a list, nor below a heading."""
    content = "# Harbour\n\nThe pier.\n\n- one\n- two\n\nThe end.\n"
    tight = [leaf.block.is_tight for leaf in leaves_of(content, blamed(content), ())]
    assert tight == [True, False, True, False, False]


def test_what_changed_has_another_id() -> None:
    """A block keeps its id while it says the same, wherever it stands."""
    before = "# One\n\na\n\nb\n"
    after = "# One\n\nnew\n\na\n\nb and c\n"
    known = {leaf.block.id for leaf in leaves_of(before, blamed(before), ())}
    fresh = [leaf for leaf in leaves_of(after, blamed(after), ()) if leaf.block.id not in known]
    assert [leaf.block.text for leaf in fresh] == ["new", "b and c"]


@given(st.lists(LINES, max_size=30))
@settings(max_examples=100)
def test_every_line_is_in_one_block_and_ids_are_unique(lines: list[str]) -> None:
    """The blocks together are the document; no two have the same id."""
    content = "\n".join(lines)
    leaves = leaves_of(content, blamed(content), ())
    told = [line for leaf in leaves for line in leaf.block.text.split("\n") if line.strip()]
    assert told == [line for line in lines if line.strip()]
    assert len({leaf.block.id for leaf in leaves}) == len(leaves)
