"""Batches as rows: first what waits for a person, then what is in flight and was, then what was
given up. They only read.

The id of a row begins with what it is: `approval 3`, `pause NAME`, `batch ID`, `order 12`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.domain.batches import OPEN_STATES, ApprovalKind, BatchState, OrderState
from minutebook.tui.widgets.inked import Ink, Line, Side, Span, line
from minutebook.tui.widgets.queue_facts import took
from minutebook.tui.widgets.row_list import ListRow
from minutebook.tui.wording import dollars, plural, short_time, turn_time

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from minutebook.domain.batches import Approval, Batch, Order, Pause
    from minutebook.engine import BatchStatus, Engine

AT_MOST = 200
"""Batches, and summaries that were given up, each."""
_INKS = {
    BatchState.APPLIED: Ink.GOOD,
    BatchState.IN_DOUBT: Ink.WARNING,
    BatchState.FAILED: Ink.ERROR,
    BatchState.LOST: Ink.ERROR,
    BatchState.RELEASED: Ink.FAINT,
}
_WORDS = {BatchState.IN_DOUBT: "in doubt", BatchState.OPEN: "in flight"}
_STATE_WIDTH = 16
_WANTED = (OrderState.WAITING, OrderState.READY, OrderState.SPLIT)
_OPENS = "screen.show_view('batches')"


def glance(status: BatchStatus) -> list[Span]:
    """Return how batches stand, in a few words; nothing where there never were any."""
    saved = status.savings.direct_cost - status.savings.cost
    needed = len(status.approvals)
    dead = status.orders[OrderState.DEAD]
    if not (status.open or saved or needed or status.paused_until or dead):
        return []
    spans = [Span(text="Batches", ink=Ink.NOTE, action=_OPENS)]
    said = []
    if status.in_flight:
        said.append((f"{status.in_flight} in flight", Ink.PLAIN))
    if status.paused_until:
        said.append((_paused_until(status.paused_until), Ink.WARNING))
    if saved:
        said.append((f"saved {dollars(saved)}", Ink.NOTE))
    if needed:
        said.append((f"{plural(needed, 'waits', 'wait')} for a yes", Ink.WARNING))
    if dead:
        said.append((f"{dead:,} given up", Ink.ERROR))
    for number, (words, ink) in enumerate(said):
        between = " · " if number else " "
        spans.append(Span(text=f"{between}{words}", ink=ink, action=_OPENS))
    return spans


def _paused_until(moment: datetime) -> str:
    """Return until when nothing is sent to some provider."""
    return f"paused until {moment.astimezone():%H:%M}"


def facts(status: BatchStatus) -> list[Line]:
    """Return how everything stands, in lines; none where no model was ever wanted."""
    if not (any(status.orders.values()) or any(status.batches.values()) or status.approvals):
        return []
    applied = status.batches[BatchState.APPLIED]
    saved = status.savings.direct_cost - status.savings.cost
    spent = f"{dollars(status.savings.cost)} spent, {dollars(saved)} saved against direct calls"
    first = Line(
        left=(
            Span(text=f"{status.in_flight:,}"),
            Span(text=f" in flight, {applied:,} applied", ink=Ink.NOTE),
            *_kept_back(status),
        ),
        right=(Span(text=spent, ink=Ink.GOOD if saved else Ink.FAINT),),
    )
    return [first, Line(left=_orders(status))]


def _kept_back(status: BatchStatus) -> list[Span]:
    prepared = status.unsent
    spans = [Span(text=f", {prepared:,} not sent", ink=Ink.NOTE)] if prepared else []
    if status.paused_until:
        words = _paused_until(status.paused_until)
        spans.append(Span(text=f"   {words}", ink=Ink.WARNING))
    return spans


def _orders(status: BatchStatus) -> tuple[Span, ...]:
    said = (
        (sum(status.orders[state] for state in _WANTED), "wanted", Ink.NOTE),
        (status.orders[OrderState.HELD], "held for a yes", Ink.WARNING),
        (status.orders[OrderState.SENT], "under way", Ink.NOTE),
        (status.orders[OrderState.DONE], "done", Ink.NOTE),
        (status.orders[OrderState.REFUSED], "refused", Ink.FAINT),
        (status.orders[OrderState.DEAD], "given up", Ink.ERROR),
    )
    spans = [Span(text="summaries", ink=Ink.NOTE)]
    spans += [Span(text=f"   {number:,} {word}", ink=ink) for number, word, ink in said if number]
    return tuple(spans)


async def rows(engine: Engine, status: BatchStatus, now: datetime) -> list[ListRow]:
    """Return everything as rows, what waits for a person first."""
    found = await engine.batches.list(limit=AT_MOST)
    flying = [each for each in found if each.state in OPEN_STATES]
    ended = [each for each in found if each.state not in OPEN_STATES]
    return [
        *(_approval(each, now) for each in status.approvals),
        *(_pause(each, now) for each in status.pauses),
        *(_batch(each, now) for each in flying),
        *(_dead(each, now) for each in await engine.batches.dead(limit=AT_MOST)),
        *(_batch(each, now) for each in ended),
    ]


def price(cost: Decimal | None, direct: Decimal | None) -> str:
    """Return an estimated price, and that without batches where it is another."""
    if cost is None or direct is None:
        return "no price is known"
    if cost == direct:
        return f"about {dollars(cost)}"
    return f"about {dollars(cost)}, {dollars(direct)} without batches"


def _approval(value: Approval, now: datetime) -> ListRow:
    estimate = value.estimate
    head = Line(
        left=(
            _state("waits for a yes", Ink.WARNING),
            Span(text=f"{plural(estimate.pages, 'page')} for {value.model}"),
        ),
        right=(Span(text=price(estimate.cost, estimate.direct_cost), ink=Ink.WARNING),),
    )
    when = short_time(value.created_at, now)
    about = f"about {estimate.input_tokens:,} tokens{_why(value)}"
    return ListRow(id=f"approval {value.id}", lines=(head, _below(about, when)))


def _why(value: Approval) -> str:
    """Return why it is asked, without the numbers that stand above."""
    if value.kind is ApprovalKind.COST:
        return ""
    return f"; {value.reason.rpartition(': ')[2].rstrip('.')}"


def _pause(value: Pause, now: datetime) -> ListRow:
    head = Line(
        left=(_state("paused", Ink.WARNING), Span(text=value.provider)),
        right=(Span(text=f"until {turn_time(value.until, now)}", ink=Ink.NOTE),),
    )
    below = _below(value.reason, short_time(value.since, now), Ink.WARNING)
    return ListRow(id=f"pause {value.provider}", lines=(head, below))


def _batch(value: Batch, now: datetime) -> ListRow:
    ink = _INKS.get(value.state, Ink.ACCENT)
    word = "to be cancelled" if value.is_leaving else _WORDS.get(value.state, value.state.value)
    head = Line(
        left=(
            _state(word, ink),
            Span(text=plural(value.requests, "request")),
            Span(text=f" for {value.model}", ink=Ink.NOTE),
            Span(text=_outcomes(value), ink=Ink.NOTE),
        ),
        right=(Span(text=_money(value), ink=Ink.NOTE),),
        shortened=Side.LEFT,
    )
    about = value.error or _tokens(value) or value.provider_id
    below = _below(about, _times(value, now), Ink.WARNING if value.error else Ink.NOTE)
    return ListRow(id=f"batch {value.id}", lines=(head, below))


def _dead(value: Order, now: datetime) -> ListRow:
    head = Line(
        left=(
            _state("given up", Ink.ERROR),
            Span(text=f"summary of {value.page}"),
            Span(text=f" by {value.model}", ink=Ink.NOTE),
        ),
        right=(Span(text=f"{_tries(value)}{short_time(value.updated_at, now)}"),),
    )
    return ListRow(id=f"order {value.id}", lines=(head, _below(value.error, "", Ink.ERROR)))


def _tries(value: Order) -> str:
    return f"{plural(value.attempts, 'try', 'tries')}  " if value.attempts else ""


def _outcomes(value: Batch) -> str:
    """Return what became of the requests, as far as it is known."""
    counts = value.counts
    said = (
        (counts.succeeded, "succeeded"),
        (counts.errored, "errored"),
        (counts.canceled, "canceled"),
        (counts.expired, "expired"),
        (counts.missing, "missing"),
    )
    return "".join(f", {number:,} {word}" for number, word in said if number)


def _tokens(value: Batch) -> str:
    if not (value.input_tokens or value.output_tokens):
        return ""
    return f"{value.input_tokens:,} tokens in, {value.output_tokens:,} out"


def _money(value: Batch) -> str:
    if value.cost is None:
        return ""
    saved = f" · saved {dollars(value.saved)}" if value.saved else ""
    return f"{dollars(value.cost)}{saved}"


def _times(value: Batch, now: datetime) -> str:
    """Return when a batch was made; of one in flight also its age, and what is left to it."""
    if value.state not in OPEN_STATES:
        return short_time(value.applied_at or value.created_at, now)
    said = f"for {took(now - value.created_at)}"
    if value.expires_at is not None and value.expires_at > now:
        said += f", {took(value.expires_at - now)} left"
    return said


def _state(word: str, ink: Ink) -> Span:
    return Span(text=f"{word:<{_STATE_WIDTH}} ", ink=ink)


def _below(text: str, right: str, ink: Ink = Ink.NOTE) -> Line:
    return line(f"{'':<{_STATE_WIDTH}} {text}", ink, right=right, right_ink=Ink.FAINT)
