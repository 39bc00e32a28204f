"""A conversation as a prompt: the turns of the branch that is read, within a budget of tokens.

What does not fit leaves by whole pages, so that the beginning of the prompt stays the same for as
long as a page takes to fill, and the provider can cache it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from minutebook.domain.turns import Attachment, Content, Turn
from minutebook.llm import prompts
from minutebook.llm.protocol import Attribution, Material, Message, Passage, Request, Task
from minutebook.store import turns
from minutebook.store.transaction import Transaction
from minutebook.store.turns import END

_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What a request is made of."""

    turns: tuple[Turn, ...]
    """In reading order; the last one is to be answered."""
    system: str = ""
    """The person's instructions."""
    passages: tuple[Passage, ...] = ()
    """Found in the record for what was said last."""


def recent(tx: Transaction, conversation: str, tokens: int) -> tuple[Turn, ...]:
    """Return the last turns of the branch that is read, at most so many estimated tokens of them.

    The last turn is there whatever its size. A page that does not fit whole is left out.
    """
    found: list[Turn] = []
    spent, place = 0, END
    while batch := turns.backward(tx, conversation, before=place, limit=_AT_ONCE):
        for turn in reversed(batch):
            if not turn.is_active:
                continue
            spent += turn.tokens
            if found and spent > tokens:
                return _whole_pages(found[::-1], turn.page)
            found.append(turn)
        place = (batch[0].sort_at, batch[0].seq)
    return tuple(found[::-1])


def request(prompt: Prompt, max_tokens: int, attribution: Attribution) -> Request:
    """Return the request to answer the last turn."""
    said = prompt.turns[-1:]
    question = said[0].content.text if said else ""
    sources = {turn.id for turn in said}
    return Request(
        task=Task.CHAT,
        system="\n\n".join(part for part in (prompts.system(Task.CHAT), prompt.system) if part),
        messages=messages(prompt.turns),
        material=Material(
            question=question,
            passages=tuple(p for p in prompt.passages if p.source not in sources),
        ),
        max_tokens=max_tokens,
        attribution=attribution,
    )


def messages(said: Sequence[Turn]) -> tuple[Message, ...]:
    """Return turns as messages; all of them will come again in the next prompt."""
    made = [_message(turn) for turn in said if not turn.content.is_empty]
    if made:
        made[-1] = replace(made[-1], ends_prefix=True)
    return tuple(made)


def _message(turn: Turn) -> Message:
    content = turn.content
    return Message(
        role=turn.role,
        text=with_attachments(content),
        tool_calls=content.tool_calls,
        tool_results=content.tool_results,
    )


def with_attachments(content: Content) -> str:
    """Return the text behind the files that were sent along."""
    files = [_file(attachment) for attachment in content.attachments]
    return "\n\n".join(part for part in (*files, content.text) if part)


def _file(attachment: Attachment) -> str:
    name = " ".join(attachment.name.split()).replace('"', "'")
    if not attachment.content:
        return f'<file name="{name}"/>'
    text = attachment.content.replace("</file>", "<\\/file>")
    return f'<file name="{name}">\n{text}\n</file>'


def _whole_pages(found: list[Turn], cut: str | None) -> tuple[Turn, ...]:
    """Return turns without those of the page that was cut, unless nothing else is there."""
    whole = [turn for turn in found if cut is None or turn.page != cut]
    return tuple(whole or found)
