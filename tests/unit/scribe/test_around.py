"""Sections that are shortened around what a person wrote."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.scribe.around import LEAST_SHOWN, Cut, cut, together
from minutebook.scribe.blocks import keys
from minutebook.scribe.operations import (
    AppendToSection,
    DeleteSection,
    Operation,
    ReplaceSection,
)
from minutebook.scribe.outline import parse

LONG = "The ferry leaves at half past seven. " * 8
MINE = (
    "mine {}",
    "- mine {}\n  nested",
    "```\n\n\n## {}\n```",
    "<b>mine</b> {}",
    "### mine {}",
    "[mine {}]: https://example.org",
    "| {} | b |\n|---|---|",
    "mine {}\n*Condensed from k1*",
)
THEIRS = (f"{LONG}", f"- {LONG}\n- more", f"```\n{LONG}\n```", "short", "*Condensed from k2*")
ANSWERS = ("Short.", "- short", "```\nopen", "", "## Not one", "  indented\n---", "<i>x</i>")

BLOCKS = st.lists(
    st.tuples(st.booleans(), st.integers(0, 7), st.sampled_from(["\n", "\n\n", "\n\n\n"])),
    min_size=1,
    max_size=8,
)
WISHES = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 7), st.sampled_from(ANSWERS)), max_size=5
)


def made_of(blocks: list[tuple[bool, int, str]]) -> tuple[str, frozenset[str]]:
    """Return a document of one section, and what a person wrote in it."""
    body, owned = "", set[str]()
    for number, (is_person, form, ends) in enumerate(blocks):
        text = MINE[form].format(number) if is_person else THEIRS[form % len(THEIRS)]
        body += f"{text}\n{ends}"
        owned |= {*keys(text)} if is_person else set()
    return f"# Trip\n\n## Route\n\n{body}\n## Next\n\nLast.\n", frozenset(owned)


def operations(each: Cut, wishes: list[tuple[int, int, str]]) -> list[Operation]:
    """Return what a model wants done to the parts that it is shown."""
    anchors = [view.anchor for view in each.views]
    found: list[Operation] = []
    for kind, place, text in wishes:
        anchor = anchors[place % len(anchors)]
        match kind:
            case 0:
                found.append(ReplaceSection(anchor=anchor, body=text))
            case 1:
                found.append(AppendToSection(anchor=anchor, body=text))
            case _:
                found.append(DeleteSection(anchor=anchor))
    return found


@given(BLOCKS, WISHES)
@settings(max_examples=150, deadline=None)
def test_a_persons_blocks_stay_to_the_byte_in_their_order(
    blocks: list[tuple[bool, int, str]], wishes: list[tuple[int, int, str]]
) -> None:
    """Whatever is done to the parts between them, and nothing outside of the section changes."""
    content, owned = made_of(blocks)
    section = parse(content).sections[0]
    found = cut(section, owned)
    if found is None:
        return
    assert not any(keys(view.body)[0] in owned for view in found.views)
    assert all(len(view.body.strip()) >= LEAST_SHOWN for view in found.views)
    text = together(content, [found], operations(found, wishes), {"route": "*Condensed from k3*"})
    mine = [key for key in keys(section.body) if key in owned]
    assert [key for key in keys(parse(text).sections[0].body) if key in owned] == mine
    assert [each.anchor for each in parse(text).sections] == ["route", "next"]
    assert text.startswith("# Trip\n\n## Route\n")
    assert text.endswith("\n## Next\n\nLast.\n")
    assert text.count("*Condensed from k3*") == (text != content)
