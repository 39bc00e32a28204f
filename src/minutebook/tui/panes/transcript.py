"""The turns of one conversation, the reply that is on its way at their end, and a cursor on them.

A reply is an open block until it has ended. Then it stays, closed, until the turn that it became
has been read from the record, and takes that turn's name; so nothing is laid out twice.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from minutebook.domain.turns import Role, Turn
from minutebook.events import (
    ReplyFailed,
    ReplyFinished,
    ReplyStarted,
    ReplyWentOn,
    TextArrived,
    ThinkingArrived,
)
from minutebook.tui.guard import Guarded
from minutebook.tui.prose.blocks import ProseBlock
from minutebook.tui.prose.prose import Prose
from minutebook.tui.replies import Replies, ReplySoFar, reply_block
from minutebook.tui.transcript import (
    Beside,
    blocks_of,
    meant,
    nearest,
    thought_block,
    turn_key,
)
from minutebook.tui.window import Window, read_beside

if TYPE_CHECKING:
    from minutebook.clock import Clock
    from minutebook.engine import Engine
    from minutebook.tui.bridge import ReplyEvent
    from minutebook.tui.prose.prose import Anchor


class Transcript(Guarded, Prose):
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
        self.replies = Replies()
        self.beside = Beside()
        self._ended: list[ProseBlock] = []
        """Blocks of replies that have ended and are not read from the record yet."""
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
    def is_answering(self) -> bool:
        """Whether a reply is on its way in the conversation that is shown."""
        return self._reply is not None

    @property
    def _reply(self) -> ReplySoFar | None:
        return None if self.window is None else self.replies.of(self.window.id)

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

    def _end_recorded(self, turn: Turn) -> None:
        """End the reply that this turn is: the record may tell of it before the reply has ended.

        What is on the screen of it is kept, as else a long one would be laid out a second time.
        """
        reply, text = self._reply, turn.content.text
        if reply is None or not reply.pieces or turn.role is not Role.ASSISTANT:
            return
        said = reply.text
        if text.startswith(said):
            if self.is_streaming and len(text) > len(said):
                self.write(reply.add(text[len(said) :]))
            self._end_reply()
            self.replies.end(turn.conversation)

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
                self.prepend_blocks(blocks)
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

    def _show_all(self) -> None:
        """Show turns, replies that have just ended, and what is on its way."""
        self.has_older = self.window is not None and self.window.has_older
        shown = [*self._blocks(self.turns, None), *self._ended]
        if (reply := self._reply) is not None and reply.pieces and reply.thoughts:
            shown.append(thought_block(reply.id, reply.thinking, is_open=False))
        self.set_blocks(shown)

    def _blocks(self, turns: list[Turn], before: Turn | None) -> list[ProseBlock]:
        return blocks_of(turns, before, self._clock(), self.beside)

    def hear(self, event: ReplyEvent) -> None:
        """Show what becomes of a reply."""
        id_ = event.conversation
        is_here = self.window is not None and self.window.id == id_
        match event:
            case ReplyStarted(model=model):
                self.replies.begin(id_, model)
                if is_here:
                    self._resume()
            case ThinkingArrived(text=text):
                self.replies.think(id_, text)
                if is_here:
                    self._write_thought(text)
            case TextArrived(text=text):
                shown = self.replies.add(id_, text)
                if is_here:
                    self._write_answer(shown)
            case ReplyWentOn():
                self._go_on(event)
            case ReplyFinished() | ReplyFailed():
                self._end(id_)

    def _end(self, conversation: str) -> None:
        if self.window is not None and self.window.id == conversation:
            self._end_reply()
        self.replies.end(conversation)

    def _go_on(self, event: ReplyWentOn) -> None:
        """Begin the part of a reply that follows the results of tools."""
        self._end(event.conversation)
        self.replies.begin(event.conversation, event.model)
        if self.window is not None and self.window.id == event.conversation:
            self._resume()

    def _resume(self) -> None:
        """Open the block of the reply that is on its way here, if there is one."""
        if (reply := self._reply) is not None:
            self._close_open()
            self.open_block(reply_block(reply))

    def _write_thought(self, text: str) -> None:
        """Show what is thought, as long as nothing has been said."""
        if (reply := self._reply) is None or reply.pieces:
            return
        if len(reply.thoughts) == 1 or not self.is_streaming:
            self._drop_open()
            self._resume()
        else:
            self.write(text)

    def _write_answer(self, text: str) -> None:
        """Show what is said; what was thought before it is folded."""
        if (reply := self._reply) is None:
            return
        is_first = len(reply.pieces) == 1
        if (is_first and reply.thoughts) or not self.is_streaming:
            self._drop_open()
            self._show_all()
            self._resume()
            return
        if is_first:
            self._say_nothing_below()
        if text:
            self.write(text)

    def _say_nothing_below(self) -> None:
        """Take the note below the open block away: its text has begun."""
        if self._open is not None:
            self.update_block(replace(self._open.block, foot=""))

    def _end_reply(self) -> None:
        """Keep the blocks of a reply until it is read from the record."""
        if (reply := self._reply) is None:
            return
        self._say_nothing_below()
        rest = reply.finish()
        if rest and self.is_streaming:
            self.write(rest)
        ended = self.close_block() if self.is_streaming else None
        if reply.pieces and reply.thoughts:
            self._ended.append(thought_block(reply.id, reply.thinking, is_open=False))
        if ended is not None and reply.pieces:
            self._ended.append(ended)

    def _close_open(self) -> None:
        if self.is_streaming:
            self.close_block()

    def _drop_open(self) -> None:
        """Take the open block away: another takes its place."""
        if self.is_streaming:
            self.close_block()
            self._show_settled()

    def _show_settled(self) -> None:
        self.set_blocks([*self._blocks(self.turns, None), *self._ended])

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
        keys = [turn.key for turn in self.turns]
        if not keys:
            return
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
