"""What the room decides before a model is asked."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from doubles import FakeClock
from minutebook.config import CompactionMode
from minutebook.config import Context as ContextSettings
from minutebook.context.passes.need import Need
from minutebook.context.prompt.sight import in_sight
from minutebook.domain.chats import ChatOptions
from minutebook.domain.context import Layer, Pass, PassState, Trigger
from minutebook.domain.tokens import estimate
from minutebook.errors import ConfigError, PromptTooLongError
from minutebook.events import ReplyFailed
from minutebook.llm import prompts
from minutebook.llm.protocol import Task, Usage
from minutebook.llm.scripted import Answer
from minutebook.llm.tokens.counter import ESTIMATE, TokenCounter
from minutebook.store import contexts
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction
from talking import Talk

LONG = "so many words of it " * 100
"""500 tokens."""
FACTOR = TokenCounter().factor("scripted:test", ESTIMATE)
"""Tokens of a model that nobody knows, for one of the record."""


class Broom:
    """Makes room by showing the last turns only."""

    def __init__(self, database: Database, clock: FakeClock, keep: int = 2) -> None:
        self.database = database
        self.clock = clock
        self.keep = keep
        self.needs: list[Need] = []

    async def __call__(self, need: Need) -> Pass | None:
        """Make room."""
        self.needs.append(need)
        return await self.database.write(lambda tx: self._sweep(tx, need))

    def _sweep(self, tx: Transaction, need: Need) -> Pass:
        layout = contexts.current(tx, need.conversation)
        seen = in_sight(tx, layout)
        kept = seen.turns[-self.keep :]
        sort_at, seq = kept[0].place
        span = replace(layout.spans[-1], behind=(sort_at, seq - 1))
        contexts.keep(tx, replace(layout, spans=(span,)), self.clock(), onto=layout.revision)
        return Pass(
            id=0,
            conversation=need.conversation,
            at=self.clock(),
            trigger=need.trigger,
            tiers=(),
            state=PassState.ENOUGH,
            before=seen.tokens,
            after=sum(turn.tokens for turn in kept),
        )


def sized(tokens: int, mode: CompactionMode = CompactionMode.AUTO) -> ContextSettings:
    return ContextSettings(tokens=tokens, reply_tokens=100, compaction=mode)


async def say(talk: Talk, conversation: str, text: str = LONG) -> str:
    """Say something; return why there was no answer, if there was none."""
    await talk.chat.say(conversation, text)
    await talk.answered(conversation)
    return next((each.reason for each in talk.events if isinstance(each, ReplyFailed)), "")


async def begun(talk: Talk) -> str:
    return (await talk.chat.start()).id


async def test_prompts_only_grow_at_their_end(database: Database, clock: FakeClock) -> None:
    """Until room is made, each prompt begins with the one before."""
    talk = Talk(database, clock, *[Answer(pieces=(f"answer {n}",)) for n in range(12)])
    conversation = await begun(talk)
    for number in range(12):
        assert not await say(talk, conversation, f"question {number}")
    prompts = [[m.text for m in request.messages] for request in talk.model.requests]
    assert len(prompts[-1]) == 23
    for before, after in pairwise(prompts):
        assert after[: len(before)] == before


async def test_room_is_made_in_time(database: Database, clock: FakeClock) -> None:
    """At the high mark somebody is asked to make room, with all that there is to know."""
    broom = Broom(database, clock)
    settings = replace(sized(4_400), keep_exchanges=2)
    answers = [Answer(pieces=("Ok.",))] * 20
    talk = Talk(database, clock, *answers, context=settings, make_room=broom)
    conversation = await begun(talk)
    for number in range(9):
        assert not await say(talk, conversation), number
    assert [need.trigger for need in broom.needs] == [Trigger.THRESHOLD]
    terms = broom.needs[0].terms
    assert (terms.budget.tokens, terms.keep_exchanges) == (round(4_400 / FACTOR), 2)
    assert broom.needs[0].factor == FACTOR
    assert terms.fixed == estimate(prompts.system(Task.CHAT)) + 4
    assert len(talk.model.requests[-1].messages) < 12


async def test_the_first_sight_of_a_long_conversation(database: Database, clock: FakeClock) -> None:
    """A conversation that was beyond the budget before it was ever shown is opened."""
    broom = Broom(database, clock)
    talk = Talk(database, clock, Answer(pieces=("Ok.",)), context=sized(2_000), make_room=broom)
    conversation = await begun(talk)
    for _ in range(10):
        await talk.chat.say(conversation, LONG)
    assert not await say(talk, conversation)
    assert [need.trigger for need in broom.needs] == [Trigger.OPENING]


@pytest.mark.parametrize("mode", [CompactionMode.OFF, CompactionMode.ASK])
async def test_off_means_off(database: Database, clock: FakeClock, mode: CompactionMode) -> None:
    """Nobody makes room unasked; what does not fit fails, and says what to do."""
    broom = Broom(database, clock)
    answers = [Answer(pieces=("Ok.",))] * 9
    talk = Talk(database, clock, *answers, context=sized(2_000, mode), make_room=broom)
    conversation = await begun(talk)
    reasons = [await say(talk, conversation) for _ in range(5)]
    assert reasons[:2] == ["", ""]
    assert "`minutebook compact CONVERSATION` makes room" in reasons[-1]
    assert "may be shown 2,000" in reasons[-1]
    assert broom.needs == []


async def test_what_nobody_can_make_smaller(database: Database, clock: FakeClock) -> None:
    """One enormous message is sent as long as the model takes it, and else refused clearly."""
    talk = Talk(database, clock, Answer(pieces=("Ok.",)), context=sized(2_000))
    conversation = await begun(talk)
    assert not await say(talk, conversation, "word " * 10_000)
    window = talk.model.capabilities.context_window
    assert "tokens" in await say(talk, conversation, "word " * window)
    assert len(talk.model.requests) == 1


async def test_a_prompt_that_was_too_long(database: Database, clock: FakeClock) -> None:
    """When the provider says so, room is made once, and the model is asked again."""
    broom = Broom(database, clock)
    error = PromptTooLongError("Too long.", tokens=9_000, limit=5_000)
    script = [Answer(pieces=("Ok.",)), Answer(error=error), Answer(pieces=("Now it is.",))]
    talk = Talk(database, clock, *script, make_room=broom)
    conversation = await begun(talk)
    await say(talk, conversation)
    assert not await say(talk, conversation)
    assert [need.trigger for need in broom.needs] == [Trigger.OVERFLOW]
    need = broom.needs[0]
    assert need.terms.budget.tokens * need.factor <= 9_000
    first, second = talk.model.requests[-2:]
    assert len(second.messages) < len(first.messages)
    assert (await talk.context.show(conversation)).budget.window == 5_000


async def test_a_prompt_that_stays_too_long(database: Database, clock: FakeClock) -> None:
    """It is asked again a few times, each time with less; the failure says what was said."""
    error = PromptTooLongError("Too long.", hint="Say less.")
    broom = Broom(database, clock, keep=1)
    talk = Talk(database, clock, *[Answer(error=error)] * 9, make_room=broom)
    conversation = await begun(talk)
    await talk.chat.say(conversation, LONG)
    assert await say(talk, conversation) == "Too long. Say less."
    asked = [request.max_tokens for request in talk.model.requests]
    assert len(asked) == 3
    assert asked == sorted(set(asked), reverse=True)


@pytest.mark.parametrize("mode", list(CompactionMode))
async def test_a_limit_that_makes_the_reply_shorter(
    database: Database, clock: FakeClock, mode: CompactionMode
) -> None:
    """When less room for the reply is enough, the model is asked again at once, with no pass; and
    the next process begins with what was learned."""
    error = PromptTooLongError("Too long.", tokens=700, limit=4_096)
    answers = [Answer(error=error), *[Answer(pieces=("Ok.",))] * 2]
    broom, settings = Broom(database, clock), ContextSettings(compaction=mode)
    talk = Talk(database, clock, *answers, context=settings, make_room=broom)
    conversation = await begun(talk)
    assert not await say(talk, conversation, "hello there")
    assert [request.max_tokens for request in talk.model.requests] == [4_096, 1_024]
    assert broom.needs == []
    talk.chat = talk.chat_with(talk.model, clock)
    await talk.context.windows.load()
    assert not await say(talk, conversation, "and now?")
    assert talk.model.requests[-1].max_tokens == 1_024


async def test_sizes_follow_what_is_reported(database: Database, clock: FakeClock) -> None:
    """A provider that counts twice as many tokens doubles what a prompt is said to take up."""
    talk = Talk(database, clock, Answer(pieces=("Ok.",), usage=Usage(input_tokens=1)))
    conversation = await begun(talk)
    await talk.chat.say(conversation, LONG)
    before = await talk.context.show(conversation)
    error = PromptTooLongError("Too long.", tokens=2 * before.used)
    await talk.context._learn(before, talk.model, error)
    after = await talk.context.show(conversation)
    assert abs(after.used - 2 * before.used) <= len(after.layers)
    assert after.share == after.used / after.budget.tokens


async def test_sizes_by_layer(database: Database, clock: FakeClock) -> None:
    """Every layer has its size; what a person added to the instructions counts."""
    talk = Talk(database, clock, Answer(pieces=("Ok.",)))
    conversation = await begun(talk)
    await say(talk, conversation)
    await talk.chat.say(conversation, "And?")
    before = await talk.context.show(conversation)
    assert [size.layer for size in before.layers] == list(Layer)
    sizes = {size.layer: size.tokens for size in before.layers}
    assert (sizes[Layer.CURRENT], sizes[Layer.SUMMARIES]) == (round(5 * FACTOR), 0)
    assert sizes[Layer.RECENT] > 500
    await talk.chat.choose(conversation, ChatOptions(system=LONG))
    after = await talk.context.show(conversation)
    assert after.used - before.used >= 500


async def test_what_would_be_sent(database: Database, clock: FakeClock) -> None:
    """The preview is what is sent next, byte by byte, and sends nothing."""
    talk = Talk(database, clock, Answer(pieces=("Ok.",)), Answer(pieces=("So.",)))
    conversation = await begun(talk)
    await say(talk, conversation)
    await talk.chat.say(conversation, "And?")
    told = await talk.context.preview(conversation)
    assert len(talk.model.requests) == 1
    await talk.answered(conversation)
    sent = talk.model.requests[-1]
    assert (sent.system, sent.messages, sent.max_tokens) == (
        told.system,
        told.messages,
        told.max_tokens,
    )


async def test_thresholds_out_of_order(database: Database, clock: FakeClock) -> None:
    """They are refused when the room is built."""
    with pytest.raises(ConfigError):
        Talk(database, clock, context=ContextSettings(low=0.9))
