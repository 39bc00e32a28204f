"""From a layout to the messages of a prompt.

The most stable part comes first, and what belongs to this moment alone (the pages that were brought
back) stands in the last message of a person. So everything before that message only grows at its
end from one prompt to the next, until a compaction, and a provider can cache it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from minutebook.context.prompt import framing
from minutebook.context.prompt.cutting import cut
from minutebook.context.prompt.framing import Words
from minutebook.context.prompt.pairing import without_orphans
from minutebook.context.prompt.sight import SeenTurn, Sight
from minutebook.domain.context import KeptWords, Layout
from minutebook.domain.speakers import YOU
from minutebook.domain.turns import HUMAN_ROLES, Content, Role
from minutebook.llm.protocol import Message
from minutebook.store import contexts
from minutebook.store.contexts import SaidTurn
from minutebook.store.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a layout shows, with all texts."""

    layout: Layout
    sight: Sight
    said: Mapping[int, SaidTurn]
    """By row id: what the turns in sight say, and what is kept word for word."""


def view(tx: Transaction, layout: Layout, sight: Sight) -> View:
    """Read the texts of what a layout shows."""
    ids = [turn.id for turn in sight.turns] + [each.turn for each in _kept(layout)]
    return View(layout=layout, sight=sight, said=contexts.said(tx, ids))


def messages(seen: View, brought_back: str = "") -> tuple[Message, ...]:
    """Return the messages of a prompt.

    `brought_back` is the text of the slot. Up to three of them end a prefix that will come again:
    what is summarised, the last message before what a person said last, and the last of all, unless
    pages stand in it that will be gone.
    """
    began = _opening(seen)
    told = without_orphans([_message(turn, seen.said[turn.id]) for turn in seen.sight.turns])
    told = [message for message in told if not _is_empty(message)]
    last = _last_of_person(told)
    end = len(told) - 1
    marked = {last - 1, end} if last < end or not brought_back else {last - 1}
    told = [
        replace(each, ends_prefix=True) if number in marked else each
        for number, each in enumerate(told)
    ]
    return (*began, *_with_pages(told, last, brought_back))


def words_of(content: Content) -> str:
    """Return the text behind the files that were sent along."""
    files = [_file(each.name, each.content) for each in content.attachments]
    return "\n\n".join(part for part in (*files, content.text) if part)


def _opening(seen: View) -> list[Message]:
    layout, parts = seen.layout, []
    if layout.story is not None:
        parts.append(framing.story(layout.story, _words(seen, layout.story.words)))
    parts += [framing.summary(each, _words(seen, each.words)) for each in layout.summaries]
    text = framing.opening(parts)
    return [Message(role=Role.USER, text=text, ends_prefix=True)] if parts else []


def _message(turn: SeenTurn, said: SaidTurn) -> Message:
    content, page = said.content, turn.page or ""
    text = words_of(content)
    if turn.is_cut:
        text, content = cut(text, content, page, turn.tokens)
    elif turn.is_shortened:
        text = framing.shortened(text, page)
    if turn.role is Role.PERSON and text:
        text = f"{said.author or Role.PERSON}: {text}"
    if turn.thinking_tokens:
        text = "\n\n".join(part for part in (framing.thinking(content.thinking), text) if part)
    return Message(
        role=turn.role,
        text=text,
        tool_calls=content.tool_calls,
        tool_results=content.tool_results,
    )


def _is_empty(message: Message) -> bool:
    return not (message.text.strip() or message.tool_calls or message.tool_results)


def _last_of_person(told: Sequence[Message]) -> int:
    """Return the number of the last message of a person; one behind the end if there is none."""
    numbers = range(len(told) - 1, -1, -1)
    return next((n for n in numbers if told[n].role in HUMAN_ROLES), len(told))


def _with_pages(told: list[Message], last: int, brought_back: str) -> list[Message]:
    if not brought_back:
        return told
    if last == len(told):
        return [*told, Message(role=Role.USER, text=brought_back)]
    current = replace(told[last], text=f"{brought_back}\n\n{told[last].text}")
    return [*told[:last], current, *told[last + 1 :]]


def _words(seen: View, kept: Iterable[KeptWords]) -> list[Words]:
    """Return what is kept word for word, as far as it is still in the record."""
    return [
        Words(
            speaker=speaker_of(said),
            text=said.content.text,
            tokens=each.tokens,
            page=said.page or "",
        )
        for each in kept
        if (said := seen.said.get(each.turn)) is not None
    ]


def speaker_of(said: SaidTurn) -> str:
    """Return who said something, for a reader."""
    return said.author or (YOU if said.role is Role.USER else said.role.value)


def _kept(layout: Layout) -> Iterable[KeptWords]:
    if layout.story is not None:
        yield from layout.story.words
    for summary in layout.summaries:
        yield from summary.words


def _file(name: str, content: str) -> str:
    named = " ".join(name.split()).replace('"', "'")
    if not content:
        return f'<file name="{named}"/>'
    text = content.replace("</file>", "<\\/file>")
    return f'<file name="{named}">\n{text}\n</file>'
