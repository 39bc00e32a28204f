"""How `offline` keeps a document."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.domain.turns import Role
from minutebook.llm.offline.telling import tell
from minutebook.llm.protocol import Material, Passage, SectionView

START = datetime(2026, 3, 4, 8, tzinfo=UTC)
THINGS = ("ferry", "hut", "stove", "tent", "train", "permit", "guide", "camera", "sledge", "radio")


def passage(text: str, when: str = "2026-03-04T08:00:00+00:00", **more: object) -> Passage:
    """Return a turn of Ann's."""
    values = {"source": 1, "speaker": "Ann", "role": Role.PERSON, "text": text, "when": when}
    return Passage(**{**values, **more})  # type: ignore[arg-type]


def section(heading: str, *lines: str) -> SectionView:
    """Return a section of a document, known by its heading."""
    return SectionView(anchor=heading.lower(), heading=heading, body="\n".join(lines))


def operations(material: Material) -> list[dict[str, str]]:
    """Return what `offline` wants done."""
    found: list[dict[str, str]] = json.loads(tell(material))["operations"]
    return found


def applied(material: Material) -> tuple[SectionView, ...]:
    """Return the sections after what `offline` wants done, by the plainest reading of it."""
    sections = list(material.sections)
    for operation in operations(material):
        anchors = [view.anchor for view in sections]
        place = anchors.index(operation["anchor"]) if operation["anchor"] in anchors else -1
        if operation["op"] == "insert_section_after":
            sections.insert(place + 1, section(operation["heading"], operation["body"]))
        elif operation["op"] == "delete_section":
            del sections[place]
        else:
            old = [sections[place].body] if operation["op"] == "append_to_section" else []
            sections[place] = section(sections[place].heading, *old, operation["body"])
    return tuple(sections)


def fact(number: int) -> str:
    """Return a sentence that tells something no other tells."""
    one, two = THINGS[number % 10], THINGS[(number // 10 + number) % 10]
    return f"We decided that the {one} and the {two} cost {1_000 + number} euros together."


def told(days: int, per_day: int, budget: int) -> tuple[SectionView, ...]:
    """Return the document of a conversation that went on for some days."""
    sections: tuple[SectionView, ...] = ()
    for number in range(days * per_day):
        moment = START + timedelta(days=number // per_day, minutes=number % per_day)
        turn = passage(fact(number), moment.isoformat())
        sections = applied(Material(passages=(turn,), sections=sections, budget=budget))
        assert size(sections) <= budget
    return sections


def size(sections: tuple[SectionView, ...]) -> int:
    """Return the characters of a document."""
    return sum(len(view.heading) + len(view.body) + 8 for view in sections)


def test_a_turn_becomes_a_bullet_of_its_day() -> None:
    """The first turn of a day begins its section; only the difference is sent."""
    assert operations(
        Material(passages=(passage(fact(1)),), sections=(section("Notes", "x"),))
    ) == [
        {
            "op": "insert_section_after",
            "anchor": "notes",
            "heading": "4 March 2026",
            "body": f"- **Ann** {fact(1)}",
        }
    ]


def test_what_is_told_is_not_told_again() -> None:
    """A sentence that the document holds, and one that says nothing, add nothing."""
    day = section("4 March 2026", f"- **Bob** {fact(1)}")
    for text in (fact(1), "ok", "", "👍"):
        assert operations(Material(passages=(passage(text),), sections=(day,))) == []


def test_days_stand_in_order_of_time() -> None:
    """Late turns find their place: their day, a new day between, or before all others."""
    sections = tuple(section(f"{day} March 2026", "- **Bob** x") for day in (2, 4, 6))
    for day, expected in ((2, 0), (3, 1), (1, 0), (9, 3)):
        turn = passage(fact(day), f"2026-03-0{day}T08:00:00+00:00")
        after = applied(Material(passages=(turn,), sections=sections))
        assert "Ann" in after[expected].body
        assert after[expected].heading == f"{day} March 2026"


def test_a_page_over_midnight_makes_two_days() -> None:
    """Sections that one patch begins come in order."""
    turns = tuple(
        passage(fact(day), f"2026-03-0{day}T08:00:00+00:00", source=day) for day in (4, 5)
    )
    after = applied(Material(passages=turns))
    assert [view.heading for view in after] == ["4 March 2026", "5 March 2026"]


def test_turns_without_a_time_make_parts() -> None:
    """A part that is full is followed by the next."""
    sections: tuple[SectionView, ...] = ()
    for number in range(13):
        turn = passage(fact(number), "")
        sections = applied(Material(passages=(turn,), sections=sections))
    assert [view.heading for view in sections] == ["Part 1", "Part 2"]
    assert len(sections[0].body.split("\n")) == 12


def test_condensed_time_takes_late_turns() -> None:
    """A day that was merged into its month is told there; a newer day begins a section."""
    sections = (
        section("Earlier", "- **Bob** x"),
        section("March 2026", "- **Bob** x"),
        section("20 March 2026", "- **Bob** x"),
    )
    for when, expected in (
        ("2025-01-01", "Earlier"),
        ("2026-03-04", "March 2026"),
        ("2026-03-25", "25 March 2026"),
        ("2026-04-01", "1 April 2026"),
    ):
        after = applied(Material(passages=(passage(fact(1), when),), sections=sections))
        assert [view.heading for view in after if "Ann" in view.body] == [expected]


def test_document_keeps_within_its_budget() -> None:
    """The old is condensed further and further, the newest days stay whole, in order of time."""
    sections = told(days=70, per_day=3, budget=3_000)
    headings = [view.heading for view in sections]
    assert headings[-1] == "12 May 2026"
    assert headings[0] in {"Earlier", "2026", "March 2026"}
    assert len(sections[-1].body.split("\n")) == 3
    assert len(headings) == len(set(headings))


def test_one_long_day_keeps_within_its_budget() -> None:
    """When everything was said on one day, that day is condensed."""
    sections = told(days=1, per_day=120, budget=2_000)
    assert [view.heading for view in sections] == ["4 March 2026"]
    assert fact(119) in sections[0].body


def test_condensing_leaves_what_is_not_its_own() -> None:
    """Lines that a person wrote stay, wherever they stand, also when their day becomes a month."""
    mine = (
        section("Notes", "A person's own words. " * 20),
        section(
            "2 March 2026", "A thought of my own.", *[f"- **Bob** {fact(n)}" for n in range(20)]
        ),
        section("3 March 2026", f"- **Bob** {fact(21)}", "  - and a remark below it"),
        *(section(f"{day} April 2026", f"- **Bob** {fact(day)}") for day in range(1, 20)),
    )
    turn = passage(fact(99), "2026-04-20T08:00:00+00:00")
    after = applied(Material(passages=(turn,), sections=mine, budget=2_600))
    text = "\n".join(view.body for view in after)
    assert size(after) <= 2_600
    assert mine[0] in after
    for kept in ("A thought of my own.", "  - and a remark below it", fact(21), fact(99)):
        assert kept in text


def test_tool_traffic_is_told_only_when_it_states_something() -> None:
    """Output of tools is left out, unless it is a sentence with a figure in it."""
    listing = passage("a.txt\nb.txt 17\nnode_modules", role=Role.TOOL)
    result = passage("The test run finished with 3 failures in the parser.", role=Role.TOOL)
    assert operations(Material(passages=(listing,))) == []
    assert "3 failures" in operations(Material(passages=(result,)))[0]["body"]


@given(
    st.lists(st.text(max_size=60), max_size=4),
    st.text(max_size=12),
    st.sampled_from(["", "2026-03-04T08:00", "nonsense", "9999-12-31", "0001-01-01", "2026-99-99"]),
    st.lists(st.text(max_size=40), max_size=3),
    st.integers(0, 400),
)
@settings(max_examples=150)
def test_any_material_has_an_answer(
    texts: list[str], speaker: str, when: str, bodies: list[str], budget: int
) -> None:
    """Whatever was said and whatever the document holds, operations on its sections come back."""
    headings = ["Part 1", "9999", "December 9999"]
    sections = tuple(section(h, body) for h, body in zip(headings, bodies, strict=False))
    turns = tuple(passage(f"{fact(1)} {text}", when, speaker=speaker) for text in texts)
    anchors = {"top", *(view.anchor for view in sections)}
    found = operations(Material(passages=turns, sections=sections, budget=budget))
    assert {operation["anchor"] for operation in found} <= anchors
