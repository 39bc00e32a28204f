"""The turns of one conversation, with a cursor on them; see `replying` for what comes at their end.

A reply that has ended takes the name of the turn that it became once that is read from the record;
so nothing is laid out twice.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from minutebook.domain.turns import Role, Turn
from minutebook.tui.panes.replying import ReplyText
from minutebook.tui.prose.blocks import ProseBlock
from minutebook.tui.replies import Replies
from minutebook.tui.transcript import (
    Beside,
    blocks_of,
    meant,
    nearest,
    origin_block,
    turn_key,
)
from minutebook.tui.window import Window, read_beside

if TYPE_CHECKING:
    from minutebook.clock import Clock
    from minutebook.engine import Engine
    from minutebook.tui.prose.prose import Anchor


class Transcript(ReplyText):
    """The turns."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("K,alt+up", "choose(-1)", "Choose the turn before"),
        Binding("J,alt+down", "choose(1)", "Choose the next turn"),
        Binding("e", "wish('edit')", "Say the chosen turn of yours otherwise"),
        Binding("left_square_bracket", "wish('earlier')", "The branch before this one"),
        Binding("right_square_bracket", "wish('later')", "The next branch"),
        Binding("y", "wish('copy')", "Copy the chosen turn"),
        Binding("c", "wish('copy_code')", "Copy its code, whole"),
        Binding("t", "thought", "Unfold what was thought, or fold it"),
        Binding("p", "wish('pin')", "Pin the chosen turn"),
        Binding("g", "good_or_start", "The chosen turn is good; without one: start"),
        Binding("b", "wish('bad')", "The chosen turn is bad"),
    ]

    class Wished(Message):
        """The person wants something done with a turn."""

        def __init__(self, wish: str, turn: Turn) -> None:
            super().__init__()
            self.wish = wish
            self.turn = turn

    def __init__(self, clock: Clock, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._clock = clock
        self._engine: Engine | None = None
        self.window: Window | None = None
        self.beside = Beside()
        self._order = asyncio.Lock()
        """Held while the window is read and shown: what is shown is what was read last."""

    def use(self, engine: Engine) -> None:
        """Show what this engine keeps."""
        self._engine, self.replies = engine, Replies()

    @property
    def turns(self) -> list[Turn]:
        """What is shown of the record."""
        return [] if self.window is None else self.window.shown

    @property
    def turn(self) -> Turn | None:
        """The turn that is chosen, else the last one."""
        chosen = [turn for turn in self.turns if turn.key == self.beside.chosen]
        return _last(chosen or self.turns)

    @property
    def _shown_id(self) -> str:
        return "" if self.window is None else self.window.id

    @property
    def place(self) -> Anchor | None:
        """What is at the top of the view; None at the end, and where it is not in the record."""
        anchor = None if self.following else self.top_anchor()
        keys = {turn.key for turn in self.turns}
        return anchor if anchor is not None and turn_key(anchor[0]) in keys else None

    async def open(self, conversation: str, turn: str, anchor: Anchor | None = None) -> None:
        """Show a conversation: from its newest turn, from one, or as it was read before.

        Raises NotFoundError.
        """
        if (engine := self._engine) is None:
            return
        turn = turn_key(anchor[0]) if anchor is not None else turn
        async with self._order:
            window = Window(engine.library, await engine.library.conversation(conversation))
            await (window.open_around(turn) if turn else window.open_newest())
            blocks = blocks_of(window.shown, None, self._clock(), Beside())
            if await self.prepare(nearest(blocks, turn)):
                await window.refresh()  # nobody has been told of what came meanwhile
            self.beside = await read_beside(engine, window, Beside())
            self._close_open()
            self.window, self._ended = window, []
            self.following = not turn
            self._show_all()
            self._resume()
        if anchor is not None:
            self.return_to(anchor)
        elif turn and any(each.key == turn for each in self.turns):
            self.scroll_to_block(turn)
            self.mark_changed([turn])

    async def refresh_turns(self) -> None:
        """Show what is new in the record."""
        async with self._order:
            engine, window = self._engine, self.window
            if engine is None or window is None:
                return
            known = {turn.key for turn in window.turns}
            ended = list(self._ended)
            fresh = await window.refresh()
            beside = await read_beside(engine, window, self.beside)
            await self._prepare_last()
            is_same = beside == self.beside
            self.beside = beside
            if window.turns and window.turns[-1].key not in known:
                self._end_recorded(window.turns[-1])
                # Also what has ended while the record was read.
                ended = self._ended if self._adopt(window.turns[-1]) else ended
            self._ended = [block for block in self._ended if block not in ended]
            if fresh is not None and is_same and not ended and not self.is_streaming:
                self._append([turn for turn in fresh if turn in self.turns])
            else:
                self._show_all()

    async def _prepare_last(self) -> None:
        """Prepare the last turn, unless it is on the screen already, as a reply."""
        on_screen = [block.text for block in self._ended]
        on_screen += [reply.text] if (reply := self._reply) is not None else []
        last = self._blocks(self.turns[-1:], None)[-1:]
        await self.prepare([block for block in last if block.text not in on_screen])

    def _adopt(self, turn: Turn) -> bool:
        """Let the last reply that has ended become its turn where it stands; say whether it has."""
        if not self._ended or turn.role is not Role.ASSISTANT:
            return False
        block, last = self._blocks([turn], None)[-1], self._ended[-1]
        if self._flow.find(block.id) is not None or last.text != block.text:
            return False
        self.adopt_block(last.id, block)
        return True

    async def load_older(self) -> None:
        """Read and show more at the start."""
        async with self._order:
            if (window := self.window) is not None and window.has_older:
                added = await window.older()
                shown = [turn for turn in added if turn in self.turns]
                blocks = self._blocks(shown, None)
                await self.prepare(nearest(blocks, ""))
                self.has_older = window.has_older
                self.prepend_blocks([*self._head(), *blocks])
                self._follow_a_day(shown)

    def _follow_a_day(self, added: list[Turn]) -> None:
        """What was first has a turn before it now, maybe of the same day."""
        turns = self.turns
        if added and len(turns) > len(added):
            for block in self._blocks([turns[len(added)]], added[-1]):
                self.update_block(block)

    async def load_newer(self) -> None:
        """Read and show more at the end."""
        async with self._order:
            if (window := self.window) is not None and window.has_newer:
                self.following = False
                added = await window.newer()
                self._append([turn for turn in added if turn in self.turns])

    def _append(self, turns: list[Turn]) -> None:
        """Show turns that the window has taken in at its end."""
        shown = self.turns
        before = shown[-len(turns) - 1] if len(shown) > len(turns) else None
        with self.app.batch_update():
            for block in self._blocks(turns, before):
                self.append_block(block)

    def _settled(self) -> list[ProseBlock]:
        self.has_older = self.window is not None and self.window.has_older
        return [*self._head(), *self._blocks(self.turns, None)]

    def _head(self) -> list[ProseBlock]:
        """Return what stands above the first turn of all."""
        origin = self.beside.origin
        return [] if origin is None or self.has_older else [origin_block(origin)]

    def _blocks(self, turns: list[Turn], before: Turn | None) -> list[ProseBlock]:
        return blocks_of(turns, before, self._clock(), self.beside)

    def choose(self, key: str) -> None:
        """Put the cursor on a turn, or nowhere."""
        old = self.beside.chosen
        self.beside = replace(self.beside, chosen=key)
        for turn in self.turns:
            if turn.key in {old, key}:
                self._show_anew(turn)
        if key:
            self.following = False
            self.bring_into_view(key)

    def _show_anew(self, turn: Turn) -> None:
        place = self.turns.index(turn)
        before = self.turns[place - 1] if place else None
        for block in self._blocks([turn], before):
            if self._flow.find(block.id) is not None:
                self.update_block(block)

    def action_choose(self, step: int) -> None:
        """Move the cursor to another turn; behind the last one it is nowhere."""
        keys = [turn.key for turn in self.turns if self._flow.find(turn.key) is not None]
        if not keys:
            return  # or what was read is about to be shown
        if self.beside.chosen not in keys:
            self.choose(keys[-1])
            return
        place = keys.index(self.beside.chosen) + step
        if place < len(keys):
            self.choose(keys[max(0, place)])
        else:
            self.choose("")
            self.follow()

    def action_wish(self, wish: str) -> None:
        """Have something done with the turn that is chosen, else with the last that fits."""
        if (turn := meant(wish, self.turns, self.beside)) is not None:
            self.post_message(self.Wished(wish, turn))

    def action_good_or_start(self) -> None:
        """Call the chosen turn good; without one, go to the start."""
        if self.beside.chosen:
            self.action_wish("good")
        else:
            self.action_scroll_home()

    def action_thought(self) -> None:
        """Unfold what was thought before the chosen turn, or the last that has any; or fold it."""
        thought = [turn for turn in self.turns if turn.content.thinking.strip()]
        chosen = [turn for turn in thought if turn.key == self.beside.chosen]
        if not thought:
            return
        turn = (chosen or thought)[-1]
        unfolded = self.beside.unfolded ^ {turn.key}
        self.beside = replace(self.beside, unfolded=unfolded)
        self._show_anew(turn)


def _last(turns: list[Turn]) -> Turn | None:
    return turns[-1] if turns else None
