"""The request for the next reply: the fixed part, and the messages of a layout."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from minutebook.context.prompt.assembly import View, messages
from minutebook.domain.chats import ChatOptions
from minutebook.domain.tokens import estimate
from minutebook.domain.turns import Role
from minutebook.llm import prompts
from minutebook.llm.protocol import Attribution, Material, Passage, Request, Task, Tool

_FRAME = 4
"""Tokens of the marks around the system prompt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asks for a reply, and for how much of it."""

    system: str
    max_tokens: int
    attribution: Attribution


def system_of(options: ChatOptions) -> str:
    """Return the system prompt of a conversation: ours, and what the person has added."""
    return "\n\n".join(part for part in (prompts.system(Task.CHAT), options.system) if part)


def system_tokens(system: str) -> int:
    """Return the estimated tokens of the system prompt."""
    return estimate(system) + _FRAME


def tool_tokens(tools: Iterable[Tool]) -> int:
    """Return the estimated tokens of the tools that are offered."""
    return sum(
        estimate(tool.name) + estimate(tool.description) + estimate(tool.schema) + _FRAME
        for tool in tools
    )


def question_of(seen: View) -> str:
    """Return what was said last."""
    last = seen.sight.turns[-1:]
    return seen.said[last[0].id].content.text if last and last[0].role is not Role.TOOL else ""


def request(
    asked: Asked, seen: View, passages: tuple[Passage, ...] = (), brought_back: str = ""
) -> Request:
    """Return the request to answer what was said last; `brought_back` is the text of the slot."""
    last = {turn.id for turn in seen.sight.turns[-1:]}
    return Request(
        task=Task.CHAT,
        system=asked.system,
        messages=messages(seen, brought_back),
        material=Material(
            question=question_of(seen),
            passages=tuple(each for each in passages if each.source not in last),
        ),
        max_tokens=asked.max_tokens,
        attribution=asked.attribution,
    )
