"""Whatever is done to the text widget, in whatever order, at whatever size: it shows its text."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual.geometry import Offset, Region
from textual.selection import Selection

from minutebook.tui.prose import Mark, Prose, ProseBlock, TextKind, Tone
from minutebook.tui.prose.flow import Spot
from minutebook.tui.prose.painter import spot_number
from tui.prose.test_prose_widget import Stage

if TYPE_CHECKING:
    from textual.pilot import Pilot

TEXTS = st.one_of(
    st.sampled_from(
        [
            "",
            "word " * 60,
            "# Head\n\ntext",
            "```py\nx = 1\n\ny = 2\n```\nafter",
            "```\nopen fence\n",
            "- one\n- two\n  - three\n\n- four",
            "| a | b |\n|---|---|\n| 1 | 2 |\n",
            "> quote\n> more\n\nend",
            "\n\n\n",
            "    code\n\n\n    more",
            "wide 語語語語語語語語 \U0001f469\u200d\U0001f680 text",
            "[a][b]\n\n[b]: https://example.org/\n",
            "---",
            "see [pg_0123456789abcdef] or <https://example.org/a/rather/long/way>",
        ]
    ),
    st.text(alphabet="ab #*`-|>\n[]:1._~\t", max_size=60),
)
IDS = st.integers(0, 30)
BLOCKS = st.builds(
    ProseBlock,
    id=IDS.map(str),
    text=TEXTS,
    kind=st.sampled_from(TextKind),
    speaker=st.sampled_from(["", "you", "a rather long name of somebody"]),
    meta=st.sampled_from(["", "14:02", "3 Feb 2024 14:02 · left branch"]),
    tone=st.just(Tone.MODEL),
    mark=st.sampled_from(Mark),
)
SIZES = st.sampled_from([(1, 1), (2, 4), (9, 5), (47, 7), (49, 8), (80, 24), (160, 45), (30, 2)])
KEYS = st.sampled_from("j k g G n N y l L enter pagedown pageup home end".split())
STEPS = st.one_of(
    st.tuples(st.just("set"), st.lists(BLOCKS, max_size=6)),
    st.tuples(st.just("append"), BLOCKS),
    st.tuples(st.just("prepend"), st.lists(BLOCKS, max_size=3)),
    st.tuples(st.just("update"), BLOCKS),
    st.tuples(st.just("open"), BLOCKS),
    st.tuples(st.just("write"), TEXTS),
    st.tuples(st.just("close"), st.none()),
    st.tuples(st.just("clear"), st.none()),
    st.tuples(st.just("size"), SIZES),
    st.tuples(st.just("hide"), st.booleans()),
    st.tuples(st.just("press"), KEYS),
    st.tuples(st.just("find"), st.sampled_from(["", "a", "word", "one", "ab"])),
    st.tuples(st.just("scroll"), st.integers(-3, 400)),
    st.tuples(st.just("jump"), IDS),
    st.tuples(st.just("mark"), st.lists(IDS, max_size=4)),
    st.tuples(st.just("select"), st.tuples(IDS, st.integers(-1, 4), st.integers(0, 9))),
    st.tuples(st.just("theme"), st.sampled_from(["nord", "textual-light"])),
    st.tuples(st.just("pause"), st.none()),
)


class Player:
    """Does one thing after another to the widget."""

    def __init__(self, prose: Prose, pilot: Pilot[None], app: Stage) -> None:
        self._prose = prose
        self._pilot = pilot
        self._app = app

    async def play(self, verb: str, what: object) -> None:
        """Do one thing; what cannot be done now is passed over, as the panes do."""
        await getattr(self, f"_{verb}")(what)
        self._look()

    def _look(self) -> None:
        """Paint everything in sight, and read what is selected."""
        prose = self._prose
        size = prose.size
        if size.height and size.width:
            prose.render_lines(Region(0, 0, size.width, size.height))
        if (selection := prose.text_selection) is not None:
            prose.get_selection(selection)

    def _ids(self) -> list[str]:
        return [block.id for block in self._prose.blocks]

    async def _set(self, blocks: list[ProseBlock]) -> None:
        self._prose.set_blocks(list({block.id: block for block in blocks}.values()))

    async def _append(self, block: ProseBlock) -> None:
        if block.id not in self._ids():
            self._prose.append_block(block)

    async def _prepend(self, blocks: list[ProseBlock]) -> None:
        fresh = {block.id: block for block in blocks if block.id not in self._ids()}
        self._prose.prepend_blocks(list(fresh.values()))

    async def _update(self, block: ProseBlock) -> None:
        if block.id in self._ids():
            self._prose.update_block(block)

    async def _open(self, block: ProseBlock) -> None:
        if not self._prose.is_streaming and block.id not in self._ids():
            self._prose.open_block(block)

    async def _write(self, text: str) -> None:
        if self._prose.is_streaming:
            self._prose.write(text)

    async def _close(self, _: None) -> None:
        if self._prose.is_streaming:
            self._prose.close_block()

    async def _clear(self, _: None) -> None:
        self._prose.set_blocks([])

    async def _size(self, size: tuple[int, int]) -> None:
        await self._pilot.resize_terminal(*size)

    async def _hide(self, is_hidden: bool) -> None:
        self._prose.display = not is_hidden

    async def _press(self, key: str) -> None:
        await self._pilot.press(key)

    async def _find(self, words: str) -> None:
        self._prose.find(words)

    async def _scroll(self, row: int) -> None:
        self._prose.scroll_to(y=row)

    async def _jump(self, number: int) -> None:
        if str(number) in self._ids():
            self._prose.scroll_to_block(str(number))

    async def _mark(self, numbers: list[int]) -> None:
        self._prose.mark_changed([str(number) for number in numbers])

    async def _select(self, place: tuple[int, int, int]) -> None:
        start = Offset(1, spot_number(Spot(*place)))
        end = Offset(3, spot_number(Spot(place[0] + 2, place[1] + 1, place[2])))
        self._app.screen.selections = {self._prose: Selection(start, end)}

    async def _theme(self, name: str) -> None:
        self._app.theme = name

    async def _pause(self, _: None) -> None:
        await self._pilot.pause(0.05)


async def _play(steps: list[tuple[str, object]]) -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        prose = app.query_one(Prose)
        prose.focus()
        await pilot.pause()
        player = Player(prose, pilot, app)
        for verb, what in steps:
            await player.play(verb, what)
        await _ends_whole(player, prose, pilot)


async def _ends_whole(player: Player, prose: Prose, pilot: Pilot[None]) -> None:
    """Whatever was done before: at a good size the end is in sight, and nothing is missing."""
    await player.play("hide", False)
    await player.play("close", None)
    await pilot.resize_terminal(80, 24)
    last = ProseBlock(id="last", text="the last words")
    prose.append_block(last)
    prose.follow()
    await pilot.pause()
    rows = [prose.render_line(y).text.strip() for y in range(prose.size.height)]
    assert "the last words" in rows


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, min_size=5, max_size=40))
def test_no_order_of_deeds_breaks_the_text(steps: list[tuple[str, object]]) -> None:
    """Grow, replace, empty, resize, search, select, hide: nothing raises, and the end is shown."""
    asyncio.run(_play(steps))
