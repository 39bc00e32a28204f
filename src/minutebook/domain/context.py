"""What a model sees of a conversation: a layout that names pages and turns, and never copies them.

A layout says which turns stand in the prompt word for word, which pages stand there as summaries,
and which have gone into the story so far. It is a value: a compaction makes the next one, and an
undo makes one more that says what an earlier one said. Its size follows the number of summaries in
sight, whatever the length of the conversation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

Place = tuple[int, int]
"""A place in reading order: (sort_at, seq) of a turn."""


class Layer(StrEnum):
    """A part of the prompt, the most stable first."""

    SYSTEM = "system"
    """Instructions and tools."""
    STORY = "story"
    """The story so far: what summaries were merged into."""
    SUMMARIES = "summaries"
    """Pages as their summaries, and what people said on them."""
    RECENT = "recent"
    """Turns word for word."""
    SLOT = "slot"
    """Pages that were referred to, and entries of the glossary that matter now."""
    CURRENT = "current"
    """What is to be answered."""


class Tier(IntEnum):
    """How hard a compaction works."""

    SUMMARISE = 1
    """The oldest closed page becomes its summary."""
    MERGE = 2
    """The two oldest of more than three summaries go into the story so far."""
    TRIM_THINKING = 3
    """Old thinking goes out of sight."""
    SHORTEN = 4
    """Old long replies are shortened, with a reference to all of them."""


class Trigger(StrEnum):
    """Why a compaction began."""

    THRESHOLD = "threshold"
    COMMAND = "command"
    OPENING = "opening"
    """The conversation was longer than the window when a model first saw it."""
    OVERFLOW = "overflow"
    """The provider called the prompt too long."""
    UNDO = "undo"
    GROWTH = "growth"
    """There is room again for more than was shown to a smaller model."""


class PassState(StrEnum):
    """How a compaction ended."""

    ENOUGH = "enough"
    """The prompt is below the lowest threshold."""
    STUCK = "stuck"
    """Nothing more can leave; the prompt fits all the same, or it does not: see the sizes."""
    FAILED = "failed"


Ranges = tuple[tuple[int, int], ...]
"""Arrival numbers of turns, from one to another and including it, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Which turns of a conversation there were, and which of them were read, at one moment."""

    turns: int
    """Arrival number of the last one."""
    paged: int
    """Arrival number of the last one that lay on a closed page."""
    left: Ranges = ()
    """Those that were on branches that had been left, as far as they stand in a span."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The active turns of a conversation behind one place, up to another and including it."""

    conversation: str
    behind: Place
    through: Place | None = None
    """None: whatever comes."""
    then: Moment | None = None
    """The moment as of which they are read, whatever has become of them; None for now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptWords:
    """Something that stands word for word beside a summary: a person said it, or pinned it."""

    turn: int
    """Row id of the turn."""
    tokens: int
    is_pinned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedSummary:
    """A page as its summary. The text is as it was when it was placed, so that it stays the same
    until the next compaction, even when a better one has come meanwhile."""

    page: str
    text: str
    tokens: int
    """Estimated; the kept words are counted with themselves."""
    by: str
    """The model that wrote it."""
    words: tuple[KeptWords, ...] = ()
    rest: Place | None = None
    """From this place on its turns stand word for word still: what is to be answered, for one. None
    when none of them does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The story so far. Which pages went into it is kept row by row: there may be thousands."""

    id: int
    text: str
    tokens: int
    by: str
    pages: int
    """How many pages went into it."""
    words: tuple[KeptWords, ...] = ()


class Why(StrEnum):
    """Why a page was brought back."""

    MODEL = "model"
    """A model referred to it."""
    PERSON = "person"
    RECALL = "recall"
    """A search found it for the last exchange."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPage:
    """A page that a search found."""

    page: str
    words: str
    """Those it was found by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PagedIn:
    """A page that was brought back into sight."""

    page: str
    tokens: int
    """As it is shown: fewer than the page has where it is shown in part."""
    why: Why
    reason: str = ""
    """For people: the words it was found by, for example."""
    words: str = ""
    """What it was looked for by: a page that is shown in part is shown around them."""
    references: int = 1
    last_at: datetime
    """When it was last referred to."""
    is_pinned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What stands in the prompt before the current turn."""

    conversation: str
    revision: int = 0
    """One more with every change but growth at the end; 0 before the first."""
    story: Story | None = None
    summaries: tuple[PlacedSummary, ...] = ()
    """Oldest first."""
    spans: tuple[Span, ...] = ()
    """What stands word for word, in order; none stands for all of the conversation."""
    thinking_from: Place = (-(2**63), 0)
    """Thinking of turns before this place is out of sight."""
    whole_from: Place = (-(2**63), 0)
    """Long replies before this place are shortened."""
    longest: int = 0
    """A turn that weighs more is shown at both ends only, with this many tokens; 0 where every turn
    has room."""
    cut_before: Place = (-(2**63), 0)
    """The place up to which that is so."""
    made_for: int = 0
    """Tokens of the prompts it was made for, as the record counts; 0 where nobody made room."""
    slot: tuple[PagedIn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How many tokens there are for a model, and when to make room."""

    window: int
    """Of the model, or less when the settings say so."""
    reserve: int
    """For the reply."""
    low: float = 0.60
    """A compaction stops below this share of the budget."""
    high: float = 0.80
    """A compaction begins at this share."""
    emergency: float = 0.90
    """Tiers 3 and 4 work at this share."""
    story_share: float = 0.10
    words_share: float = 0.20
    """For what people said and pinned on pages that are summarised."""
    slot_share: float = 0.20
    recall_share: float = 0.05
    """Of the budget, within the slot: for what a search brings."""

    @property
    def tokens(self) -> int:
        """Tokens of a prompt, at most."""
        return max(0, self.window - self.reserve)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSize:
    """How much of the prompt is one layer."""

    layer: Layer
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptSizes:
    """How much of its budget the next prompt of a conversation takes up."""

    model: str
    budget: Budget
    layers: tuple[LayerSize, ...]
    """In tokens of the model, the most stable first."""
    revision: int
    """Of the layout."""
    notice: str = ""
    """What the settings ask for and passes cannot reach, for people; empty where all is well."""
    is_assumed: bool = False
    """Whether the model's server was not asked yet how much that takes: what fits is a guess."""

    @property
    def used(self) -> int:
        """Tokens of the prompt."""
        return sum(size.tokens for size in self.layers)

    @property
    def share(self) -> float:
        """Of the budget; more than 1 when the prompt is beyond it."""
        return self.used / self.budget.tokens if self.budget.tokens else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Something that went out of sight, and how it comes back."""

    what: str
    """For people: `page`, `thinking`, `reply`, `summary`."""
    reference: str
    """Id of the page that holds it."""
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One compaction, as it is recorded."""

    id: int
    conversation: str
    at: datetime
    trigger: Trigger
    tiers: tuple[Tier, ...]
    """Those that freed something, in order of first use."""
    state: PassState
    before: int
    """Tokens of the prompt."""
    after: int
    left: tuple[Left, ...] = field(default_factory=tuple)
    """At most so many as are worth showing; `left_count` counts them all."""
    left_count: int = 0
    cost_usd: float | None = None
    seconds: float = 0.0
    reason: str = ""
    """Why it stopped, for people."""
    from_revision: int = 0
    to_revision: int = 0
    is_undone: bool = False
