"""Branches: nothing that was said goes away, and one way through the conversation is read."""

from __future__ import annotations

import pytest

from doubles import FakeClock
from minutebook.domain.turns import Role, Turn
from minutebook.errors import UsageError
from minutebook.llm.scripted import Answer
from minutebook.store import turns
from minutebook.store.database import Database
from talking import Talk


@pytest.fixture
async def talk(database: Database, clock: FakeClock) -> Talk:
    """Return a chat whose model gives numbered answers."""
    return Talk(database, clock, *(Answer(pieces=(f"a{number}",)) for number in range(9)))


async def _read(talk: Talk, conversation: str) -> list[str]:
    """Return the words of the branch that is read."""
    found = await talk.database.read(lambda tx: turns.forward(tx, conversation, limit=100))
    return [turn.content.text for turn in found if turn.is_active]


async def _exchange(talk: Talk, conversation: str, words: str) -> tuple[Turn, Turn]:
    asked = await talk.chat.say(conversation, words)
    answer = await talk.answered(conversation)
    assert answer is not None
    return asked, answer


async def test_saying_again_begins_a_branch(talk: Talk) -> None:
    """The old words and what followed them are left, and the new ones follow the same turn."""
    conversation = (await talk.chat.start()).id
    _, answer = await _exchange(talk, conversation, "one")
    two, _ = await _exchange(talk, conversation, "two")
    again = await talk.chat.say_again(conversation, two.key, "zwei")
    assert again.parent == two.parent == answer.key
    assert await _read(talk, conversation) == ["one", "a0", "zwei"]
    assert len(await talk.said(conversation)) == 5


async def test_the_model_is_shown_the_branch_that_is_read(talk: Talk) -> None:
    """What was left is no part of the prompt."""
    conversation = (await talk.chat.start()).id
    one, _ = await _exchange(talk, conversation, "one")
    await talk.chat.say_again(conversation, one.key, "eins")
    await talk.answered(conversation)
    assert [message.text for message in talk.model.requests[-1].messages] == ["eins"]


async def test_answering_anew_leaves_the_old_answer(talk: Talk) -> None:
    """Both answers follow the same turn; the new one is read."""
    conversation = (await talk.chat.start()).id
    asked, old = await _exchange(talk, conversation, "one")
    new = await talk.chat.answer_anew(conversation)
    assert new is not None
    assert new.parent == old.parent == asked.key
    assert await _read(talk, conversation) == ["one", "a1"]


async def test_a_branch_is_taken_again_with_what_followed_it(talk: Talk) -> None:
    """Also from inside: the turns before it that were left are read again as well."""
    conversation = (await talk.chat.start()).id
    await _exchange(talk, conversation, "one")
    two, _ = await _exchange(talk, conversation, "two")
    three, _ = await _exchange(talk, conversation, "three")
    await talk.chat.say_again(conversation, two.key, "zwei")
    await talk.answered(conversation)
    await talk.chat.branches.take(conversation, three.key)
    whole = ["one", "a0", "two", "a1", "three", "a2"]
    assert await _read(talk, conversation) == whole
    _, answer = await _exchange(talk, conversation, "four")
    assert await _read(talk, conversation) == [*whole, "four", answer.content.text]


async def test_turns_beside_one_another_are_listed(talk: Talk) -> None:
    """In reading order, whichever of them is read; turns that stand alone are not listed."""
    conversation = (await talk.chat.start()).id
    one, _ = await _exchange(talk, conversation, "one")
    eins = await talk.chat.say_again(conversation, one.key, "eins")
    shown = await talk.database.read(lambda tx: turns.forward(tx, conversation, limit=100))
    beside = await talk.chat.branches.beside(conversation, [t for t in shown if t.is_active])
    assert beside == {eins.key: (one.key, eins.key)}
    await talk.chat.branches.take(conversation, one.key)
    shown = await talk.database.read(lambda tx: turns.forward(tx, conversation, limit=100))
    beside = await talk.chat.branches.beside(conversation, [t for t in shown if t.is_active])
    assert beside == {one.key: (one.key, eins.key)}


async def test_only_own_words_can_be_said_again(talk: Talk) -> None:
    """An answer is answered anew; what was left must be taken first."""
    conversation = (await talk.chat.start()).id
    one, answer = await _exchange(talk, conversation, "one")
    with pytest.raises(UsageError, match="what you said"):
        await talk.chat.say_again(conversation, answer.key, "no")
    await talk.chat.say_again(conversation, one.key, "eins")
    with pytest.raises(UsageError, match="what you said"):
        await talk.chat.say_again(conversation, one.key, "uno")


async def test_the_branch_that_is_read_cannot_be_taken(talk: Talk) -> None:
    """It is an error that says so."""
    conversation = (await talk.chat.start()).id
    one, _ = await _exchange(talk, conversation, "one")
    with pytest.raises(UsageError, match="is read"):
        await talk.chat.branches.take(conversation, one.key)


async def test_every_turn_is_there_after_many_branches(talk: Talk) -> None:
    """The record only grows: roles and words of every turn, in the order of saying."""
    conversation = (await talk.chat.start()).id
    first, _ = await _exchange(talk, conversation, "0")
    for number in range(1, 4):
        first = await talk.chat.say_again(conversation, first.key, str(number))
        await talk.answered(conversation)
    said = await talk.said(conversation)
    assert [text for role, text in said if role is Role.USER] == ["0", "1", "2", "3"]
    assert [text for role, text in said if role is Role.ASSISTANT] == ["a0", "a1", "a2", "a3"]
