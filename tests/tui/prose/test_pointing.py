"""The cursor on the blocks of a text."""

from __future__ import annotations

from textual.app import App, ComposeResult

from minutebook.tui.prose.blocks import ProseBlock
from minutebook.tui.prose.messages import BlockChosen
from minutebook.tui.prose.pointing import Pointing


def blocks(*texts: str) -> list[ProseBlock]:
    """Return blocks named by their texts."""
    return [ProseBlock(id=text.split(maxsplit=1)[0], text=text) for text in texts]


class Reading(App[None]):
    """An app with one text."""

    def __init__(self) -> None:
        super().__init__()
        self.text = Pointing()
        self.chosen: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.text

    def on_mount(self) -> None:
        self.text.following = False
        self.text.focus()

    def on_prose_block_chosen(self, event: BlockChosen) -> None:
        self.chosen.append(event.block_id)


async def test_cursor_moves_by_blocks() -> None:
    """`j` and `k` go from block to block, and stop at the ends."""
    app = Reading()
    async with app.run_test(size=(40, 20)) as pilot:
        app.text.set_blocks(blocks("one", "two", "three"))
        await pilot.press("j")
        assert app.text.pointed == "one"
        await pilot.press("j", "j", "j")
        assert app.text.pointed == "three"
        await pilot.press("k")
        assert app.text.pointed == "two"
        await pilot.press("enter")
        await pilot.pause()
        assert app.chosen == ["two"]


async def test_cursor_stays_with_its_block() -> None:
    """Blocks that come before it do not move the cursor; when its own goes, its place is kept."""
    app = Reading()
    async with app.run_test(size=(40, 20)) as pilot:
        app.text.set_blocks(blocks("one", "two", "three"))
        app.text.point_at("two")
        app.text.set_blocks(blocks("zero", "one", "two", "three"))
        assert app.text.pointed == "two"
        app.text.set_blocks(blocks("zero", "one", "three"))
        await pilot.pause()
        assert app.text.pointed == "three"
        app.text.set_blocks([])
        assert app.text.pointed == ""


async def test_block_taller_than_the_view_is_read_through() -> None:
    """The cursor leaves a long block only when its end has been in sight."""
    long = "long " + "\n\n".join(f"paragraph {n}" for n in range(20))
    app = Reading()
    async with app.run_test(size=(40, 10)) as pilot:
        app.text.set_blocks(blocks(long, "after"))
        app.text.point_at("long")
        seen: list[float] = []
        while app.text.pointed == "long":
            seen.append(app.text.scroll_offset.y)
            await pilot.press("j")
            assert len(seen) < 40
        assert seen == sorted(seen)
        assert seen[-1] > 20
        assert app.text.pointed == "after"


async def test_tight_blocks_stand_together() -> None:
    """No free row stands below a tight block."""
    app = Reading()
    async with app.run_test(size=(40, 20)) as pilot:
        item = ProseBlock(id="a", text="- a", is_tight=True)
        app.text.set_blocks([item, ProseBlock(id="b", text="- b")])
        await pilot.pause()
        assert app.text.virtual_size.height == 3
