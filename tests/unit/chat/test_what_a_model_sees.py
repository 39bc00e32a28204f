"""What a model is shown of a conversation."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from doubles import FakeClock
from minutebook.chat import prompting
from minutebook.domain.turns import Turn
from minutebook.llm.scripted import Answer
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import RecordPolicy
from minutebook.store.database import Database
from talking import Talk

_PAGE = 60
_POLICY = RecordPolicy(paging=PagingPolicy(tokens=_PAGE, pause=timedelta(hours=6)))


@pytest.fixture
async def talk(database: Database, clock: FakeClock) -> Talk:
    """Return a chat with small pages."""
    answers = (Answer(pieces=(f"answer {number} " * 5,)) for number in range(50))
    return Talk(database, clock, *answers, policy=_POLICY)


async def _talked(talk: Talk, exchanges: int) -> str:
    conversation = (await talk.chat.start()).id
    for number in range(exchanges):
        await talk.chat.say(conversation, f"question {number} " * 5)
        await talk.answered(conversation)
    return conversation


async def _recent(talk: Talk, conversation: str, tokens: int) -> tuple[Turn, ...]:
    return await talk.database.read(lambda tx: prompting.recent(tx, conversation, tokens))


@pytest.mark.parametrize("tokens", [100, 250, 1_000, 10_000])
async def test_the_turns_fit_into_the_budget(talk: Talk, tokens: int) -> None:
    """They are the last ones, in order; with room enough, all of them."""
    conversation = await _talked(talk, 20)
    found = await _recent(talk, conversation, tokens)
    everything = await _recent(talk, conversation, 1_000_000)
    assert len(everything) == 40
    assert sum(turn.tokens for turn in found) <= tokens
    assert found == everything[-len(found) :]


async def test_the_beginning_stays_for_as_long_as_a_page(talk: Talk) -> None:
    """It moves by whole pages, so that what comes before the new turns can be cached."""
    conversation = await _talked(talk, 10)
    firsts = []
    for _ in range(8):
        await talk.chat.say(conversation, "more words " * 4)
        found = await _recent(talk, conversation, 300)
        firsts.append((found[0].key, found[0].page))
    assert 1 < len(set(firsts)) < len(firsts)


async def test_the_last_turn_is_there_whatever_its_size(talk: Talk) -> None:
    """A question that is larger than the budget is asked all the same."""
    conversation = await _talked(talk, 2)
    said = await talk.chat.say(conversation, "long " * 1_000)
    (only,) = await _recent(talk, conversation, 10)
    assert only.key == said.key


async def test_prompts_only_grow_at_their_end(talk: Talk) -> None:
    """Within the budget, each prompt begins with the one before."""
    await _talked(talk, 12)
    prompts = [[m.text for m in request.messages] for request in talk.model.requests]
    for before, after in pairwise(prompts):
        assert after[: len(before)] == before
    assert all(request.messages[-1].ends_prefix for request in talk.model.requests)
