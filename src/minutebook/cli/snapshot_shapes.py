"""The JSON of snapshots and of side conversations. Keys may be added, never renamed."""

from __future__ import annotations

from minutebook.cli.shapes import Shape, moment
from minutebook.clock import iso
from minutebook.domain.snapshots import Snapshot, Summon, SummonMessage


def snapshot(value: Snapshot) -> Shape:
    """Shape a snapshot; `tokens` are those of the prompt, as the record estimates them."""
    return {
        "id": value.id,
        "conversation": value.conversation,
        "at": iso(value.at),
        "kind": value.kind.value,
        "label": value.label,
        "page": value.page,
        "revision": value.revision,
        "turns": value.moment.turns,
        "tokens": value.tokens,
        "model": value.model,
        "instructions": value.instructions,
        "slot": [each.paged.page for each in value.slot],
    }


def summon(value: Summon) -> Shape:
    """Shape a side conversation without what was said; `cost_usd` is null when not all is priced.

    `dismissed_at` is null while it can go on.
    """
    return {
        "id": value.id,
        "snapshot": value.snapshot,
        "begun_at": iso(value.begun_at),
        "dismissed_at": moment(value.dismissed_at),
        "messages": value.messages,
        "cost_usd": value.cost_usd,
    }


def message(value: SummonMessage) -> Shape:
    """Shape something that was said in a side conversation; `ending` is empty when it is whole."""
    return {
        "number": value.number,
        "role": value.role.value,
        "content": value.text,
        "at": iso(value.at),
        "model": value.model,
        "ending": value.ending.value,
        "cost_usd": value.cost_usd,
    }
