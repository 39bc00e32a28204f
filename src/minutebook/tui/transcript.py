"""Turns become what the transcript shows: what was thought, folded, then what was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from minutebook.domain.chats import MarkKind
from minutebook.domain.display import one_line, shortened
from minutebook.domain.speakers import speaker
from minutebook.domain.turns import Content, Ending, Role, Turn
from minutebook.tui.prose.blocks import Mark, ProseBlock, TextKind, Tone
from minutebook.tui.references import is_marked, link_text, with_signs
from minutebook.tui.wording import dollars, plural, turn_time

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from minutebook.domain.spending import Charge

_TONES = {
    Role.USER: Tone.YOU,
    Role.ASSISTANT: Tone.MODEL,
    Role.TOOL: Tone.TOOL,
    Role.SYSTEM: Tone.SYSTEM,
    Role.PERSON: Tone.PERSON,
}
_VERBATIM = frozenset({Role.TOOL, Role.SYSTEM})
_SHOWN_AT_MOST = 2_000_000
"""Characters of one turn on the screen: nobody reads further, and all of it is in the record."""
_SHORT = 400
"""Characters of a tool call or result."""
_ORIGIN = " origin"
"""Id of the block above the first turn."""
_THOUGHT = " thought"
"""Behind the key of a turn: the id of the block with what was thought before it."""
_THOUGHT_SHOWN = 30
_ENDINGS = {
    Ending.STOPPED: "stopped",
    Ending.CUT: "broke off, ctrl+r asks again",
    Ending.INTERRUPTED: "interrupted, ctrl+r asks again",
    Ending.MAX_TOKENS: "reached the most tokens, say “go on”",
    Ending.CONTEXT_FULL: "the model's window is full, ^N begins anew",
    Ending.REFUSAL: "declined, e on your turn says it otherwise",
}
_SIGNS = {MarkKind.PIN: "◆", MarkKind.GOOD: "✓", MarkKind.BAD: "✗"}

Place = tuple[int, int]
"""Where a turn stands in reading order: (sort_at, seq)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """Where a conversation goes on from another one."""

    conversation: str
    title: str
    turns: int
    """How many there were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What stands beside the turns of a conversation, by their keys."""

    is_live: bool = False
    """Whether they were said here."""
    branches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys of all turns that stand at the same place."""
    marks: Mapping[str, frozenset[MarkKind]] = field(default_factory=dict)
    charges: Mapping[str, Charge] = field(default_factory=dict)
    unfolded: frozenset[str] = frozenset()
    """Turns of which all is shown that was thought."""
    chosen: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Of the pages that replies refer to."""
    origin: Before | None = None
    """What it goes on from, if it does."""


def place_of(turn: Turn) -> Place:
    """Return where a turn stands."""
    return (turn.sort_at, turn.seq)


def blocks_of(
    turns: Sequence[Turn], before: Turn | None, now: datetime, beside: Beside
) -> list[ProseBlock]:
    """Return turns as blocks; `before` is the turn that is shown right before them."""
    above = [before, *turns][: len(turns)]
    blocks: list[ProseBlock] = []
    for turn, last in zip(turns, above, strict=True):
        if turn.content.thinking.strip():
            text, is_open = turn.content.thinking, turn.key in beside.unfolded
            blocks.append(thought_block(turn.key, text, is_open=is_open))
        blocks.append(_block(turn, last, now, beside))
    return blocks


def origin_block(origin: Before) -> ProseBlock:
    """Return the line that leads to what a conversation goes on from."""
    are = "turn before this stands" if origin.turns == 1 else "turns before this stand"
    title = link_text(origin.title) or origin.conversation
    link = f"[{title}](minutebook:{origin.conversation})"
    text = f"↑ The {origin.turns:,} {are} in {link}."
    return ProseBlock(id=_ORIGIN, text=text, kind=TextKind.CHAT, tone=Tone.SYSTEM)


def thought_block(key: str, thinking: str, *, is_open: bool) -> ProseBlock:
    """Return what was thought before a turn: all of it, or a line about it."""
    words = plural(len(thinking.split()), "word")
    begun = shortened(one_line(thinking[: 4 * _THOUGHT_SHOWN]), _THOUGHT_SHOWN)
    return ProseBlock(
        id=f"{key}{_THOUGHT}",
        text=_cut(thinking) if is_open else f"▸ {begun} · {words}",
        kind=TextKind.CHAT if is_open else TextKind.VERBATIM,
        speaker="thought",
        tone=Tone.THOUGHT,
    )


def nearest(blocks: Sequence[ProseBlock], key: str) -> list[ProseBlock]:
    """Return the blocks in the order in which a reader comes to them: up from the end, or down
    from the turn with a key, and then up from it.
    """
    place = next((n for n, block in enumerate(blocks) if turn_key(block.id) == key), len(blocks))
    return [*blocks[place:], *reversed(blocks[:place])]


def meant(wish: str, turns: Sequence[Turn], beside: Beside) -> Turn | None:
    """Return the turn that a wish is about: the chosen one, else the last that fits."""
    fitting = list(turns)
    if wish == "edit":
        fitting = [turn for turn in fitting if turn.role is Role.USER]
    elif wish in {"earlier", "later"}:
        fitting = [turn for turn in fitting if turn.key in beside.branches]
    chosen = [turn for turn in fitting if turn.key == beside.chosen]
    found = chosen or fitting
    return found[-1] if found else None


def turn_key(block_id: str) -> str:
    """Return the key of the turn that a block belongs to."""
    return block_id.removesuffix(_THOUGHT)


def model_label(model: str) -> str:
    """Return the name of a model without its provider, as there is little room."""
    return model.partition(":")[2] or model


def _block(turn: Turn, before: Turn | None, now: datetime, beside: Beside) -> ProseBlock:
    """Return a turn as a block; its key is the block's id."""
    name = speaker(turn, is_live=beside.is_live)
    return ProseBlock(
        id=turn.key,
        text=text_of(_signed(turn, beside)),
        kind=TextKind.VERBATIM if turn.role in _VERBATIM else TextKind.CHAT,
        speaker=model_label(name) if turn.role is Role.ASSISTANT else name,
        tone=_TONES[turn.role],
        meta=_meta(turn, before, now, beside),
        foot=" · ".join(_notes(turn, beside)),
        mark=Mark.CHOSEN if turn.key == beside.chosen else Mark.NONE,
    )


def _signed(turn: Turn, beside: Beside) -> Content:
    """Return what was said with the markers of a model as they are shown."""
    if not beside.is_live or not is_marked(turn):
        return turn.content
    return replace(turn.content, text=with_signs(_cut(turn.content.text), beside.labels))


def _meta(turn: Turn, before: Turn | None, now: datetime, beside: Beside) -> str:
    """Return the time, with the date where a day begins; marks; and whether it was left."""
    if turn.at is None:
        time = ""
    elif before is not None and before.at is not None and _day(before.at) == _day(turn.at):
        time = f"{turn.at.astimezone():%H:%M}"
    else:
        time = turn_time(turn.at, now)
    signs = "".join(_SIGNS[kind] for kind in MarkKind if kind in beside.marks.get(turn.key, ()))
    left = "" if turn.is_active or beside.is_live else "· left branch"
    return " ".join(part for part in (time, signs, left) if part).lstrip("· ")


def _notes(turn: Turn, beside: Beside) -> list[str]:
    """Return what there is to say below a turn: its branches, its ending, what it cost."""
    notes = []
    if (keys := beside.branches.get(turn.key)) is not None:
        notes.append(f"‹ {keys.index(turn.key) + 1}/{len(keys)} ›")
    if turn.ending in _ENDINGS:
        notes.append(_ENDINGS[turn.ending])
    if (charge := beside.charges.get(turn.key)) is not None:
        if charge.output_tokens and not charge.is_estimated:
            notes.append(plural(charge.output_tokens, "token"))
        notes += [dollars(charge.cost)] if charge.cost else []
    return notes


def _day(moment: datetime) -> date:
    return moment.astimezone().date()


def text_of(content: Content) -> str:
    """Return what was said and what came with it, as text."""
    parts = [_cut(content.text)] if content.text.strip() else []
    parts += [f"⚙ {call.name}  {_brief(call.arguments)}" for call in content.tool_calls]
    parts += [
        f"{'✗' if result.is_error else '↳'} {_brief(result.content)}"
        for result in content.tool_results
    ]
    parts += [f"▤ {file.name}" for file in content.attachments]
    return "\n\n".join(parts)


def _brief(text: str) -> str:
    flat = " ".join(text[: 4 * _SHORT].split())
    return flat if len(flat) <= _SHORT else flat[: _SHORT - 1] + "…"


def _cut(text: str) -> str:
    if len(text) <= _SHOWN_AT_MOST:
        return text
    left = len(text) - _SHOWN_AT_MOST
    return f"{text[:_SHOWN_AT_MOST]}\n\n… {left:,} more characters are in the record."
