"""Talks before anything has written them down: who said what, when, and what stands beside it.

They are the same for the same seed. A talk is with a model, whose turns come second, or among
people. Texts have what trips readers up: other scripts, emojis of many code points, marks that are
markup elsewhere, a line separator that ends no line, several lines.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

PEOPLE = ("Ana Berg", "Björk Ólafsdóttir", "Bo", "Zoë", "李雷", "Мария")
MODEL = "model-9"
SIGNS = ("tada", "heart", "eyes")
_PLAIN = (
    "ferry harbour winter route ice engine captain morning ticket weather north island cable"
    " the of and to we it is that was for on with as leave"
)
_ODD = (
    "Grüße naïve привет 你好 こんにちは مرحبا שלום 🙂 👩\u200d👩\u200d👧 e\u0301te\u0301 R&D"
    ' a<b x>y 50% "so" it\'s c:\\dir (maybe) done, yes! no? a\u2028b'
)
_NOUNS = tuple(_PLAIN.split(" ")[:13])
_WORDS = (*_PLAIN.split(" "), *_ODD.split(" "))
_BEGAN = datetime(2024, 1, 15, 8, tzinfo=UTC)
_FILES = (("map.pdf", "application/pdf"), ("photo.jpg", "image/jpeg"), ("grüße.txt", "text/plain"))
_RARELY = 0.06
_MANY = 2_000
_is_large = ContextVar("_is_large", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file that was sent along."""

    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What people answered a message with."""

    name: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of a tool, and what came back."""

    id: str
    name: str
    arguments: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message."""

    number: int
    """Within its talk, from 0."""
    author: str
    is_model: bool
    at: datetime
    """In whole seconds, and later than the message before."""
    text: str
    before: str = ""
    """What it said until it was edited, an hour later; empty when it never was."""
    answers: Message | None = None
    """The message that it answers, which answers none itself."""
    signs: tuple[Sign, ...] = ()
    files: tuple[Sent, ...] = ()
    calls: tuple[Call, ...] = ()
    thinking: str = ""

    @property
    def edited_at(self) -> datetime:
        """When it was edited, if it was."""
        return self.at + timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One conversation."""

    number: int
    title: str
    people: tuple[str, ...]
    messages: tuple[Message, ...]

    @property
    def began(self) -> datetime:
        """When it began, or a part of it would have: before its first message."""
        return _BEGAN + timedelta(days=self.number)

    def cut(self, first: int, behind: int) -> Talk:
        """Return a part of it; what a message answers may lie outside."""
        return replace(self, messages=self.messages[first:behind])


def invented(
    seed: int, *, talks: int, messages: int, with_model: bool, words: int = 12
) -> list[Talk]:
    """Invent so many talks of so many messages, of some `words` words each."""
    token = _is_large.set(talks * messages > _MANY)
    try:
        return [
            _talk(random.Random(f"{seed}/{number}"), number, messages, words, with_model=with_model)
            for number in range(talks)
        ]
    finally:
        _is_large.reset(token)


def _talk(
    chance: random.Random, number: int, messages: int, words: int, *, with_model: bool
) -> Talk:
    people = tuple(chance.sample(PEOPLE, k=1 if with_model else 4))
    said = _dialogue if with_model else _chat
    begun = _BEGAN + timedelta(days=number)
    return Talk(
        number=number,
        title=f"{chance.choice(_NOUNS)} {number}",
        people=people,
        messages=tuple(said(chance, people, messages, words, begun)),
    )


def _chat(
    chance: random.Random, people: tuple[str, ...], count: int, words: int, at: datetime
) -> Iterator[Message]:
    roots: list[Message] = []
    for number in range(count):
        at += timedelta(seconds=chance.randint(1, 400))
        message = Message(
            number=number,
            author=chance.choice(people),
            is_model=False,
            at=at,
            text=_text(chance, words),
            before=_text(chance, words) if chance.random() < _RARELY else "",
            answers=chance.choice(roots) if roots and chance.random() < 0.2 else None,
            signs=_signs(chance, people) if chance.random() < 0.1 else (),
            files=(_file(chance, number),) if chance.random() < _RARELY else (),
        )
        if message.answers is None:
            roots = [*roots, message][-5:]
        yield message


def _dialogue(
    chance: random.Random, people: tuple[str, ...], count: int, words: int, at: datetime
) -> Iterator[Message]:
    for number in range(count):
        at += timedelta(seconds=chance.randint(1, 400))
        is_model = number % 2 == 1
        yield Message(
            number=number,
            author=MODEL if is_model else people[0],
            is_model=is_model,
            at=at,
            text=_text(chance, words * 4 if is_model else words),
            thinking=_text(chance, words) if is_model and chance.random() < 0.2 else "",
            calls=(_call(chance, number),) if is_model and chance.random() < 0.2 else (),
        )


def _text(chance: random.Random, words: int) -> str:
    """Say something; in large logs, out of thousands of things that may be said."""
    return chance.choice(_pool(words)) if _is_large.get() else _said(chance, words)


@cache
def _pool(words: int) -> list[str]:
    chance = random.Random(words)
    return [_said(chance, words) for _ in range(5_000)]


def _said(chance: random.Random, words: int) -> str:
    length = min(800, max(1, int(chance.lognormvariate(0, 0.8) * words)))
    said = chance.choices(_WORDS, k=length)
    if length > 6 and chance.random() < 0.1:
        said[length // 2] += f"\n{chance.choice(_NOUNS)}"
    return " ".join(said).strip()


def _signs(chance: random.Random, people: tuple[str, ...]) -> tuple[Sign, ...]:
    names = chance.sample(SIGNS, k=chance.randint(1, 2))
    return tuple(
        Sign(name=name, people=tuple(sorted(chance.sample(people, k=2)))) for name in names
    )


def _file(chance: random.Random, number: int) -> Sent:
    name, media_type = chance.choice(_FILES)
    return Sent(name=f"{number}-{name}", media_type=media_type, size=chance.randint(1, 10**7))


def _call(chance: random.Random, number: int) -> Call:
    return Call(
        id=f"call_{number}",
        name="search",
        arguments=json.dumps({"words": chance.choice(_WORDS)}, ensure_ascii=False),
        result=_text(chance, 30),
    )
