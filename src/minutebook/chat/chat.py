"""Hold a conversation: the verbs of a person.

What a person says is durable before anything else happens; then a model is asked.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial

from minutebook.chat.answering import Answering
from minutebook.chat.branches import Branches
from minutebook.chat.means import Means
from minutebook.chat.outbox import Outbox
from minutebook.chat.speaking import NEW_TITLE, Saying, name, speak
from minutebook.domain.chats import ChatOptions, MarkKind
from minutebook.domain.conversations import LIVE_SOURCE, Conversation
from minutebook.domain.display import one_line, shortened
from minutebook.domain.turns import Attachment, Content, Ending, Role, Turn, TurnDraft
from minutebook.errors import UsageError
from minutebook.record.closing import want_pins
from minutebook.store import archive_retention, changes, chats, conversations, turns
from minutebook.store.changes import Topic
from minutebook.store.transaction import Transaction

_GOES_ON = frozenset({Ending.WHOLE, Ending.STOPPED, Ending.MAX_TOKENS, Ending.REFUSAL})
"""Behind a reply that ended so, what waits in the outbox is said."""
_TITLE_LENGTH = 120
_ANSWERING = {
    None: (Role.ASSISTANT, Role.TOOL),
    Role.ASSISTANT: (Role.TOOL,),
    Role.TOOL: (Role.ASSISTANT,),
}
"""Who may speak right before a turn of one answer; before None is its end."""
_ROUNDS_AT_MOST = 200
"""Turns of one answer, those with calls and results included."""
_OPPOSITES = {MarkKind.GOOD: MarkKind.BAD, MarkKind.BAD: MarkKind.GOOD}


class Chat:
    """The conversations that are held here."""

    def __init__(self, means: Means) -> None:
        self._database = means.database
        self._models = means.models
        self._settings = means.settings
        self._clock = means.clock
        self._answering = Answering(means)
        self.branches = Branches(means.database, means.clock)
        self.outbox = Outbox(means.database, means.clock)

    @property
    def model(self) -> str:
        """Name of the model that answers where nothing else was chosen."""
        return self._settings.model

    async def start(self, title: str = "", options: ChatOptions | None = None) -> Conversation:
        """Begin a conversation; without a title, what is said first gives it one.

        Raises ModelUnavailableError for a model that is not known.
        """
        native_id, now = uuid.uuid4().hex, self._clock()
        chosen = options or ChatOptions()
        self._ensure_known(chosen.model)

        def work(tx: Transaction) -> Conversation:
            id_ = conversations.create(tx, LIVE_SOURCE, native_id, title or NEW_TITLE, now)
            if chosen != ChatOptions():
                chats.set_options(tx, id_, chosen)
            return conversations.get(tx, id_)

        return await self._database.write(work)

    async def options(self, conversation: str) -> ChatOptions:
        """Return what was chosen for a conversation."""
        return await self._database.read(partial(chats.options, conversation=conversation))

    async def choose(self, conversation: str, options: ChatOptions) -> None:
        """Choose model and instructions of a conversation.

        Raises ModelUnavailableError, NotFoundError.
        """
        self._ensure_known(options.model)

        def work(tx: Transaction) -> None:
            chats.set_options(tx, conversations.get(tx, conversation).id, options)
            changes.note(tx, Topic.CONVERSATION, conversation, self._clock())

        await self._database.write(work)

    async def rename(self, conversation: str, title: str) -> Conversation:
        """Give a conversation another title. Raises UsageError for none, NotFoundError."""
        named = shortened(one_line(title), _TITLE_LENGTH)
        if not named:
            raise UsageError("A conversation needs a title.", hint="Say which.")

        def work(tx: Transaction) -> Conversation:
            id_, now = conversations.get(tx, conversation).id, self._clock()
            conversations.rename(tx, id_, named, now)
            changes.note(tx, Topic.CONVERSATION, id_, now)
            return conversations.get(tx, id_)

        return await self._database.write(work)

    async def say(
        self, conversation: str, text: str, attachments: tuple[Attachment, ...] = ()
    ) -> Turn:
        """Record what a person says; durable when this returns.

        Raises UsageError for nothing at all, NotFoundError, StoreError.
        """
        saying = _said(conversation, text, attachments)
        return await self._database.write(partial(self._say, saying=saying))

    async def say_or_queue(
        self, conversation: str, text: str, attachments: tuple[Attachment, ...] = ()
    ) -> Turn | None:
        """Record what a person says; while a reply is on its way in another process it waits in
        the outbox instead, which is emptied behind that reply. None when it waits.

        As `say`: durable when this returns, either way.
        """

        def queue(tx: Transaction) -> None:
            now = self._clock()
            chats.queue(tx, conversation, text, attachments, now)
            changes.note(tx, Topic.CONVERSATION, conversation, now)

        return await self._say_unless(_said(conversation, text, attachments), queue)

    async def say_if_free(
        self, conversation: str, text: str, attachments: tuple[Attachment, ...] = ()
    ) -> Turn | None:
        """Record what a person says, as `say`; None, and nothing happens, while a reply is on its
        way in another process."""
        return await self._say_unless(_said(conversation, text, attachments), lambda tx: None)

    async def _say_unless(
        self, saying: Saying, instead: Callable[[Transaction], None]
    ) -> Turn | None:
        def work(tx: Transaction) -> Turn | None:
            if not self._answering.is_elsewhere(tx, saying.conversation):
                return self._say(tx, saying)
            instead(tx)
            return None

        return await self._database.write(work)

    async def say_again(
        self, conversation: str, turn: str, text: str, attachments: tuple[Attachment, ...] = ()
    ) -> Turn:
        """Say something else in the place of a turn: a branch begins there, the old one is left.

        Raises UsageError when a person did not say it here, NotFoundError, StoreError.
        """
        saying = _said(conversation, text, attachments)

        def work(tx: Transaction) -> Turn:
            old = turns.by_key(tx, conversation, turn)
            if old.role is not Role.USER or not old.is_active:
                raise UsageError("Only what you said on this branch can be said again.")
            self._answering.ensure_not_elsewhere(tx, conversation)
            turns.leave_from(tx, old)
            return self._say(tx, saying)

        self._answering.ensure_free(conversation)
        return await self._database.write(work)

    async def answer(self, conversation: str) -> Turn | None:
        """Let the model answer what was said last, then what waits in the outbox.

        Returns the last answer; None when nothing came of it. A failure is an event, and what had
        arrived is kept. Raises UsageError when an answer is on its way already.
        """
        turn = await self._answering.answer(conversation)
        while turn is not None and turn.ending in _GOES_ON and await self._say_next(conversation):
            turn = await self._answering.answer(conversation)
        return turn

    async def answer_anew(self, conversation: str) -> Turn | None:
        """Let the model answer once more: a branch begins, the old answer is left.

        As `answer`; where the last turn is not an answer, it is just that.
        """

        def leave(tx: Transaction) -> None:
            self._answering.ensure_not_elsewhere(tx, conversation)
            begun = _begin_of_reply(tx, conversation)
            if begun is not None:
                turns.leave_from(tx, begun)
                changes.note(tx, Topic.CONVERSATION, conversation, self._clock())

        self._answering.ensure_free(conversation)
        await self._database.write(leave)
        return await self.answer(conversation)

    async def go_on(self, conversation: str) -> Turn | None:
        """Let the model answer what has no answer yet: what was said last, else what waits first.

        As `answer`; None, and nothing happens, where all is answered and nothing waits, and while
        another process is being answered: that empties the outbox itself.
        """
        self._answering.ensure_free(conversation)
        if await self.is_elsewhere(conversation):
            return None
        last = await self._database.read(partial(turns.last_active, conversation=conversation))
        is_answered = last is None or last.role is Role.ASSISTANT
        if is_answered and not await self._say_next(conversation):
            return None
        return await self.answer(conversation)

    def stop(self, conversation: str) -> bool:
        """Stop the reply that is on its way; what came of it is kept. Say whether there was one."""
        return self._answering.stop(conversation)

    def is_answering(self, conversation: str) -> bool:
        """Say whether a reply is on its way here."""
        return self._answering.is_answering(conversation)

    async def is_elsewhere(self, conversation: str) -> bool:
        """Say whether a reply is on its way in another process that runs."""
        return await self._database.read(
            partial(self._answering.is_elsewhere, conversation=conversation)
        )

    async def recover(self) -> int:
        """Record the replies that processes left behind which are gone; return how many."""
        return await self._answering.recover()

    async def close(self) -> None:
        """End every reply, and wait until what came of them is in the record."""
        await self._answering.close()

    async def mark(self, conversation: str, turn: str, kind: MarkKind) -> bool:
        """Mark a turn, or take the mark away; say whether it is marked now."""

        def work(tx: Transaction) -> bool:
            marked = turns.by_key(tx, conversation, turn)
            changes.note(tx, Topic.CONVERSATION, conversation, self._clock())
            if kind is MarkKind.PIN:
                want_pins(tx, conversation, marked.seq, self._clock())
            archive_retention.unmark(tx, marked.id, kind)
            if chats.unmark(tx, marked.id, kind):
                return False
            if (opposite := _OPPOSITES.get(kind)) is not None:
                chats.unmark(tx, marked.id, opposite)
                archive_retention.unmark(tx, marked.id, opposite)
            chats.mark(tx, marked.id, kind, self._clock())
            archive_retention.mark_in_use(tx, conversation, marked.id, kind)
            return True

        return await self._database.write(work)

    async def marks(self, conversation: str) -> list[tuple[str, MarkKind]]:
        """Return the keys of the marked turns, with their marks."""
        return await self._database.read(partial(chats.marked, conversation=conversation))

    def _ensure_known(self, model: str) -> None:
        """Raise ModelUnavailableError for the name of a model that is not known."""
        if model:
            self._models(model)

    def _say(self, tx: Transaction, saying: Saying) -> Turn:
        name(tx, saying.conversation, saying.draft.content.text, self._clock())
        return speak(tx, saying, self._settings, self._clock())

    async def _say_next(self, conversation: str) -> bool:
        """Say what waits first in the outbox; say whether there was anything."""

        def work(tx: Transaction) -> bool:
            waiting = chats.waiting(tx, conversation)
            if not waiting or self._answering.is_elsewhere(tx, conversation):
                return False
            chats.withdraw(tx, waiting[0].id)
            self._say(tx, _said(conversation, waiting[0].text, waiting[0].attachments))
            return True

        return await self._database.write(work)


def _begin_of_reply(tx: Transaction, conversation: str) -> Turn | None:
    """Return the first turn of the last answer, tools and all; None where there is no answer."""
    begun: Turn | None = None
    for turn in reversed(turns.backward(tx, conversation, limit=_ROUNDS_AT_MOST)):
        if not turn.is_active:
            continue
        if turn.role not in _ANSWERING.get(None if begun is None else begun.role, ()):
            break
        begun = turn
    return begun


def _said(conversation: str, text: str, attachments: tuple[Attachment, ...]) -> Saying:
    if not text.strip() and not attachments:
        raise UsageError("There is nothing to say.", hint="Type a message first.")
    content = Content(text=text, attachments=attachments)
    return Saying(conversation=conversation, draft=TurnDraft(role=Role.USER, content=content))
