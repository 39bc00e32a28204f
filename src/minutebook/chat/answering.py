"""Let a model answer: from the request to the turn, however the reply ends.

A reply is a task of its own: whoever asked for it may go away. Stopping it, or closing the engine,
ends the call of the model and keeps what had come. A reply that calls tools is a turn, their
results are the next one, and the model goes on from there.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

from minutebook.chat.arriving import Arriving
from minutebook.chat.means import Means
from minutebook.chat.speaking import Saying, speak
from minutebook.chat.tools import answered, refused
from minutebook.domain.chats import ChatOptions, PartialReply
from minutebook.domain.jobs import JobKind
from minutebook.domain.turns import Content, Ending, Role, Turn, TurnDraft
from minutebook.errors import MinutebookError, ModelError, PromptTooLongError, UsageError
from minutebook.events import Event, ReplyFailed, ReplyFinished, ReplyStarted, ReplyWentOn
from minutebook.llm.protocol import Model, Reply, ReplyDone, Request, StopReason
from minutebook.llm.streams import closing
from minutebook.store import changes, chats, documents, jobs, replies
from minutebook.store.changes import Topic
from minutebook.store.transaction import Transaction

_ASKED_WITH_LESS = 3
"""How often a prompt is tried that was too long before."""
_ENDINGS = {
    StopReason.MAX_TOKENS: Ending.MAX_TOKENS,
    StopReason.CONTEXT_FULL: Ending.CONTEXT_FULL,
    StopReason.REFUSAL: Ending.REFUSAL,
    StopReason.CUT: Ending.CUT,
}
Outcome = Reply | MinutebookError | Ending
"""A reply, why there is none, or how it was ended from here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Who is asked."""

    model: Model
    options: ChatOptions
    may_call: bool
    """Whether tools may be called now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What has become of a reply in the record."""

    turn: Turn | None
    events: tuple[Event, ...] = ()
    """To be told once it is in the store."""
    goes_on: bool = False
    """Whether its calls have results, from which the model goes on."""


class Answering:
    """The replies that are on their way here."""

    def __init__(self, means: Means) -> None:
        self._database = means.database
        self._models = means.models
        self._prompts = means.prompts
        self._settings = means.settings
        self._bus = means.bus
        self._clock = means.clock
        self._tools = means.tools
        self._heed = means.heed
        self._replies: dict[str, asyncio.Task[Turn | None]] = {}
        self._calls: dict[str, asyncio.Task[Reply]] = {}
        self._listening: set[str] = set()
        """Keys of the replies that are listened to."""
        self._ended: dict[str, Ending] = {}
        """How a call was ended from here."""

    def is_answering(self, conversation: str) -> bool:
        """Say whether a reply is on its way here."""
        return conversation in self._replies

    def ensure_free(self, conversation: str) -> None:
        """Raise UsageError when a reply is on its way here."""
        if self.is_answering(conversation):
            raise UsageError("An answer is on its way.", hint="Stop it, or wait for its end.")

    def is_elsewhere(self, tx: Transaction, conversation: str) -> bool:
        """Say whether a reply is on its way in another process that runs."""
        reply = replies.of_conversation(tx, conversation)
        is_other = reply is not None and reply.owner != self._settings.owner
        return reply is not None and is_other and not self._is_left(reply)

    def ensure_not_elsewhere(self, tx: Transaction, conversation: str) -> None:
        """Raise UsageError when a reply is on its way in another process."""
        if self.is_elsewhere(tx, conversation):
            raise UsageError("Another minutebook is being answered here.", hint="Wait for it.")

    async def answer(self, conversation: str) -> Turn | None:
        """Let the model answer what was said last; None when nothing came of it.

        Goes on when the caller goes away. Raises UsageError when a reply is on its way here.
        """
        self.ensure_free(conversation)
        task = asyncio.create_task(self._answer(conversation), name=f"reply in {conversation}")
        self._replies[conversation] = task
        task.add_done_callback(lambda _: self._replies.pop(conversation, None))
        return await asyncio.shield(task)

    def stop(self, conversation: str, ending: Ending = Ending.STOPPED) -> bool:
        """End the reply that is on its way; what came of it is kept. Say whether there was one."""
        if not self.is_answering(conversation):
            return False
        self._ended[conversation] = ending
        if (call := self._calls.get(conversation)) is not None:
            call.cancel()
        return True

    async def close(self) -> None:
        """End every reply, and wait until what came of them is in the record."""
        running = list(self._replies.items())
        for conversation, _ in running:
            self.stop(conversation, Ending.INTERRUPTED)
        await asyncio.gather(*(task for _, task in running), return_exceptions=True)

    async def recover(self) -> int:
        """Record the replies that processes left behind which are gone; return how many."""

        def work(tx: Transaction) -> list[Event]:
            left = [reply for reply in replies.on_their_way(tx) if self._is_left(reply)]
            events = [event for reply in left for event in self._keep_left_behind(tx, reply)]
            count.append(len(left))
            return events

        count: list[int] = []
        self._tell(await self._database.write(work))
        return count[-1]

    async def _answer(self, conversation: str) -> Turn | None:
        try:
            options = await self._database.read(lambda tx: chats.options(tx, conversation))
            model = self._models(options.model or self._settings.model)
            left = self._tools.rounds if model.capabilities.tools else 0
            asked = _Asked(model=model, options=options, may_call=left > 0)
            turn, goes_on = await self._answer_once(conversation, asked, is_first=True)
            while goes_on:
                left -= 1
                asked = replace(asked, may_call=left > 0)
                turn, goes_on = await self._answer_once(conversation, asked, is_first=False)
        except MinutebookError as error:
            self._bus.publish(ReplyFailed(conversation=conversation, reason=str(error)))
            return None
        finally:
            self._ended.pop(conversation, None)
        return turn

    async def _answer_once(
        self, conversation: str, asked: _Asked, *, is_first: bool
    ) -> tuple[Turn | None, bool]:
        """Ask once; return what came of it, and whether it goes on. Raises MinutebookError."""
        arriving = await self._begin(conversation, asked.model.name)
        if is_first:
            self._bus.publish(ReplyStarted(conversation=conversation, model=asked.model.name))
        outcome = await self._outcome(arriving, asked)
        try:
            kept = await self._database.write(lambda tx: self._keep(tx, arriving, outcome, asked))
        finally:
            self._listening.discard(arriving.reply.key)
        self._tell(kept.events)
        goes_on = kept.goes_on and conversation not in self._ended
        if goes_on and kept.turn is not None:
            told: Event = ReplyWentOn(
                conversation=conversation, turn=kept.turn.key, model=asked.model.name
            )
        else:
            told = _told(arriving.reply, outcome, kept.turn)
        self._bus.publish(told)
        return kept.turn, goes_on

    def _tell(self, events: Iterable[Event]) -> None:
        for event in events:
            self._bus.publish(event)

    async def _begin(self, conversation: str, model: str) -> Arriving:
        """Take the conversation for a reply. Raises UsageError when another process has it."""
        reply = PartialReply(
            conversation=conversation,
            key=uuid.uuid4().hex,
            model=model,
            owner=self._settings.owner,
            started_at=self._clock(),
        )

        def work(tx: Transaction) -> tuple[Event, ...]:
            self.ensure_not_elsewhere(tx, conversation)
            other = replies.of_conversation(tx, conversation)
            events = () if other is None else self._keep_left_behind(tx, other)
            replies.begin(tx, reply)
            return events

        self._listening.add(reply.key)
        try:
            self._tell(await self._database.write(work))
        except MinutebookError:
            self._listening.discard(reply.key)
            raise
        return Arriving(reply, self._database, self._bus)

    async def _outcome(self, arriving: Arriving, asked: _Asked) -> Outcome:
        """Return the reply, or why there is none."""
        conversation = arriving.reply.conversation
        keeping = asyncio.create_task(arriving.keep_up(), name="keep reply")
        call = asyncio.create_task(self._receive(arriving, asked), name="model call")
        self._calls[conversation] = call
        if conversation in self._ended:
            call.cancel()
        try:
            return await call
        except MinutebookError as error:
            return error
        except asyncio.CancelledError:
            return self._ended.get(conversation, Ending.INTERRUPTED)
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError, MinutebookError):
                await keeping
            self._calls.pop(conversation, None)

    async def _receive(self, arriving: Arriving, asked: _Asked) -> Reply:
        """Ask; again with less, a few times, when the prompt was too long for the provider."""
        for _ in range(_ASKED_WITH_LESS):
            request = await self._request(arriving, asked)
            try:
                return await self._received(arriving, asked.model, request)
            except PromptTooLongError as error:
                reply, model, options = arriving.reply, asked.model, asked.options
                if not await self._prompts.relieve(reply, model, options, error):
                    raise
        request = await self._request(arriving, asked)
        return await self._received(arriving, asked.model, request)

    async def _request(self, arriving: Arriving, asked: _Asked) -> Request:
        request = await self._prompts.request(arriving.reply, asked.model, asked.options)
        if not (self._tools.rounds and asked.model.capabilities.tools):
            return request
        return replace(request, tools=self._tools.offered, may_call=asked.may_call)

    async def _received(self, arriving: Arriving, model: Model, request: Request) -> Reply:
        async with closing(model.stream(request)) as events:
            async for event in events:
                if isinstance(event, ReplyDone):
                    return event.reply
                arriving.take(event)
        return Reply(
            model=model.name,
            text=arriving.text,
            thinking=arriving.thinking,
            stop_reason=StopReason.CUT,
        )

    def _is_left(self, reply: PartialReply) -> bool:
        """Say whether nobody listens to a reply: not here, and not in another process."""
        if reply.owner == self._settings.owner:
            return reply.key not in self._listening
        return self._settings.is_gone(reply.owner)

    def _keep(self, tx: Transaction, arriving: Arriving, outcome: Outcome, asked: _Asked) -> _Kept:
        """Make a turn of what came, if there is anything in it; do what it asks for."""
        reply = arriving.reply
        replies.forget(tx, reply.key)
        changes.note(tx, Topic.CONVERSATION, reply.conversation, self._clock())
        if isinstance(outcome, Reply):
            content = Content(
                text=outcome.text, thinking=outcome.thinking, tool_calls=outcome.tool_calls
            )
            author = outcome.model
        else:
            content = Content(text=arriving.text, thinking=arriving.thinking)
            author = reply.model
        turn = self._speak(tx, reply, author, content, _ending(outcome))
        if turn is None:
            return _Kept(turn=None)
        events = self._heed(tx, turn)
        if not isinstance(outcome, Reply) or not outcome.tool_calls:
            return _Kept(turn=turn, events=events)
        if turn.ending is Ending.WHOLE and asked.may_call:
            results = answered(tx, self._tools, reply.conversation, outcome.tool_calls)
        else:
            results = refused(outcome.tool_calls)
        self._record(tx, Saying(conversation=reply.conversation, draft=results.draft))
        goes_on = turn.ending is Ending.WHOLE and asked.may_call
        return _Kept(turn=turn, events=(*events, *results.events), goes_on=goes_on)

    def _keep_left_behind(self, tx: Transaction, reply: PartialReply) -> tuple[Event, ...]:
        replies.forget(tx, reply.key)
        content = Content(text=reply.text, thinking=reply.thinking)
        turn = self._speak(tx, reply, reply.model, content, Ending.INTERRUPTED)
        return () if turn is None else self._heed(tx, turn)

    def _speak(
        self, tx: Transaction, reply: PartialReply, author: str, content: Content, ending: Ending
    ) -> Turn | None:
        if content.is_empty:
            self._tell_question(tx, reply.conversation)
            return None
        saying = Saying(
            conversation=reply.conversation,
            draft=TurnDraft(role=Role.ASSISTANT, author=author, content=content),
            key=reply.key,
            ending=ending,
        )
        return self._record(tx, saying)

    def _record(self, tx: Transaction, saying: Saying) -> Turn:
        return speak(tx, saying, self._settings, self._clock())

    def _tell_question(self, tx: Transaction, conversation: str) -> None:
        """Let the document be told what has got no answer: it was held back for one."""
        document = documents.of_conversation_if_any(tx, conversation)
        if document is not None:
            jobs.make_due(tx, JobKind.SCRIBE, document.id, self._clock())


def _ending(outcome: Outcome) -> Ending:
    match outcome:
        case Reply(stop_reason=reason):
            return _ENDINGS.get(reason, Ending.WHOLE)
        case Ending():
            return outcome
        case _:
            return Ending.CUT


def _told(reply: PartialReply, outcome: Outcome, turn: Turn | None) -> ReplyFinished | ReplyFailed:
    """Return the event that tells how a reply ended."""
    conversation, key = reply.conversation, None if turn is None else turn.key
    if isinstance(outcome, MinutebookError):
        return ReplyFailed(conversation=conversation, reason=str(outcome), turn=key)
    if isinstance(outcome, Reply) and (turn is None or turn.ending is Ending.CUT):
        what = "gave no answer" if turn is None else "broke off"
        error = ModelError(f"{reply.model!r} {what}.", hint="Ask again.")
        return ReplyFailed(conversation=conversation, reason=str(error), turn=key)
    return ReplyFinished(
        conversation=conversation,
        turn=key or "",
        ending=_ending(outcome),
        cost_usd=outcome.cost_usd if isinstance(outcome, Reply) else None,
    )
