"""What a pass leaves behind: a layout, a story and its record, in one transaction.

Each of these functions is one unit of work. It holds only if the layout is the one that the pass
began from, and if the pages that left still say what their summaries tell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from minutebook.context.passes.making import Making
from minutebook.context.passes.need import Need
from minutebook.context.passes.stepping import Walk
from minutebook.context.passes.surveying import See, Survey
from minutebook.context.passes.tiers import Prospect, weight
from minutebook.context.passes.words import all_words
from minutebook.context.prompt.branching import fitting
from minutebook.context.prompt.sight import Sight, in_sight, narrowed, whole_pages
from minutebook.domain.context import Layout, Pass, PassState, Story, Trigger
from minutebook.domain.spending import Charge
from minutebook.errors import StoreError, UsageError
from minutebook.store import changes, contexts, pages, passes, slots, usage
from minutebook.store.changes import Topic
from minutebook.store.contexts import StoryDraft
from minutebook.store.transaction import Transaction

NOTHING = "The prompt is below the mark already: nothing has to leave."
NOT_SMALLER = "What would stand there instead is not smaller."
_MOST_REASONS = 5
_SKEW = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A pass that is to be kept."""

    need: Need
    survey: Survey
    """What it began from."""
    walk: Walk
    made: Making
    begun_at: datetime
    seconds: float

    @property
    def revision(self) -> int:
        """Of the layout that it began from."""
        return self.survey.prospect.layout.revision


def keep(tx: Transaction, record: Record, see: See, now: datetime) -> Pass:
    """Keep the layout that a pass has come to, and the pass; `see` is asked before anything is
    written.

    Where nothing had to leave, nothing is kept, and the pass has the id 0; where nothing was freed,
    the pass alone, and not once more after another like it. Raises StoreError when somebody else
    has changed the layout meanwhile.
    """
    walk = record.walk
    done = Pass(
        id=0,
        conversation=record.need.conversation,
        at=record.begun_at,
        trigger=record.need.trigger,
        tiers=tuple(walk.tiers),
        state=walk.stop.state,
        before=record.need.told(walk.begun.used),
        after=record.need.told(walk.begun.used),
        cost_usd=_cost(tx, record),
        seconds=record.seconds,
        reason=_reason(record),
        from_revision=record.revision,
        to_revision=record.revision,
    )
    if not walk.has_freed:
        stuck = replace(done, tiers=(), state=PassState.STUCK)
        if not walk.tiers and walk.stop.state is not PassState.STUCK:
            return replace(done, reason=NOTHING)
        return stuck if _is_known(tx, stuck) else passes.add(tx, stuck)
    layout, sight = _kept_layout(tx, record, see, now)
    done = replace(
        done,
        after=record.need.told(record.need.terms.fixed + sight.tokens + weight(layout)),
        left=tuple(record.need.told_left(each) for each in walk.left),
        left_count=walk.left_count,
        to_revision=layout.revision,
    )
    changes.note(tx, Topic.CONVERSATION, record.need.conversation, now)
    return passes.add(tx, done)


def _is_known(tx: Transaction, stuck: Pass) -> bool:
    """Say whether the last pass was as vain over the same layout: it is not recorded again."""
    last = next(iter(passes.newest(tx, stuck.conversation, limit=1)), None)
    if last is None or last.state is not PassState.STUCK:
        return False
    return last.from_revision == last.to_revision == stuck.to_revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A layout to go back to."""

    undone: Pass
    """What is taken back by that."""
    newest: Layout
    before: Sight
    """What the newest layout shows."""
    earlier: Layout
    after: Sight
    """What the earlier one does."""


def return_of(tx: Transaction, need: Need, see: See) -> Return:
    """Return the layout as it was before the last pass that is not undone. Changes nothing; what
    it shows may be all of a long log.

    Where another branch was taken since, it is brought in line with that one. Raises UsageError
    when there is none.
    """
    conversation = need.conversation
    last = next((each for each in passes.newest(tx, conversation) if _can_be_undone(each)), None)
    if last is None:
        raise UsageError("There is no compaction of this conversation to undo.")
    newest = contexts.current(tx, conversation)
    before = see(tx, newest)
    earlier = fitting(tx, contexts.at(tx, conversation, last.from_revision))
    after = in_sight(tx, earlier)
    return Return(undone=last, newest=newest, before=before, earlier=earlier, after=after)


def undo(tx: Transaction, need: Need, found: Return, now: datetime) -> Pass:
    """Keep the layout to go back to; return the undoing.

    Raises StoreError when somebody else has changed the layout meanwhile.
    """
    conversation, newest, last = need.conversation, found.newest, found.undone
    kept = contexts.keep(tx, found.earlier, now, onto=newest.revision)
    passes.mark_undone(tx, last.id)
    changes.note(tx, Topic.CONVERSATION, conversation, now)
    fixed = need.terms.fixed
    before = fixed + found.before.tokens + weight(newest)
    after = fixed + found.after.tokens + weight(kept)
    after -= _without_what_is_shown(tx, found)
    undoing = Pass(
        id=0,
        conversation=conversation,
        at=now,
        trigger=Trigger.UNDO,
        tiers=(),
        state=PassState.ENOUGH,
        before=need.told(before),
        after=need.told(after),
        cost_usd=0.0,
        reason=f"Compaction {last.id} was undone.{_fits_or_not(need, after)}",
        from_revision=newest.revision,
        to_revision=kept.revision,
    )
    return passes.add(tx, undoing)


def _without_what_is_shown(tx: Transaction, found: Return) -> int:
    """Let pages go that were brought back and stand word for word now; return their tokens. What
    is pinned keeps its place, and is not shown there meanwhile."""
    conversation = found.newest.conversation
    seen = whole_pages(found.earlier, found.after)
    shown = slots.beside(tx, conversation, lambda: whole_pages(found.newest, found.before))
    twice = [each for each in shown if each.page in seen]
    for each in twice:
        if not each.is_pinned:
            slots.take_out(tx, conversation, each.page)
    return sum(each.tokens for each in twice)


def _fits_or_not(need: Need, used: int) -> str:
    tokens = need.terms.budget.tokens
    if used <= tokens:
        return ""
    told = f"{need.told(used):,} of {need.told(tokens):,}"
    return f" The prompt does not fit now ({told} tokens): it is made smaller before a reply."


def _can_be_undone(done: Pass) -> bool:
    is_change = done.to_revision != done.from_revision
    return is_change and not done.is_undone and done.trigger is not Trigger.UNDO


def _kept_layout(tx: Transaction, record: Record, see: See, now: datetime) -> tuple[Layout, Sight]:
    """Keep a layout that shows less than the one it was made from. All of that one may be long: it
    is not read anew while writers wait."""
    before = see(tx, contexts.current(tx, record.need.conversation))
    for page in record.made.pages.values():
        if pages.get(tx, page.id).content_hash != page.content_hash:
            raise StoreError(
                f"Page {page.id!r} has changed while it was summarised.", hint="Try again."
            )
    layout = replace(
        record.walk.now.layout,
        story=_kept_story(tx, record, now),
        made_for=record.need.terms.budget.tokens,
    )
    layout = narrowed(tx, layout, before)
    return contexts.keep(tx, layout, now, onto=record.revision), in_sight(tx, layout)


def _kept_story(tx: Transaction, record: Record, now: datetime) -> Story | None:
    """Keep the story if it goes on, or has other words beside it now."""
    before, story = record.survey.prospect.layout.story, record.walk.now.layout.story
    if story is None or story == before:
        return story
    draft = StoryDraft(
        conversation=record.need.conversation,
        before=before,
        text=story.text,
        tokens=story.tokens,
        by=story.by,
        added=tuple(record.walk.told),
        words=story.words,
    )
    return contexts.add_story(tx, draft, now)


def weight_of(tx: Transaction, layout: Layout, need: Need) -> int:
    """Return the tokens of a prompt with some layout, as the record counts."""
    return need.terms.fixed + in_sight(tx, layout).tokens + weight(layout)


def _reason(record: Record) -> str:
    reasons = [record.walk.stop.reason] if record.walk.stop.reason else []
    if not record.walk.has_freed and record.walk.tiers:
        reasons.append(NOT_SMALLER)
    told = list(record.made.reasons)
    if pins := _pins_without_room(record.walk.begun, record.walk.now):
        are = "message has" if pins == 1 else "messages have"
        told.insert(0, f"{pins} pinned {are} no room in context.words_share any more.")
    if pages := record.made.stood_in:
        told.insert(0, f"{pages} further {'page has' if pages == 1 else 'pages have'} summaries")
        told[0] += " by offline: the model was not asked for them."
    more = [f"And {len(told) - _MOST_REASONS} more."] if len(told) > _MOST_REASONS else []
    return " ".join([*reasons, *told[:_MOST_REASONS], *more])


def _pins_without_room(before: Prospect, now: Prospect) -> int:
    """Return of how many pinned messages nothing is in sight any more."""
    stay = {turn for page in (*now.pages, *now.held) for turn in page.turns}
    told = [word for page in (*before.pages, *before.held) for word in page.words]
    words = [*all_words(before.layout), *(word for word in told if word.turn not in stay)]
    kept = {word.turn for word in all_words(now.layout)}
    return len({word.turn for word in words if word.is_pinned} - kept)


def _cost(tx: Transaction, record: Record) -> float | None:
    """Return what the calls of a pass have cost; None when one of them has no price."""
    made = record.made
    charges = usage.of_conversation(tx, record.need.conversation, since=record.begun_at - _SKEW)
    ours = [charge for charge in charges if _is_ours(charge, made)]
    costs = [charge.cost for charge in ours]
    known = [cost for cost in costs if cost is not None]
    return float(sum(known)) if len(known) == len(costs) else None


def _is_ours(charge: Charge, made: Making) -> bool:
    return charge.correlation == made.attribution.correlation or charge.subject in made.pages
