"""Which turns stand in a prompt word for word, and what they weigh.

The weights come from what the store has counted; no text is read here. What this costs follows what
is in sight, so a layout should begin where its summaries end: see `tightened`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from minutebook.domain.context import KeptWords, Layer, LayerSize, Layout, Place, Span
from minutebook.domain.turns import Role
from minutebook.store import contexts
from minutebook.store.contexts import WeighedTurn
from minutebook.store.transaction import Transaction

SHORT_TOKENS = 140
"""What is left of the text of a reply that is shortened, the reference to all of it included."""
LONG_TOKENS = 160
"""A reply with a text of no more than this is never shortened."""
THINKING_FRAME = 12
"""Tokens of the marks around what a model thought."""
SUMMARY_FRAME = 12
"""Tokens of the marks around the summary of a page."""
WORDS_FRAME = 8
"""Tokens of the marks around something that is kept word for word."""
REFERENCE = 7
"""Tokens of the id of a page, which stands beside such words in the story."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenTurn:
    """A turn that stands in the prompt word for word, or shortened."""

    id: int
    conversation: str
    key: str
    place: Place
    seq: int
    page: str | None
    """Id of the closed page it lies in."""
    role: Role
    tokens: int
    """As it is shown now, its frame and all that goes with it."""
    thinking_tokens: int
    """Of `tokens`: what the model thought, as far as it is still shown."""
    text_tokens: int
    """Of the text, whole; `tokens` has less of it when the turn is shortened."""
    has_calls: bool
    has_results: bool
    is_shortened: bool
    is_cut: bool = False
    """Whether only its ends are shown, since it is too large for the window."""
    uncut_tokens: int = 0
    """What it would weigh if it were not cut; 0 when it is not."""

    @property
    def is_less(self) -> bool:
        """Whether less than all of its text is shown."""
        return self.is_shortened or self.is_cut

    @property
    def freed_by_shortening(self) -> int:
        """Tokens that go when it is shortened: 0 when it is no long reply, or is shortened.

        Only what lies on a closed page can be, since the page is the way back to all of it.
        """
        can = self.role is Role.ASSISTANT and self.page is not None and not self.is_less
        return self.text_tokens - SHORT_TOKENS if can and self.text_tokens > LONG_TOKENS else 0


Turn = TypeVar("Turn", WeighedTurn, SeenTurn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a layout shows word for word, in reading order."""

    turns: tuple[SeenTurn, ...]

    @property
    def tokens(self) -> int:
        """Tokens of all of them, as they are shown now."""
        return sum(turn.tokens for turn in self.turns)

    @property
    def pages(self) -> tuple[str, ...]:
        """Ids of the closed pages in sight, in the order in which they begin."""
        return tuple(dict.fromkeys(turn.page for turn in self.turns if turn.page is not None))


def in_sight(tx: Transaction, layout: Layout) -> Sight:
    """Return the turns that a layout shows: those of its spans that are on no summarised page."""
    found = [turn for span in layout.spans for turn in contexts.weighed(tx, span)]
    return Sight(turns=tuple(seen(turn, layout) for turn in _standing(tx, layout, found)))


def narrowed(tx: Transaction, layout: Layout, sight: Sight) -> Layout:
    """Return a layout that shows the same, as `tightened` does, from what one has in sight that
    shows all of that and more: to read what it shows takes no more than that is."""
    return tightened(layout, Sight(turns=tuple(_standing(tx, layout, sight.turns))))


def _standing(tx: Transaction, layout: Layout, found: Sequence[Turn]) -> Iterator[Turn]:
    """Yield those of some turns that are on no summarised page."""
    rests = {summary.page: summary.rest for summary in layout.summaries}
    gone = {page for page, rest in rests.items() if rest is None}
    if layout.story is not None:
        pages = {turn.page for turn in found if turn.page is not None}
        gone |= contexts.in_story(tx, layout.story.id, pages - rests.keys())
    for turn in found:
        rest = rests.get(turn.page or "")
        if turn.page not in gone and (rest is None or turn.place >= rest):
            yield turn


def whole_pages(layout: Layout, sight: Sight) -> frozenset[str]:
    """Return the closed pages that stand in the prompt with all of their turns."""
    return frozenset(sight.pages) - {summary.page for summary in layout.summaries}


def tightened(layout: Layout, sight: Sight) -> Layout:
    """Return a layout that shows the same, with spans that begin right before what they show.

    The last span stays, though nothing is in it: what will be said belongs to it.
    """
    kept: list[Span] = []
    for span in layout.spans:
        shown = (t for t in sight.turns if span_holds(span, t.conversation, t.place))
        first = next(shown, None)
        if first is not None:
            sort_at, seq = first.place
            kept.append(replace(span, behind=max(span.behind, (sort_at, seq - 1))))
        elif span is layout.spans[-1]:
            kept.append(span)
    return replace(layout, spans=tuple(kept))


def span_holds(span: Span, conversation: str, place: Place) -> bool:
    """Say whether a place lies in a span."""
    is_through = span.through is None or place <= span.through
    return conversation == span.conversation and span.behind < place and is_through


def tokens_of(layout: Layout, sight: Sight) -> tuple[LayerSize, ...]:
    """Return the estimated tokens of every layer but the system prompt, which no layout knows.

    What was said last is the current turn when a model has to answer it.
    """
    return layers_of(layout, sight.tokens, sight.turns[-1] if sight.turns else None)


def layers_of(layout: Layout, shown: int, last: SeenTurn | None) -> tuple[LayerSize, ...]:
    """Return what `tokens_of` does, from the weight of all that is shown and its last turn."""
    current = 0 if last is None or last.role is Role.ASSISTANT else last.tokens
    sizes = {
        Layer.STORY: story_tokens(layout),
        Layer.SUMMARIES: summaries_tokens(layout),
        Layer.RECENT: shown - current,
        Layer.SLOT: sum(page.tokens for page in layout.slot),
        Layer.CURRENT: current,
    }
    return tuple(LayerSize(layer=layer, tokens=tokens) for layer, tokens in sizes.items())


def story_tokens(layout: Layout) -> int:
    """Return the estimated tokens of the story so far, with what stands in it word for word."""
    if layout.story is None:
        return 0
    words = layout.story.words
    return layout.story.tokens + SUMMARY_FRAME + words_tokens(words) + REFERENCE * len(words)


def summaries_tokens(layout: Layout) -> int:
    """Return the estimated tokens of the summaries, with what stands in them word for word."""
    return sum(
        summary.tokens + SUMMARY_FRAME + words_tokens(summary.words) for summary in layout.summaries
    )


def words_tokens(words: tuple[KeptWords, ...]) -> int:
    """Return the estimated tokens of what is kept word for word."""
    return sum(each.tokens + WORDS_FRAME for each in words)


def seen(turn: WeighedTurn, layout: Layout) -> SeenTurn:
    """Return a turn as a layout shows it."""
    thinking = turn.thinking_tokens + THINKING_FRAME if turn.thinking_tokens else 0
    shown = 0 if turn.place < layout.thinking_from else thinking
    tokens = turn.tokens - turn.thinking_tokens + shown
    is_shortened = (
        turn.role is Role.ASSISTANT
        and turn.page is not None
        and turn.place < layout.whole_from
        and turn.text_tokens > LONG_TOKENS
    )
    if is_shortened:
        tokens -= turn.text_tokens - SHORT_TOKENS
    is_large = turn.page is not None and 0 < layout.longest < tokens
    is_cut = is_large and turn.place < layout.cut_before
    uncut = tokens if is_cut else 0
    if is_cut:
        tokens, shown = layout.longest, 0
    return SeenTurn(
        id=turn.id,
        conversation=turn.conversation,
        key=turn.key,
        place=turn.place,
        seq=turn.seq,
        page=turn.page,
        role=turn.role,
        tokens=tokens,
        thinking_tokens=shown,
        text_tokens=turn.text_tokens,
        has_calls=turn.has_calls,
        has_results=turn.has_results,
        is_shortened=is_shortened,
        is_cut=is_cut,
        uncut_tokens=uncut,
    )
