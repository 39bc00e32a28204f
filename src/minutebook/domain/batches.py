"""Orders, batches, their items, and what waits for a person's yes.

An order is one summary that is wanted of one page by one model. What becomes of it:

    waiting ─► ready ─► sent ─► done          a model's summary stands on the page
       │         ▲        ├───► ready         once more, with an attempt used
       ▼         │        ├───► split         too long: its parts are orders of their own
     held ───────┘        ├───► dropped       the page says something else now
       └─► refused        └───► dead          given up; a person can retry it

A batch is requests handed to a provider at once. What becomes of it:

    prepared ─► sending ─► open ─► ended ─► applied
                   ├──► split               too large: its requests go in smaller ones
                   ├──► declined            there are no batches: its requests go directly
                   │         ├──► failed      the provider refused it as a whole
                   ▼         └──► lost        the provider knows nothing of it any more
                in_doubt ─► open | released   nobody knew whether it was made

Before it is prepared it is preparing: written down some requests at a time. One whose worker stops
in the middle is released.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Route(StrEnum):
    """How an order goes to its model."""

    UNDECIDED = ""
    NOW = "now"
    BATCH = "batch"


class OrderState(StrEnum):
    """Where an order stands."""

    WAITING = "waiting"
    """Nobody has decided yet how it goes."""
    HELD = "held"
    """It waits for a person's yes."""
    READY = "ready"
    SENT = "sent"
    """It is in a batch."""
    SPLIT = "split"
    """Its parts are under way."""
    DONE = "done"
    DROPPED = "dropped"
    """The page has changed, or has gone: nobody wants it any more."""
    REFUSED = "refused"
    """A person said no."""
    DEAD = "dead"
    """Given up; a person can retry it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which part of a page an order is about. The default is all of it."""

    first_seq: int = 0
    """Arrival numbers of the first and the last turn; 0 for those of the page."""
    last_seq: int = 0
    start: int = 0
    """Where the text of a single turn begins and ends, in characters; 0 and 0 for all of it."""
    end: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether it is the page as it is."""
        return self == Part()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft:
    """A summary that is wanted."""

    key: str
    """Names the work: page, content, prompts, model, part."""
    page: str
    conversation: str
    content_hash: str
    prompt: str
    model: str
    tokens: int
    """Of the page, estimated."""
    is_urgent: bool = False
    """Whether somebody is talking on this page's conversation right now."""
    state: OrderState = OrderState.WAITING
    route: Route = Route.UNDECIDED
    part: Part = field(default_factory=Part)
    parent: int | None = None
    depth: int = 0
    job: int | None = None
    correlation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(OrderDraft):
    """A summary that is wanted, in the store."""

    id: int
    attempts: int
    """How often an answer of the model was of no use, or there was none."""
    approval: int | None
    batch: str | None
    error: str
    result: str
    """What a model wrote of a part, in the form of `llm.summaries`."""
    created_at: datetime
    updated_at: datetime


class BatchState(StrEnum):
    """Where a batch stands."""

    PREPARING = "preparing"
    """It is being written down, some requests at a time; it is not sent before all are there."""
    PREPARED = "prepared"
    """Written down, not sent."""
    SENDING = "sending"
    IN_DOUBT = "in_doubt"
    """It was sent, and nobody knows whether it arrived."""
    OPEN = "open"
    """The provider works on it."""
    CANCELING = "canceling"
    ENDED = "ended"
    """The results can be fetched."""
    APPLIED = "applied"
    RELEASED = "released"
    """It was never made; its orders have gone back."""
    SPLIT = "split"
    """The provider takes none so large; its orders have gone back, for smaller ones."""
    DECLINED = "declined"
    """The provider has no batches; its orders are asked for directly."""
    FAILED = "failed"
    LOST = "lost"


class RemoteCopy(StrEnum):
    """Whether a provider still has the requests and the results of a batch."""

    KEPT = "kept"
    """As long as its provider keeps such things."""
    UNWANTED = "unwanted"
    """It is to be deleted."""
    DELETED = "deleted"


OPEN_STATES = frozenset(
    {
        BatchState.PREPARING,
        BatchState.PREPARED,
        BatchState.SENDING,
        BatchState.IN_DOUBT,
        BatchState.OPEN,
        BatchState.CANCELING,
        BatchState.ENDED,
    }
)
"""Those of which something is still to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchCounts:
    """Requests of a batch by what became of them."""

    succeeded: int = 0
    errored: int = 0
    canceled: int = 0
    expired: int = 0
    missing: int = 0
    """Not in the results."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Requests that were handed to a provider at once, or will be."""

    id: str
    provider: str
    model: str
    state: BatchState
    requests: int
    bytes: int
    digest: str
    """SHA-256 of what is sent."""
    created_at: datetime
    provider_id: str = ""
    account: str = ""
    """Fingerprint of the key that it was sent with."""
    sent_at: datetime | None = None
    expires_at: datetime | None = None
    ended_at: datetime | None = None
    applied_at: datetime | None = None
    missing_since: datetime | None = None
    """Since when the provider has said that it knows nothing of it."""
    polls: int = 0
    downloads: int = 0
    """How often results were fetched that were not whole."""
    is_cancel_wanted: bool = False
    excluded: tuple[str, ...] = ()
    """Batches of the provider that turned out to be somebody else's."""
    error: str = ""
    """What was wrong last."""
    counts: BatchCounts = field(default_factory=BatchCounts)
    input_tokens: int = 0
    """Of the prompts, wherever they were read from."""
    output_tokens: int = 0
    remote_copy: RemoteCopy = RemoteCopy.KEPT
    cost: Decimal | None = None
    """US dollars; None when nothing is known."""
    direct_cost: Decimal | None = None
    """What the same calls had cost without a batch."""

    @property
    def is_leaving(self) -> bool:
        """Whether a person has ended it, and it has not ended yet."""
        return self.is_cancel_wanted and self.state in OPEN_STATES

    @property
    def saved(self) -> Decimal | None:
        """US dollars that the batch has saved so far; None when nothing is known."""
        if self.cost is None or self.direct_cost is None:
            return None
        return self.direct_cost - self.cost


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheUse:
    """Tokens of prompts that a provider's cache had to do with."""

    read: int = 0
    written: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchItem:
    """One request of a batch."""

    custom_id: str
    batch: str
    order: int
    page: str
    content_hash: str
    outcome: str = ""
    """What became of it, in the words of `llm.batching.ItemOutcome`, or `missing`; empty while
    nothing is known."""


class ApprovalKind(StrEnum):
    """Why work waits for a yes."""

    COST = "cost"
    """It may cost more than is spent unasked."""
    BACKLOG = "backlog"
    """Pages have a summary already, and another model or prompt was chosen since."""
    CANCELED = "canceled"
    """It was under way, and a person has ended that."""
    UNANSWERED = "unanswered"
    """No batch brought an answer; to ask now costs the full price."""


class ApprovalState(StrEnum):
    """What a person has said."""

    NEEDED = "needed"
    APPROVED = "approved"
    REFUSED = "refused"
    LAPSED = "lapsed"
    """Nobody has; it is not wanted any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What work comes to, before it is done."""

    pages: int
    input_tokens: int
    output_tokens: int
    cost: Decimal | None
    """US dollars as it would be sent; None when the model has no price."""
    direct_cost: Decimal | None
    """Without batches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Work that waits for a yes, or has been given an answer."""

    id: int
    kind: ApprovalKind
    state: ApprovalState
    model: str
    prompt: str
    estimate: Estimate
    reason: str
    created_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOff:
    """Work that waits for its moment, for a reason that is no provider's: a cap of ours."""

    jobs: int
    reason: str
    until: datetime
    """When the first of it goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A direct call that was begun, and of which nobody has said what came of it."""

    key: str
    """Names it, on the ledger too."""
    at: datetime
    model: str
    page: str
    input_tokens: int
    """Of the prompt, as we counted them."""
    cost: Decimal | None
    """US dollars, estimated; None when the model has no price, or it is not on the ledger yet."""
    is_on_ledger: bool
    """Whether a worker has found it, and asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A provider that nothing is sent to for a while."""

    provider: str
    reason: str
    since: datetime
    until: datetime
