"""Side conversations with a model as it was when a snapshot was taken.

They are read-only: the model is shown what was in sight then, and no tools; what is said goes into
rows of its own, and nothing else is written but what the calls cost. A question is durable before
the model is asked; an answer that is stopped or breaks off is kept as far as it came.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from minutebook.clock import iso
from minutebook.context.limits import budget
from minutebook.context.limits.windows import Windows
from minutebook.context.means import Means
from minutebook.context.prompt import asking
from minutebook.context.prompt.frames import frame
from minutebook.context.snapshots import witnesses
from minutebook.context.snapshots.snapshotting import Prompt, prompt_of
from minutebook.domain.snapshots import Snapshot, Summon, SummonMessage
from minutebook.domain.tokens import estimate
from minutebook.domain.turns import Ending, Role
from minutebook.errors import (
    MinutebookError,
    ModelReplyError,
    PromptTooLongError,
    UsageError,
)
from minutebook.llm.protocol import (
    Attribution,
    Material,
    Message,
    Model,
    Reply,
    ReplyDone,
    Request,
    StopReason,
    TextDelta,
)
from minutebook.llm.streams import closing
from minutebook.llm.tokens.counter import ESTIMATE
from minutebook.store import snapshots, summons
from minutebook.store.transaction import Transaction

Hear = Callable[[str], None]
"""Is told the pieces of an answer as they come."""
_ENDINGS = {
    StopReason.MAX_TOKENS: Ending.MAX_TOKENS,
    StopReason.CONTEXT_FULL: Ending.CONTEXT_FULL,
    StopReason.REFUSAL: Ending.REFUSAL,
    StopReason.CUT: Ending.CUT,
}
_DIGITS = 16


def hear_nothing(piece: str) -> None:
    """Let an answer come without being told of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """A side conversation, whole."""

    summon: Summon
    snapshot: Snapshot
    messages: tuple[SummonMessage, ...]


class Summons:
    """The side conversations of a home."""

    def __init__(self, means: Means, windows: Windows) -> None:
        self._means = means
        self._windows = windows
        self._database = means.database
        self._clock = means.clock
        self._calls: dict[str, asyncio.Task[SummonMessage]] = {}

    async def summon(self, snapshot: str) -> Summon:
        """Begin a side conversation with the model as it was. Raises NotFoundError, StoreError."""
        now, id_ = self._clock(), f"su_{uuid.uuid4().hex[:_DIGITS]}"
        return await self._database.write(
            lambda tx: summons.begin(tx, id_, snapshots.get(tx, snapshot).id, now)
        )

    async def ask(self, summon: str, question: str, hear: Hear = hear_nothing) -> SummonMessage:
        """Ask the model as it was; return its answer, which is kept by then.

        Goes on when the caller goes away, until it is stopped. Raises UsageError for no question,
        while another is being answered, and when the side conversation was dismissed; ModelError
        when there is no answer; NotFoundError, StoreError.
        """
        if not question.strip():
            raise UsageError("There is nothing to ask.", hint="Type a question.")
        id_ = (await self._database.read(lambda tx: summons.get(tx, summon))).id
        if id_ in self._calls:
            raise UsageError("An answer is on its way.", hint="Stop it, or wait for its end.")
        task = asyncio.create_task(self._answer(id_, question, hear), name=f"answer in {id_}")
        self._calls[id_] = task
        task.add_done_callback(lambda _: self._calls.pop(id_, None))
        return await asyncio.shield(task)

    def stop(self, summon: str) -> bool:
        """Stop an answer that is on its way, and keep what came; say whether there was one."""
        call = self._calls.get(summon)
        return call is not None and call.cancel()

    async def dismiss(self, summon: str) -> Summon:
        """End a side conversation; it stays to be read. Raises NotFoundError, StoreError.

        One that had ended before stays as it is.
        """
        id_ = (await self._database.read(lambda tx: summons.get(tx, summon))).id
        await self._stopped(id_)
        now = self._clock()

        def work(tx: Transaction) -> Summon:
            summons.dismiss(tx, id_, now)
            return summons.get(tx, id_)

        return await self._database.write(work)

    async def of(self, conversation: str = "", *, limit: int) -> list[Summon]:
        """Return the side conversations about a conversation, or all, the newest first."""
        return await self._database.read(lambda tx: summons.newest(tx, conversation, limit=limit))

    async def get(self, summon: str) -> Aside:
        """Return a side conversation with all that was said. Raises NotFoundError."""

        def work(tx: Transaction) -> Aside:
            found = summons.get(tx, summon)
            return Aside(
                summon=found,
                snapshot=snapshots.get(tx, found.snapshot),
                messages=tuple(summons.messages(tx, found.id)),
            )

        return await self._database.read(work)

    async def close(self) -> None:
        """End every answer, and wait until what came of them is kept."""
        for summon in list(self._calls):
            await self._stopped(summon)

    async def _stopped(self, summon: str) -> None:
        call = self._calls.get(summon)
        if call is not None:
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)

    async def _answer(self, summon: str, question: str, hear: Hear) -> SummonMessage:
        asked = SummonMessage(
            summon=summon, number=0, role=Role.USER, text=question, at=self._clock()
        )
        prompt, history = await self._database.write(lambda tx: self._said(tx, asked))
        model = self._means.models(prompt.snapshot.model)
        await self._windows.ask(model)
        request = self._request(model, prompt, history)
        heard: list[str] = []
        try:
            reply = await _received(model, request, heard, hear)
        except asyncio.CancelledError:
            return await self._keep(_part(asked, model, heard, Ending.STOPPED))
        except MinutebookError:
            if heard:
                await self._keep(_part(asked, model, heard, Ending.CUT))
            raise
        ending = _ENDINGS.get(reply.stop_reason, Ending.WHOLE)
        said = _part(asked, model, [reply.text], ending)
        if not reply.text.strip():
            raise ModelReplyError(f"{model.name!r} gave no answer.", hint="Ask again.")
        return await self._keep(replace(said, model=reply.model, cost_usd=reply.cost_usd))

    def _said(self, tx: Transaction, asked: SummonMessage) -> tuple[Prompt, list[SummonMessage]]:
        """Keep a question; return what was in sight then, and the side conversation up to it."""
        found = summons.get(tx, asked.summon)
        if found.dismissed_at is not None:
            raise UsageError(
                f"The side conversation {found.id} was dismissed.",
                hint=f"`minutebook snapshot summon {found.snapshot}` begins another.",
            )
        summons.say(tx, asked)
        prompt = prompt_of(tx, snapshots.get(tx, found.snapshot), self._means.zone)
        return prompt, summons.messages(tx, found.id)

    async def _keep(self, said: SummonMessage) -> SummonMessage:
        at = self._clock()
        return await self._database.write(lambda tx: summons.say(tx, replace(said, at=at)))

    def _request(self, model: Model, prompt: Prompt, history: Sequence[SummonMessage]) -> Request:
        """Return the request for the next answer. Raises PromptTooLongError."""
        can = replace(model.capabilities, context_window=self._windows.of(model))
        allowed = budget.budget_of(self._means.settings, can)
        said = messages_of(prompt.snapshot, history)
        beside = sum(estimate(message.text) for message in said)
        factor = self._means.counter.factor(model.name, ESTIMATE)
        needed = round((prompt.snapshot.tokens + beside) * factor)
        limit = can.context_window - allowed.reserve
        if can.context_window > 0 and needed > limit:
            raise PromptTooLongError(
                f"With what was in sight then there are about {needed:,} tokens, and"
                f" {model.name!r} takes {limit:,}.",
                hint="Begin another side conversation: this one has grown too long.",
                tokens=needed,
                limit=limit,
            )
        summon, snapshot = history[-1].summon, prompt.snapshot
        attribution = Attribution(
            conversation=snapshot.conversation, subject=summon, correlation=summon
        )
        then = request_of(prompt, allowed.reserve, attribution)
        question = history[-1].text
        material = Material(question=question, passages=tuple(witnesses.passages_of(prompt)))
        return replace(then, messages=(*then.messages, *said), material=material)


def request_of(prompt: Prompt, max_tokens: int, attribution: Attribution) -> Request:
    """Return the request as it would have been made when the snapshot was taken."""
    asked = asking.Asked(
        system=prompt.snapshot.system, max_tokens=max_tokens, attribution=attribution
    )
    return asking.request(asked, prompt.view, (), prompt.brought_back)


def messages_of(snapshot: Snapshot, history: Sequence[SummonMessage]) -> tuple[Message, ...]:
    """Return a side conversation as messages; the first one says what this is."""
    told = [Message(role=said.role, text=said.text) for said in history]
    if told:
        at = iso(snapshot.at)
        text = frame("summoned").substitute(at=at, question=told[0].text)
        told[0] = replace(told[0], text=text)
    return tuple(told)


async def _received(model: Model, request: Request, heard: list[str], hear: Hear) -> Reply:
    async with closing(model.stream(request)) as events:
        async for event in events:
            match event:
                case ReplyDone(reply=reply):
                    return reply
                case TextDelta(text=text):
                    heard.append(text)
                    hear(text)
    return Reply(model=model.name, text="".join(heard), stop_reason=StopReason.CUT)


def _part(
    asked: SummonMessage, model: Model, heard: Sequence[str], ending: Ending
) -> SummonMessage:
    return SummonMessage(
        summon=asked.summon,
        number=0,
        role=Role.ASSISTANT,
        text="".join(heard),
        at=asked.at,
        model=model.name,
        ending=ending,
    )
