"""A document is cut into sections, and nothing of it is lost."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.tui.sections import blocks_of

LINES = st.sampled_from(
    ["# Title", "## Part", "## Part", "text", "", "```", "~~~~", "``` python", "    # code", "- x"]
)


def test_headings_begin_sections() -> None:
    """Each heading begins a section; what stands before the first is one too."""
    blocks = blocks_of("before\n\n# One\ntext\n\n## Two\nmore")
    assert [block.text for block in blocks] == ["before", "# One\ntext", "## Two\nmore"]


def test_heading_in_a_fence_is_code() -> None:
    """A line with a hash inside a fence begins nothing."""
    assert len(blocks_of("# One\n```\n# no heading\n```\n")) == 1


def test_section_keeps_its_id_when_its_text_changes() -> None:
    """What changes in one section leaves the ids of all as they are."""
    before = blocks_of("# One\na\n\n# Two\nb")
    after = blocks_of("# One\na\n\n# Two\nb and c")
    assert [b.id for b in before] == [b.id for b in after]
    assert before[0] == after[0]
    assert before[1] != after[1]


@given(st.lists(LINES, max_size=30))
@settings(max_examples=100)
def test_every_line_is_in_one_section_and_ids_are_unique(lines: list[str]) -> None:
    """The sections together are the document; no two have the same id."""
    blocks = blocks_of("\n".join(lines))
    told = [line for block in blocks for line in block.text.split("\n") if line.strip()]
    assert told == [line for line in lines if line.strip()]
    assert len({block.id for block in blocks}) == len(blocks)
