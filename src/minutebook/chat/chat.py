"""Hold a conversation.

What a person says is durable before anything else happens; then a model is asked, and what it
answers is recorded when it has ended. While it is on its way it is only an event. An answer that
broke off is kept as far as it came, and told as a failure.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from minutebook.clock import Clock
from minutebook.domain.conversations import LIVE_SOURCE, Conversation
from minutebook.domain.turns import Content, Origin, Role, Turn, TurnDraft
from minutebook.errors import MinutebookError, ModelError, UsageError
from minutebook.events import Bus, ReplyFailed, ReplyFinished, ReplyStarted, TextArrived
from minutebook.llm import prompts
from minutebook.llm.protocol import (
    Material,
    Message,
    Model,
    Passage,
    Reply,
    ReplyDone,
    Request,
    StopReason,
    Task,
    TextDelta,
)
from minutebook.record.recorder import KeyedDraft, RecordPolicy, Strand, record
from minutebook.store import conversations, turns
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

FindPassages = Callable[[str], Awaitable[tuple[Passage, ...]]]
"""Looks in the record for what may answer a question."""

_RECENT_TURNS = 40
_TITLE_LENGTH = 60
NEW_TITLE = "New conversation"


class Chat:
    """The conversations that are held here."""

    def __init__(
        self,
        database: Database,
        model: Model,
        find_passages: FindPassages,
        policy: RecordPolicy,
        bus: Bus,
        clock: Clock,
    ) -> None:
        self._database = database
        self._model = model
        self._find_passages = find_passages
        self._policy = policy
        self._bus = bus
        self._clock = clock

    @property
    def model(self) -> str:
        """Name of the model that answers."""
        return self._model.name

    async def start(self, title: str = "") -> Conversation:
        """Begin a conversation; without a title, what is said first gives it one."""
        native_id, now = uuid.uuid4().hex, self._clock()

        def work(tx: Transaction) -> Conversation:
            id_ = conversations.create(tx, LIVE_SOURCE, native_id, title or NEW_TITLE, now)
            return conversations.get(tx, id_)

        return await self._database.write(work)

    async def say(self, conversation: str, text: str) -> Turn:
        """Record what a person says; durable when this returns.

        Raises UsageError for nothing at all, NotFoundError, StoreError.
        """
        if not text.strip():
            raise UsageError("There is nothing to say.", hint="Type a message first.")
        said = TurnDraft(role=Role.USER, content=Content(text=text))
        return await self._record(conversation, said, title_from=text)

    async def answer(self, conversation: str) -> Turn | None:
        """Let the model answer what was said last; None when nothing came of it.

        A failure is an event, and leaves the record as it was, but for what had arrived.
        """
        self._bus.publish(ReplyStarted(conversation=conversation, model=self._model.name))
        try:
            reply = await self._ask(conversation)
            turn = await self._record(conversation, _answer(reply))
        except MinutebookError as error:
            self._bus.publish(ReplyFailed(conversation=conversation, reason=str(error)))
            return None
        if reply.stop_reason is StopReason.CUT:
            reason = f"The answer of {self._model.name!r} broke off. Ask again."
            self._bus.publish(ReplyFailed(conversation=conversation, reason=reason, turn=turn.key))
        else:
            self._bus.publish(ReplyFinished(conversation=conversation, turn=turn.key))
        return turn

    async def _ask(self, conversation: str) -> Reply:
        """Return the answer; cut when it broke off behind some words. Raises ModelError."""
        request = await self._request(conversation)
        arrived: list[str] = []
        async for event in self._model.stream(request):
            match event:
                case TextDelta(text=text):
                    arrived.append(text)
                    self._bus.publish(TextArrived(conversation=conversation, text=text))
                case ReplyDone(reply=reply) if not _answer(reply).content.is_empty:
                    return reply
        if not arrived:
            raise ModelError(f"{self._model.name!r} gave no answer.", hint="Ask again.")
        return Reply(model=self._model.name, text="".join(arrived), stop_reason=StopReason.CUT)

    async def _request(self, conversation: str) -> Request:
        recent = await self._database.read(
            lambda tx: turns.backward(tx, conversation, limit=_RECENT_TURNS)
        )
        question = recent[-1].content.text if recent else ""
        said = {turn.id for turn in recent[-1:]}
        passages = await self._find_passages(question)
        return Request(
            task=Task.CHAT,
            system=prompts.system(Task.CHAT),
            messages=tuple(Message(role=t.role, text=t.content.text) for t in recent),
            material=Material(
                question=question,
                passages=tuple(p for p in passages if p.source not in said),
            ),
        )

    async def _record(self, conversation: str, said: TurnDraft, title_from: str = "") -> Turn:
        now, key = self._clock(), uuid.uuid4().hex
        draft = replace(said, native_id=key, at=now, at_raw=now.isoformat())

        def work(tx: Transaction) -> Turn:
            if title_from:
                _name(tx, conversation, title_from, now)
            strand = Strand(
                conversation=conversation,
                drafts=[KeyedDraft(key=key, draft=draft)],
                origin=Origin.LIVE,
                behind=conversations.tail(tx, conversation).max_sort,
                correlation=key,
            )
            record(tx, strand, self._policy, now)
            return turns.by_key(tx, conversation, key)

        return await self._database.write(work)


def _answer(reply: Reply) -> TurnDraft:
    return TurnDraft(
        role=Role.ASSISTANT,
        author=reply.model,
        content=Content(text=reply.text, thinking=reply.thinking, tool_calls=reply.tool_calls),
    )


def _name(tx: Transaction, conversation: str, text: str, now: datetime) -> None:
    """Give a conversation that has no name yet the beginning of what is said in it."""
    current = conversations.get(tx, conversation)
    if current.turns == 0 and current.title == NEW_TITLE:
        words = " ".join(text.split())
        cut = words if len(words) <= _TITLE_LENGTH else words[: _TITLE_LENGTH - 1] + "…"
        conversations.rename(tx, conversation, cut, now)
