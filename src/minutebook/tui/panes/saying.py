"""What becomes of what a person sends: a command is done, an order to the scribe is passed on, and
all else is said to the model.

An order in plain words is treated as `/scribe` is: it is about the document, so it is no turn of
the conversation, and the model is not asked. What was understood is said in a line. A space before
it makes it a message.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from minutebook.errors import MinutebookError
from minutebook.tui.guard import run_guarded
from minutebook.tui.slash.about_scribe import obey
from minutebook.tui.slash.commands import find
from minutebook.tui.slash.parsing import Called, Typed, parse
from minutebook.tui.slash.scene import Scene
from minutebook.tui.slash.table import COMMANDS
from minutebook.tui.wording import plural

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from minutebook.domain.conversations import Conversation
    from minutebook.engine import Engine, Intent
    from minutebook.tui.asking import Asking
    from minutebook.tui.drafts import Draft
    from minutebook.tui.panes.chat import ChatPane
    from minutebook.tui.panes.input import InputArea


class Saying:
    """Takes what is sent in a pane, one thing at a time."""

    def __init__(self, pane: ChatPane, engine: Engine, asking: Asking) -> None:
        self._pane = pane
        self._engine = engine
        self._asking = asking
        self._is_busy = False

    def send(self, event: InputArea.Sent) -> None:
        """Do what is meant by what was sent."""
        conversation = self._pane.conversation
        if conversation is None or self._is_busy:
            return
        work = self._work(event, conversation)
        if work is not None:
            self._is_busy = True
            run_guarded(self._pane, partial(self._do, work), "say")

    async def _do(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        finally:
            self._is_busy = False

    def _work(
        self, event: InputArea.Sent, conversation: Conversation
    ) -> Callable[[], Awaitable[None]] | None:
        """Return what is to be done; None when there is nothing."""
        draft = event.draft
        meant = parse(Typed(text=draft.text, is_pasted=event.is_pasted))
        scene = Scene(
            app=self._pane.workbench,
            engine=self._engine,
            pane=self._pane,
            conversation=conversation,
        )
        if isinstance(meant, Called):
            return partial(self._try, draft, partial(_call, scene, meant))
        if (intent := self._intent(event)) is not None:
            return partial(self._try, draft, partial(obey, scene, intent))
        if meant.text.strip() or draft.attachments:
            return partial(self._say, conversation.id, meant.text, draft)
        if self._pane.input.waits and not self._pane.is_busy:
            self._pane.action_ask_again()
        return None

    def _intent(self, event: InputArea.Sent) -> Intent | None:
        """Return the order to the scribe that was typed, and nothing but typed."""
        draft = event.draft
        is_plain = not (event.is_pasted or draft.attachments or draft.editing)
        if not is_plain or draft.text[:1].isspace() or draft.text.startswith("/"):
            return None
        return self._engine.scribe.understood(draft.text)

    async def _try(self, draft: Draft, run: Callable[[], Awaitable[None]]) -> None:
        """Do a command. What is wrong with it is said in a line, and the text stays."""
        pane = self._pane
        self._is_busy = False
        try:
            pane.tell("")
            pane.input.clear_text(draft.text)
            await run()
        except MinutebookError as error:
            if not pane.composer.text:
                pane.composer.fill(draft.text)
            pane.refuse(draft.text, str(error))

    async def _say(self, conversation: str, text: str, draft: Draft) -> None:
        """Record what is said, or let it wait; the answer follows in the background."""
        pane, chat, asking = self._pane, self._engine.chat, self._asking
        is_next = True
        if draft.editing:
            await chat.say_again(conversation, draft.editing, text, draft.attachments)
        elif asking.is_busy(conversation) or pane.input.waits:
            await asking.queue(conversation, text, draft.attachments)
        elif await chat.say_or_queue(conversation, text, draft.attachments) is None:
            is_next = False
        self._is_busy = False
        pane.input.clear(draft)
        await pane.show_said()
        if asking.is_busy(conversation) or not is_next:
            return
        if unread := await self._engine.context.looks.unread(conversation):
            pane.notices.expect(f"{plural(unread, 'turn')} are read for the first prompt …")
        asking.answer(conversation)


async def _call(scene: Scene, called: Called) -> None:
    """Run a command. Raises UsageError for one that is not there."""
    await find(COMMANDS, called.name).run(scene, called.argument)
