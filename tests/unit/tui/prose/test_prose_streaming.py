"""A block that was streamed looks exactly like one that was there from the start."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.style import Style

from minutebook.tui.prose.blocks import ProseBlock, TextKind
from minutebook.tui.prose.codes import Codes
from minutebook.tui.prose.flow import Flow
from minutebook.tui.prose.geometry import geometry
from minutebook.tui.prose.painter import Painter, with_spot
from minutebook.tui.prose.palette import Palette
from minutebook.tui.prose.rows import Role

if TYPE_CHECKING:
    from textual.strip import Strip

PLACE = geometry(50, 5)
MARKUP = st.lists(
    st.sampled_from(
        ("word ", "**b** ", "\n", "\n\n", "- item\n", "1. one\n", "# head\n", "> quote\n", "`c` ")
    )
    | st.sampled_from(("```py\nx = 1\n", "```\n", "|a|b|\n|-|-|\n", "|1|2|\n", "    code\n"))
    | st.sampled_from(
        ("[l][r] ", "[r]: https://x.y\n", "[l](https://x.y) ", "\x1b[2J", "日本 ", "\r")
    ),
    max_size=40,
).map("".join)


def palette() -> Palette:
    """Return a palette in which every role looks different."""
    return Palette(Style.null(), {role: Style(meta={"role": role.value}) for role in Role})


def strips(flow: Flow) -> list[Strip]:
    """Return every row, painted."""
    flow.settle(0, 1_000_000)
    painter = Painter(flow, Codes())
    painter.palette = palette()
    spots = [flow.spot(row) for row in range(flow.height)]
    return [with_spot(painter.paint(spot), spot, []) for spot in spots if spot is not None]


@settings(max_examples=120, deadline=None)
@given(MARKUP, st.sampled_from(list(TextKind)), st.lists(st.integers(0, 200), max_size=6))
def test_any_chunks_give_the_same_strips(text: str, kind: TextKind, cuts: list[int]) -> None:
    """However the text arrives, and is looked at meanwhile, the end is that of the whole."""
    streamed, whole = Flow(PLACE), Flow(PLACE)
    entry = streamed.append(ProseBlock(id="1", speaker="model", kind=kind))
    entry.open(PLACE, streamed.layouts)
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    for start, end in pairwise(edges):
        entry.write(text[start:end], PLACE, streamed.layouts)
        streamed.measure(entry)
        streamed.settle_end(10)
    entry.close(PLACE, streamed.layouts)
    streamed.measure(entry)
    whole.set_blocks([ProseBlock(id="1", speaker="model", kind=kind, text=text)])
    assert entry.block.text == text
    assert strips(streamed) == strips(whole)


def test_the_draft_is_seen_while_it_grows() -> None:
    """What has been written so far is there before its block ends."""
    flow = Flow(PLACE)
    entry = flow.append(ProseBlock(id="1"))
    entry.open(PLACE, flow.layouts)
    entry.write("half a sen", PLACE, flow.layouts)
    flow.measure(entry)
    assert strips(flow)[0].text.strip() == "half a sen"
    assert entry.source == "half a sen"


def test_finished_pieces_are_laid_out_once() -> None:
    """Writing more leaves what is finished alone."""
    flow = Flow(PLACE)
    entry = flow.append(ProseBlock(id="1"))
    entry.open(PLACE, flow.layouts)
    entry.write("one\n\ntwo\n\nthr", PLACE, flow.layouts)
    flow.measure(entry)
    flow.settle_end(20)
    first = entry.laid(0, PLACE, flow.layouts)
    entry.write("ee\n\nfour", PLACE, flow.layouts)
    assert entry.kept == 3
    assert entry.laid(0, PLACE, flow.layouts) is first
