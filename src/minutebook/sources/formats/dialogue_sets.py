"""Data sets of dialogues: instructions with their answers, and pairs of a better and a worse one.

Alpaca has an instruction, an input and an output, and may have the questions and answers before.
Sets of preferences have what was chosen and what was rejected: as text, as messages, or as whole
dialogues in which `Human:` and `Assistant:` stand before each turn. What was chosen is read; where
the rejected one differs, its turns are kept as a branch that was left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile
from typing import TypeGuard
from zoneinfo import ZoneInfo

from minutebook.domain.turns import TurnDraft
from minutebook.sources.formats.json.sample import peek_until
from minutebook.sources.formats.json.values import (
    JsonObject,
    as_list,
    moment_at,
    text_at,
    words_of,
)
from minutebook.sources.formats.messages.drafts import (
    MESSAGE_TIMES,
    is_message,
    message_drafts,
)
from minutebook.sources.formats.messages.reader import Envelope, read_messages, stated_id
from minutebook.sources.formats.protocol import Match
from minutebook.sources.parsed import Checkpoint, Parsed
from minutebook.sources.source import Sample, Source

_ENOUGH = 0.5
_PAIR = frozenset({"chosen", "rejected"})
_BEFORE = ("conversations", "conversation", "messages", "prompt")
_QUESTIONS = ("prompt", "question", "instruction", "query")
_MARK = re.compile(r"(?:\A\s*|\n\n)(Human|Assistant):[ ]?")
_WORDS = {"gpt": "assistant", "observation": "tool", "function_call": "assistant"}


class DialogueSets:
    """Alpaca, pairs of preferences, and hh-rlhf; the format, and the dialect of its records."""

    name = "dialogue_sets"
    list_keys: frozenset[str] = frozenset()

    def detect(self, sample: Sample) -> Match | None:
        """See `Format.detect`."""
        found = peek_until(sample, _is_ours)
        share = found.share(_is_ours) if found else 0.0
        if found is None or share < _ENOUGH:
            return None
        if found.share(_is_pair) >= _ENOUGH:
            return Match(score=0.96, reason="Its records are pairs of `chosen` and `rejected`.")
        return Match(score=0.85 * share, reason="Its records are instructions with outputs.")

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """See `Format.parse`."""
        return read_messages(self, source, resume)

    def envelope(self, record: JsonObject, zone: ZoneInfo) -> Envelope | None:
        """Read a dialogue; None when the record is none."""
        if not _is_ours(record):
            return None
        before = _before(record)
        chosen = [*before, *_answer(record.get("chosen", record.get("output")))]
        rejected = [*before, *_answer(record.get("rejected"))] if _is_pair(record) else []
        if _is_whole(record.get("chosen")):
            chosen, rejected = chosen[len(before) :], rejected[len(before) :]
        return Envelope(
            messages=chosen,
            native_id=stated_id(record),
            title=text_at(record, "title"),
            begun=moment_at(record, zone, *MESSAGE_TIMES),
            closing=tuple(_left(chosen, rejected, zone)),
        )

    def conversations_in(self, record: JsonObject) -> None:
        """See `Dialect`: nobody wraps these."""

    def is_message(self, value: object) -> TypeGuard[JsonObject]:
        """Say whether a value is one turn."""
        return is_message(value)

    def drafts(self, message: JsonObject, zone: ZoneInfo) -> list[TurnDraft]:
        """Read one turn."""
        return message_drafts(message, zone)


def _is_ours(record: object) -> bool:
    if not isinstance(record, dict):
        return False
    is_told = isinstance(record.get("instruction"), str)
    return _is_pair(record) or (is_told and isinstance(record.get("output"), str))


def _is_pair(record: object) -> bool:
    if not isinstance(record, dict) or not record.keys() >= _PAIR:
        return False
    return all(isinstance(record[key], (str, list, dict)) for key in _PAIR)


def _is_whole(chosen: object) -> bool:
    """Say whether an answer is a whole dialogue, with the prompt in it."""
    if isinstance(chosen, str):
        return len(_MARK.findall(chosen)) > 1
    return len(_messages(chosen)) > 1


def _before(record: JsonObject) -> list[JsonObject]:
    """Return what was said before the answer: instructions, the past, and the question."""
    said: list[JsonObject] = []
    if system := text_at(record, "system", "system_prompt"):
        said.append(_said("system", system))
    for pair in as_list(record.get("history")):
        for role, text in zip(("user", "assistant"), as_list(pair), strict=False):
            said.append(_said(role, text))
    for key in _BEFORE:
        if isinstance(record.get(key), list):
            return said + _messages(record[key])
    question = text_at(record, *_QUESTIONS)
    if len(_MARK.findall(question)) > 1 or question.lstrip().startswith("Human:"):
        return said + _dialogue(question)
    asked = "\n\n".join(part for part in (question, text_at(record, "input")) if part)
    return [*said, _said("user", asked)] if asked else said


def _answer(answer: object) -> list[JsonObject]:
    if isinstance(answer, str):
        return _dialogue(answer)
    return _messages(answer)


def _dialogue(text: str) -> list[JsonObject]:
    """Split a dialogue at its speakers; a text without any is an answer."""
    first, *rest = _MARK.split(text)
    said = [_said("assistant", first)] if first.strip() else []
    for word, words in zip(rest[::2], rest[1::2], strict=True):
        said.append(_said("user" if word == "Human" else "assistant", words))
    return said


def _messages(value: object) -> list[JsonObject]:
    """Return messages in one spelling: data sets also have `from` and `value`."""
    found = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict) and isinstance(word := item.get("from"), str):
            found.append(_said(_WORDS.get(word.lower(), word.lower()), item.get("value")))
        elif isinstance(item, dict):
            found.append(item)
        elif item is not None:
            found.append(_said("assistant", item if isinstance(item, str) else words_of(item)))
    return found


def _said(role: str, content: object) -> JsonObject:
    return {"role": role, "content": content}


def _left(
    chosen: list[JsonObject], rejected: list[JsonObject], zone: ZoneInfo
) -> Iterator[TurnDraft]:
    """Return the turns of what was rejected, from where it differs."""
    pairs = zip(chosen, rejected, strict=False)
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    for message in filter(is_message, rejected[shared:]):
        for draft in message_drafts(message, zone):
            yield replace(draft, is_active=False)
