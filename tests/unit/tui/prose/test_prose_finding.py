"""Words are found where they are seen, and selections give what was written."""

from __future__ import annotations

import pytest
from textual.geometry import Offset
from textual.selection import SELECT_ALL, Selection

from minutebook.tui.prose.blocks import ProseBlock, TextKind
from minutebook.tui.prose.copying import selected_text
from minutebook.tui.prose.finding import MAX_HITS, Finding, Hit
from minutebook.tui.prose.flow import Flow, Spot
from minutebook.tui.prose.geometry import geometry
from minutebook.tui.prose.painter import spot_number

PLACE = geometry(40, 0)


def flow_of(*texts: str, kind: TextKind = TextKind.MARKDOWN) -> Flow:
    """Return a flow of texts, all laid out."""
    flow = Flow(PLACE)
    flow.set_blocks([ProseBlock(id=str(n), text=text, kind=kind) for n, text in enumerate(texts)])
    flow.settle(0, 10_000)
    return flow


def found(words: str, *texts: str) -> list[Hit]:
    """Return all hits."""
    finding, flow = Finding(words), flow_of(*texts)
    while not finding.complete:
        finding.step(flow)
    return finding.hits


@pytest.mark.parametrize(
    ("words", "text", "count"),
    [
        ("ferry", "The Ferry, the ferry", 2),
        ("the ferry leaves", "the **ferry** leaves", 1),
        ("ferry", "f**er**ry", 1),
        ("one two", "one\ntwo", 1),
        ("b c", "word " * 6 + "a b c", 1),
        ("hidden", "[link](https://hidden.example)", 0),
        ("ferry", "nothing", 0),
        (".*", "a.*b", 1),
        ("x", "```\nx = 1\n```", 1),
        ("  ", "blank", 0),
        ("日本", "今日本当に", 1),
    ],
)
def test_finds_what_is_seen(words: str, text: str, count: int) -> None:
    """Case, markup and line breaks do not hide a hit; what is not on the screen is none."""
    assert len(found(words, text)) == count


def test_a_hit_across_rows_is_marked_on_both() -> None:
    """Words that wrap are one hit with a part on each row."""
    text = "word " * 6 + "left right " + "word " * 5
    finding, flow = Finding("left right"), flow_of(text)
    finding.step(flow)
    laid = flow.laid(flow.entries[0], 0)
    spans = [span for row in range(len(laid.rows)) for span in finding.spans(laid, row)]
    assert [span.ordinal for span in spans] == [0, 0]
    cut = [laid.rows[row].text[s.start : s.end] for row in (0, 1) for s in finding.spans(laid, row)]
    assert cut == ["left", "right"]


def test_next_goes_round() -> None:
    """After the last hit comes the first, before the first the last."""
    finding, flow = Finding("a"), flow_of("a a", "a")
    finding.step(flow)
    assert finding.position == 0
    positions = []
    for step in (1, 1, 1, 1, -1, -1):
        finding.move(step)
        positions.append(finding.position)
    assert positions == [1, 2, 3, 1, 3, 2]


def test_a_changed_block_is_looked_through_again() -> None:
    """Hits follow a block that changes; those of other blocks stay."""
    finding, flow = Finding("ferry"), flow_of("ferry", "ferry ferry", "ferry")
    finding.step(flow)
    entry = flow.update(ProseBlock(id="1", text="no boat"))
    finding.look_again(flow, entry)
    assert [hit.key for hit in finding.hits] == [0, 2]


def test_long_block_is_looked_through_in_steps() -> None:
    """No step lays all of it out; in the end every hit is there once, and in order."""
    text = "\n\n".join(f"ferry {number}" for number in range(90))
    finding, flow = Finding("ferry"), Flow(PLACE)
    flow.set_blocks([ProseBlock(id="0", text="ferry"), ProseBlock(id="1", text=text)])
    steps = 0
    while not finding.complete:
        known = len(finding.hits)
        finding.step(flow)
        steps += 1
        assert len(finding.hits) - known <= 30
    assert steps > 2
    assert finding.hits == [Hit(0, 0, 0), *(Hit(1, part, 0) for part in range(90))]


def test_block_that_changes_while_it_is_looked_through_is_begun_again() -> None:
    """No hit of its old text stays, and none is counted twice."""
    text = "\n\n".join(f"ferry {number}" for number in range(90))
    finding, flow = Finding("ferry"), flow_of(text, "ferry")
    finding.step(flow)
    assert not finding.complete
    finding.look_again(flow, flow.update(ProseBlock(id="0", text="a ferry\n\na ferry")))
    while not finding.complete:
        finding.step(flow)
    assert finding.hits == [Hit(0, 0, 0), Hit(0, 1, 0), Hit(1, 0, 0)]


def test_blocks_that_come_after_the_search_are_looked_through() -> None:
    """Each of them, however many come."""
    finding, flow = Finding("ferry"), flow_of("ferry")
    finding.step(flow)
    for number in (1, 2, 3):
        entry = flow.append(ProseBlock(id=str(number), text="ferry"))
        finding.look_again(flow, entry)
        while not finding.complete:
            finding.step(flow)
    assert [hit.key for hit in finding.hits] == [0, 1, 2, 3]


def test_hits_are_limited() -> None:
    """A letter that is everywhere does not fill the memory."""
    hits = found("a", *("a " * 3_000 for _ in range(8)))
    assert MAX_HITS <= len(hits) < MAX_HITS + 3_000


def select(flow: Flow, start: tuple[Spot, int], end: tuple[Spot, int]) -> str:
    """Return the text between two characters of rows."""
    begin = Offset(start[1], spot_number(start[0]))
    return selected_text(flow, Selection(begin, Offset(end[1], spot_number(end[0]))))


def test_words_inside_a_piece() -> None:
    """A selection inside a paragraph is the words that are seen, joined over its rows."""
    flow = flow_of("one **two** " + "word " * 10 + "end")
    assert select(flow, (Spot(0, 0, 0), 4), (Spot(0, 0, 1), 400)) == (
        "two " + "word " * 10 + "end"
    )  # fmt: skip


def test_whole_pieces_are_markdown() -> None:
    """A selection over several pieces gives the Markdown of those it holds whole."""
    flow = flow_of("# Head\nfirst\n\n- **b**\n- c\n\nlast words")
    text = select(flow, (Spot(0, 0, 0), 0), (Spot(0, 4, 1), 4))
    assert text == "# Head\nfirst\n\n- **b**\n- c\n\nlast"


def test_code_is_selected_without_its_fence() -> None:
    """Inside one code, the lines of the code come, spaces and all."""
    flow = flow_of("```py\ndef f():\n    return 1\n```")
    assert select(flow, (Spot(0, 0, 1), 0), (Spot(0, 0, 2), 99)) == "def f():\n    return 1"


def test_decoration_is_not_selected() -> None:
    """Bars and bullets beside a part of a quote or an item stay out."""
    flow = flow_of("> quoted words")
    assert select(flow, (Spot(0, 0, 0), 0), (Spot(0, 0, 0), 8)) == "quoted"


def test_all_is_the_source() -> None:
    """Everything selected is everything written, made harmless."""
    flow = flow_of("# a\n\x1b[31mred\x1b[2J", "**b**")
    assert selected_text(flow, SELECT_ALL) == "# a\nred␛[2J\n\n**b**"


def test_between_blocks_the_middle_is_whole() -> None:
    """Blocks in the middle of a selection come as they were written."""
    flow = flow_of("one", "*two*", "three")
    assert select(flow, (Spot(0, 0, 0), 1), (Spot(2, 0, 0), 2)) == "ne\n\n*two*\n\nth"
