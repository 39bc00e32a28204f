"""Take snapshots, and make of one what stood in the prompt then.

What a snapshot names never changes: revisions of layouts, stories, and turns by their numbers of
arrival. So what was said, left, summarised or undone later makes no difference to what comes of it.
Only a turn that was revised since says what it says now; see `Prompt.revised`.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from functools import partial
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from minutebook.context.prompt import asking
from minutebook.context.prompt.assembly import View, view
from minutebook.context.prompt.branching import settle, settled
from minutebook.context.prompt.sight import Sight, in_sight, tokens_of, whole_pages
from minutebook.context.slot import bringing
from minutebook.domain.context import KeptWords, Layout, Moment, Place, Ranges, Span
from minutebook.domain.display import one_line, shortened
from minutebook.domain.identity import digest
from minutebook.domain.pages import Page
from minutebook.domain.snapshots import Snapshot, SnapshotKind
from minutebook.domain.turns import Turn
from minutebook.errors import UsageError
from minutebook.llm.protocol import Passage
from minutebook.store import chats, contexts, conversations, pages, slots, snapshots, turns
from minutebook.store.snapshots import Revised
from minutebook.store.spans import ranges_of
from minutebook.store.transaction import Transaction
from minutebook.store.turns import END

_DIGITS = 16
_LABEL = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What snapshots are taken with."""

    model: str
    """Answers where a conversation has no model of its own."""
    zone: tzinfo
    """In which times are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What stood in a prompt when a snapshot was taken."""

    snapshot: Snapshot
    view: View
    brought_back: str
    """Text of the slot."""
    pages: tuple[tuple[Passage, ...], ...] = ()
    """The turns of its pages."""
    revised: tuple[Revised, ...] = field(default=())
    """Turns that stand there and were revised since: they say what they say now."""


def drawn(
    tx: Transaction, ground: Ground, conversation: str, label: str, at: datetime
) -> Snapshot | None:
    """Return a snapshot of how a conversation stands now, which is not kept yet; None where the
    layout does not fit the branch that is read, see `settle`.

    It reads what is in sight, which may be all of a long log, and writes nothing: what it names
    stays as it is, so it may be kept later. Raises NotFoundError, and UsageError when nothing has
    been said.
    """
    layout = settled(tx, conversation)
    if layout.revision != contexts.revision(tx, conversation):
        return None
    tail = conversations.tail(tx, conversation)
    moment = Moment(turns=tail.turns, paged=tail.paged_seq)
    last = turns.last_active(tx, conversation)
    named = shortened(one_line(label), _LABEL) or _label(last)
    id_ = f"sn_{uuid.uuid4().hex[:_DIGITS]}"
    taken = _taken(tx, ground, layout, moment, at)
    if not taken.tokens:
        raise UsageError("Nothing has been said here yet.", hint="Say something first.")
    return replace(taken, id=id_, kind=SnapshotKind.COMMAND, label=named)


def take_at_page(tx: Transaction, ground: Ground, page: str, at: datetime) -> Snapshot:
    """Take the snapshot that belongs to a page which closes in this transaction; return it.

    It ends with the last turn of the page: what closed it may stand behind it already. A page has
    one snapshot at most.
    """
    closed = pages.get(tx, page)
    moment = Moment(turns=closed.last_seq, paged=closed.last_seq)
    layout = settle(tx, closed.conversation, at)
    taken = replace(
        _taken(tx, ground, layout, moment, at),
        id=f"sn_{digest('snapshot', closed.id)[:_DIGITS]}",
        label=_page_label(tx, closed),
        page=closed.id,
    )
    snapshots.add(tx, taken)
    return snapshots.get(tx, taken.id)


def layout_of(tx: Transaction, snapshot: Snapshot) -> Layout:
    """Return the layout of then, with its slot: it shows what it showed then, for ever."""
    layout = contexts.at(tx, snapshot.conversation, snapshot.revision)
    slot = tuple(each.paged for each in snapshot.slot)
    return replace(_frozen(layout, snapshot.through, snapshot.moment), slot=slot)


def prompt_of(tx: Transaction, snapshot: Snapshot, zone: tzinfo) -> Prompt:
    """Return what stood in the prompt; `zone` counts where the one of then has no name."""
    layout = layout_of(tx, snapshot)
    seen = view(tx, layout, in_sight(tx, layout))
    shown = [turn.id for turn in seen.sight.turns] + [each.turn for each in _kept(layout)]
    then = zone_of(snapshot, zone)
    pages_then = tuple(bringing.passages_then(tx, each, then) for each in snapshot.slot)
    return Prompt(
        snapshot=snapshot,
        view=seen,
        brought_back=bringing.told_then(snapshot.slot, pages_then),
        pages=pages_then,
        revised=tuple(snapshots.revised(tx, shown, snapshot.at)),
    )


def zone_of(snapshot: Snapshot, zone: tzinfo) -> tzinfo:
    """Return the zone in which times were shown, or another where nobody knows it."""
    if not snapshot.zone:
        return zone
    try:
        return ZoneInfo(snapshot.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return zone


def _taken(tx: Transaction, ground: Ground, now: Layout, moment: Moment, at: datetime) -> Snapshot:
    """Return how a conversation with this layout stands up to a turn by arrival; not kept, and
    without a label."""
    conversation = now.conversation
    through = snapshots.last_read(tx, conversation, moment.turns)
    moment = replace(moment, left=_left(tx, now, through, moment.turns))
    options = chats.options(tx, conversation)
    seen = partial(_whole_pages, tx, now)
    slot = bringing.held(tx, slots.beside(tx, conversation, seen))
    layout = replace(_frozen(now, through, moment), slot=tuple(each.paged for each in slot))
    sight, system = in_sight(tx, layout), asking.system_of(options)
    return Snapshot(
        id="",
        conversation=conversation,
        at=at,
        kind=SnapshotKind.PAGE,
        label="",
        revision=now.revision,
        through=through,
        moment=moment,
        tokens=_tokens(layout, sight, system),
        model=options.model or ground.model,
        system=system,
        instructions=options.system,
        zone=ground.zone.key if isinstance(ground.zone, ZoneInfo) else "",
        slot=slot,
    )


def _whole_pages(tx: Transaction, layout: Layout) -> frozenset[str]:
    return whole_pages(layout, in_sight(tx, layout))


def _tokens(layout: Layout, sight: Sight, system: str) -> int:
    """Return what the prompt weighs; 0 when nothing stands in it."""
    said = sum(each.tokens for each in tokens_of(layout, sight))
    return said + asking.system_tokens(system) if said else 0


def _left(tx: Transaction, layout: Layout, through: Place, turns_then: int) -> Ranges:
    own = [span for span in layout.spans if _is_open(layout, span)]
    return ranges_of(
        seq
        for span in own
        for seq in snapshots.left_between(
            tx, replace(span, through=min(span.through or END, through)), turns_then
        )
    )


def _frozen(layout: Layout, through: Place, moment: Moment) -> Layout:
    """Return a layout whose spans end at a place, and are read as of a moment."""
    return replace(
        layout,
        spans=tuple(
            replace(span, through=min(span.through or END, through), then=moment)
            if _is_open(layout, span)
            else span
            for span in layout.spans
        ),
    )


def _is_open(layout: Layout, span: Span) -> bool:
    """Say whether a span is of the conversation itself, and read as of now."""
    return span.conversation == layout.conversation and span.then is None


def _kept(layout: Layout) -> tuple[KeptWords, ...]:
    story = () if layout.story is None else layout.story.words
    return (*story, *(word for summary in layout.summaries for word in summary.words))


def _page_label(tx: Transaction, page: Page) -> str:
    said = turns.by_seq(tx, page.conversation, page.last_seq, page.last_seq)
    return _label(said[-1] if said else None)


def _label(last: Turn | None) -> str:
    """Return a name after what was said last."""
    return shortened(one_line(last.content.text), _LABEL) if last is not None else ""
