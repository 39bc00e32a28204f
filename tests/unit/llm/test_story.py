"""The form of the story so far, and how it is told without a model."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from minutebook.domain.turns import Role
from minutebook.llm.offline import story as offline
from minutebook.llm.protocol import Material, Passage
from minutebook.llm.story import StoryLine, read, written

A, B = "pg_00000000000000aa", "pg_00000000000000bb"


def passage(text: str, page: str | None) -> Passage:
    return Passage(source=0, speaker="", role=Role.ASSISTANT, text=text, page=page)


def test_lines_name_their_pages() -> None:
    """Ids in any of the usual forms are read, and those that nobody gave are left out."""
    text = f"- Ann: It leaves. [{A}] [{B}]\n2) Bob stays ({A}, pg_00000000deadbeef)\n\n---\n"
    assert read(text, {A, B}) == (
        StoryLine(text="Ann: It leaves.", pages=(A, B)),
        StoryLine(text="Bob stays", pages=(A,)),
    )


TEXTS = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=40)
LINES = st.lists(
    st.builds(
        StoryLine,
        text=TEXTS,
        pages=st.lists(st.sampled_from((A, B)), unique=True, max_size=2).map(tuple),
    )
)


@given(LINES)
def test_what_is_written_is_read(lines: list[StoryLine]) -> None:
    """A story can be read back as it was written."""
    assert read(written(lines)) == tuple(lines)


@given(LINES, st.integers(0, 400))
def test_a_story_keeps_within_its_length(lines: list[StoryLine], limit: int) -> None:
    """What stays are lines of it, in their order."""
    kept = offline.fitted(lines, limit)
    assert offline.size(kept) <= limit
    places = [lines.index(line) for line in kept]
    assert places == sorted(set(places))


def test_a_story_goes_on() -> None:
    """The lines of the story stay, and those of a summary come behind, with the id of its page."""
    material = Material(
        passages=(passage(f"- Ann asked. [{A}]", None), passage("The ferry\n- Bob: Yes.", B)),
        budget=1_000,
    )
    assert offline.tell(material).split("\n") == [
        f"- Ann asked. [{A}]",
        f"- The ferry [{B}]",
        f"- Bob: Yes. [{B}]",
    ]


def test_an_opening_has_labels_and_the_newest_pages() -> None:
    """Labels are evenly chosen where there are too many, and the last summaries stand whole."""
    labels = [StoryLine(text=f"Page {n}", pages=(A,)) for n in range(1_000)]
    newest = [[StoryLine(text=f"It was said {n}.", pages=(B,))] for n in range(100)]
    told = read(offline.opening(labels, newest, 2_000))
    assert told[0].text == "Page 0"
    assert told[-1].text == "It was said 99."
    assert offline.size(told) <= 2_000
    chosen = [int(line.text[5:]) for line in told if line.text.startswith("Page")]
    assert len(chosen) >= 20
    assert max(b - a for a, b in pairwise(chosen)) <= 60
