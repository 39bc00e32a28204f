"""What leaves a prompt next, whatever is in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.context.passes import pressing, tiers
from minutebook.context.passes.opening import opened, opening
from minutebook.context.passes.tiers import PageInSight, Piece, Prospect, Stop, Trimming
from minutebook.context.passes.words import with_words_within
from minutebook.domain.context import (
    Budget,
    KeptWords,
    Layout,
    PassState,
    PlacedSummary,
    Story,
    Tier,
)

BUDGET = Budget(window=12_000, reserve=2_000)
ROOM = 2_000
STORY = Story(id=1, text="", tokens=100, by="offline", pages=2)


def page(number: int, tokens: int = 1_000, summary: int = 100, words: int = 0) -> PageInSight:
    kept = (KeptWords(turn=number, tokens=words),) if words else ()
    return PageInSight(page=f"pg_{number}", tokens=tokens, summary=summary, words=kept)


def prospect(verbatim: int, *pages: PageInSight, **more: object) -> Prospect:
    return Prospect(
        budget=BUDGET,
        layout=Layout(conversation="c"),
        verbatim=verbatim,
        pages=pages,
        **more,  # type: ignore[arg-type]
    )


def trimming(what: str, tokens: int, page_id: str = "pg_old") -> Trimming:
    return Trimming(before=(9, 9), pieces=(Piece(turn=77, what=what, page=page_id, tokens=tokens),))


def take(state: Prospect, step: pressing.Step) -> Prospect:
    match step:
        case tiers.Summarise(page=leaving):
            placed = PlacedSummary(page=leaving.page, text="", tokens=leaving.summary, by="x")
            return tiers.summarised(state, leaving, placed)
        case tiers.Merge():
            return tiers.merged(state, step, STORY)
        case tiers.Trim():
            return tiers.trimmed(state, step)
        case tiers.Shorten():
            return tiers.shortened(state, step)
        case pressing.Cut():
            return pressing.cut(state, step)
        case pressing.Squeeze():
            return pressing.squeezed(state, step)
        case pressing.Retell(limit=limit):
            assert state.layout.story is not None
            return pressing.retold(state, replace(state.layout.story, tokens=limit))


def run(
    state: Prospect, next_step: Callable[[Prospect], pressing.Step | Stop] = pressing.next_step
) -> tuple[list[pressing.Step], Prospect, Stop]:
    """Take steps until there are no more; return them, and where they led."""
    steps: list[pressing.Step] = []
    while not isinstance(step := next_step(state), Stop):
        if step.tier > Tier.MERGE and all(before.tier <= Tier.MERGE for before in steps):
            assert tiers.is_emergency(BUDGET, state.used)
            assert not state.pages
        steps.append(step)
        state = take(state, step)
        assert len(steps) < 1_000
    return steps, state, step


def test_thresholds() -> None:
    """A pass begins at 80 % of the budget, and tiers 3 and 4 work at 90 %."""
    assert [tiers.is_due(BUDGET, used) for used in (7_999, 8_000)] == [False, True]
    assert [tiers.is_emergency(BUDGET, used) for used in (8_999, 9_000)] == [False, True]
    assert tiers.low_mark(BUDGET) == 6_000


def test_oldest_pages_leave_until_it_is_low() -> None:
    """Tier 1 takes the oldest page, again and again, until the prompt is below 60 %."""
    steps, state, stop = run(prospect(8_100, *(page(n) for n in range(5))))
    assert [step.page.page for step in steps if isinstance(step, tiers.Summarise)] == [
        "pg_0",
        "pg_1",
        "pg_2",
    ]
    assert len(steps) == 3
    assert stop.state is PassState.ENOUGH
    assert state.used < 6_000


def test_more_than_three_summaries_are_merged() -> None:
    """Tier 2 takes the two oldest of four summaries, and three are left alone."""
    pages = [page(n, tokens=700) for n in range(8)]
    steps, state, _ = run(prospect(8_100, *pages))
    assert [step.tier for step in steps] == [Tier.SUMMARISE] * 4 + [Tier.MERGE]
    assert [each.page for each in state.layout.summaries] == ["pg_2", "pg_3"]
    assert state.layout.story is not None


def test_emergency_tiers_wait_for_the_emergency() -> None:
    """Between 80 and 90 % thinking and long replies stay, though nothing else can leave."""
    more = {"thinking": trimming("thinking", 2_000), "replies": trimming("reply", 2_000)}
    steps, _, stop = run(prospect(8_900, **more))
    assert steps == []
    assert stop.state is PassState.STUCK
    steps, state, stop = run(prospect(9_100, **more))
    assert [step.tier for step in steps] == [Tier.TRIM_THINKING, Tier.SHORTEN]
    assert state.layout.thinking_from == state.layout.whole_from == (9, 9)
    assert stop.state is PassState.ENOUGH


def test_large_turns_are_cut_when_nothing_else_helps() -> None:
    """A turn larger than the window keeps its ends, so that the prompt is at 80 % at most."""
    steps, state, stop = run(prospect(50_000, turns=trimming("turn", 49_000)))
    assert [type(step) for step in steps] == [pressing.Cut]
    assert state.used <= 8_000
    assert 96 <= state.layout.longest < 8_000
    assert stop.state is PassState.STUCK


def test_what_does_not_fit_says_so() -> None:
    """Where nothing can leave any more, the reason has the share."""
    _, state, stop = run(prospect(20_000))
    assert state.used == 20_000
    assert stop.state is PassState.STUCK
    assert "does not fit: 200% of the budget" in stop.reason


def test_words_stay_newest_first() -> None:
    """What people said stays within its share: pins last to leave, then the newest."""
    words = tuple(KeptWords(turn=n, tokens=300, is_pinned=n == 0) for n in range(20))
    placed = PlacedSummary(page="pg_1", text="", tokens=10, by="x", words=words)
    layout = with_words_within(Layout(conversation="c", summaries=(placed,)), ROOM)
    assert [word.turn for word in layout.summaries[0].words] == [0, 15, 16, 17, 18, 19]


def test_long_words_keep_their_share() -> None:
    """One long turn has a quarter of the room for words, and leaves the rest to others."""
    words = (KeptWords(turn=1, tokens=100), KeptWords(turn=2, tokens=90_000))
    placed = PlacedSummary(page="pg_1", text="", tokens=10, by="x", words=words)
    layout = with_words_within(Layout(conversation="c", summaries=(placed,)), ROOM)
    assert [(word.turn, word.tokens) for word in layout.summaries[0].words] == [(1, 100), (2, 500)]


def test_a_story_has_the_words_of_what_went_into_it() -> None:
    """Words of merged pages go on to the story."""
    pages = [page(n, tokens=700, words=50) for n in range(8)]
    _, state, _ = run(prospect(8_400, *pages))
    assert state.layout.story is not None
    told = [word.turn for word in state.layout.story.words]
    kept = [word.turn for each in state.layout.summaries for word in each.words]
    assert told
    assert told + kept == list(range(len(told) + len(kept)))


SIZES = st.integers(1, 4_000)
PAGES = st.lists(st.tuples(SIZES, st.integers(1, 500), st.integers(0, 2_000)), max_size=30)
TRIMMED = st.one_of(st.none(), st.integers(1, 5_000))


@settings(max_examples=200)
@given(rest=st.integers(0, 15_000), sizes=PAGES, thinking=TRIMMED, replies=TRIMMED, turn=TRIMMED)
def test_every_pass_ends(
    rest: int,
    sizes: list[tuple[int, int, int]],
    thinking: int | None,
    replies: int | None,
    turn: int | None,
) -> None:
    """Whatever is in a prompt, the steps come to an end that is below the low mark, or says why."""
    pages = [page(n, *size) for n, size in enumerate(sizes)]
    verbatim = rest + sum(size[0] for size in sizes) + sum((thinking or 0, replies or 0, turn or 0))
    begun = prospect(
        verbatim,
        *pages,
        thinking=trimming("thinking", thinking) if thinking else None,
        replies=trimming("reply", replies) if replies else None,
        turns=trimming("turn", turn) if turn else None,
    )
    steps, state, stop = run(begun)
    assert (stop.state is PassState.ENOUGH) is (state.used < tiers.low_mark(BUDGET))
    assert bool(stop.reason) is (stop.state is PassState.STUCK)
    assert len(state.layout.summaries) <= 3
    assert state.used == state.verbatim + tiers.weight(state.layout)
    room = BUDGET.words_share * BUDGET.tokens
    told = state.layout.story.words if state.layout.story else ()
    kept = [*told, *(word for each in state.layout.summaries for word in each.words)]
    assert sum(word.tokens for word in kept) <= room
    if stop.state is PassState.STUCK:
        assert not state.pages
    steps, _, _ = run(begun, tiers.next_step)
    assert [step.tier for step in steps] == sorted(step.tier for step in steps)


@settings(max_examples=200)
@given(sizes=PAGES, rest=st.integers(0, 5_000))
def test_an_opening_is_below_the_low_mark(sizes: list[tuple[int, int, int]], rest: int) -> None:
    """The newest pages stay, three summaries stand before them, all else is in the story."""
    pages = [page(n, *size) for n, size in enumerate(sizes)]
    begun = prospect(rest + sum(size[0] for size in sizes), *pages)
    step = opening(begun, 1_000)
    placed = [PlacedSummary(page=p.page, text="", tokens=p.summary, by="x") for p in step.summaries]
    story = Story(id=0, text="", tokens=1_000, by="x", pages=1) if step.story else None
    state = opened(begun, step, placed, story)
    assert (*step.story, *step.summaries, *state.pages) == begun.pages
    assert len(step.summaries) <= 3
    assert state.used < tiers.low_mark(BUDGET) or not state.pages
