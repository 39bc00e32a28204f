"""What of a meeting is still there for a model when room was made, without any model.

    python tests/benchmarks/context_retention.py --data meetings.jsonl [--meetings N]

Reads meetings in the form of QMSum, one JSON object a line: `meeting_transcripts` with `speaker`
and `content`, and queries and topics whose `relevant_text_span` name the turns. Each meeting
is said turn by turn, and room is made whenever it is time; or it is imported, and opened at once.
For the settings by tier a pass takes no step of a higher one, whatever the prompt has then, and a
meeting is told as one speaker's talk with the others, whose words are what can be shortened.
Then each gold span is looked for in what a model would be shown: its content words that stand there
word for word, those that summaries and story have, and whether all of it comes back by reference.

Prints one JSON object a line, one for each setting. `by_reference` has to be 1.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC
from itertools import islice
from pathlib import Path
from statistics import mean
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from compacting import Rig
from doubles import FakeClock
from minutebook.batches import PageSummaries, Plan
from minutebook.context.passes import pressing
from minutebook.context.passes.pressing import Step
from minutebook.context.passes.tiers import Prospect, Stop
from minutebook.context.prompt.sight import in_sight
from minutebook.domain.context import Budget, PassState, Tier
from minutebook.domain.pages import NoSummary
from minutebook.domain.turns import Content, Role, Turn, TurnDraft
from minutebook.llm.offline import OfflineModel
from minutebook.store import contexts, pages, turns
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

_WORD = re.compile(r"[^\W_]{4,}")
_NEXT_STEP = pressing.next_step
_BUDGET = Budget(window=5_000, reserve=1_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How a meeting is shown."""

    budget: Budget = _BUDGET
    at_once: bool = False
    """Whether it is imported."""
    is_talk: bool = False
    """Whether all but the first speaker count as replies."""
    most: Tier = Tier.SHORTEN
    """The highest tier that works."""
    step: int = 1
    """So many turns are said at once. By tier prompts stay too long, and each would be tried."""


_TALK = Setting(budget=replace(_BUDGET, low=0.3, high=0.55, emergency=0.56), is_talk=True, step=40)
_SETTINGS = {
    "tier 1": replace(_TALK, most=Tier.SUMMARISE),
    "tiers 1 and 2": replace(_TALK, most=Tier.MERGE),
    "tiers 1 to 4": _TALK,
    "said": Setting(),
    "said, no kept words": Setting(budget=replace(_BUDGET, words_share=0.0)),
    "said, a window of 12,000": Setting(budget=Budget(window=13_000, reserve=1_000)),
    "said, a tiny window": Setting(budget=Budget(window=1_200, reserve=200)),
    "imported, and opened": Setting(at_once=True),
}
"""Which tiers worked is printed, too. Tier 3 has nothing to do: nobody thinks in a meeting."""


def _up_to(most: Tier) -> Callable[[Prospect], Step | Stop]:
    """Return what takes steps of some tiers alone."""

    def step_of(prospect: Prospect) -> Step | Stop:
        step = _NEXT_STEP(prospect)
        if isinstance(step, Stop) or step.tier <= most:
            return step
        return Stop(state=PassState.STUCK, reason="The tiers behind are not looked at.")

    return step_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How much of one gold span is reached."""

    direct: float
    summary: float
    reference: bool


class Meeting(Rig):
    """A meeting whose pages are summarised by the offline model."""

    async def summarise(self, page: str) -> NoSummary | None:
        """Summarise a page as it is done where there is no model."""
        plan = Plan(model="offline", prompt="")
        await PageSummaries(self.database, OfflineModel(), plan, UTC, self.clock).stand_in(page)
        return None


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text)}


def _spans(meeting: dict[str, Any]) -> Iterator[range]:
    for query in [*meeting["specific_query_list"], *meeting["topic_list"]]:
        for first, last in query["relevant_text_span"]:
            yield range(int(first), int(last) + 1)


def _reached(tx: Transaction, conversation: str, spans: list[range]) -> list[Reached]:
    layout = contexts.current(tx, conversation)
    every = turns.forward(tx, conversation, limit=1_000_000)
    shown = {turn.id for turn in in_sight(tx, layout).turns if not turn.is_less}
    told = layout.story.words if layout.story else ()
    kept = {w.turn for w in (*told, *(w for s in layout.summaries for w in s.words))}
    texts = [each.text for each in layout.summaries] + ([layout.story.text] if layout.story else [])
    summary = _words("\n".join(texts))
    return [_look(tx, [every[n] for n in span], shown | kept, summary) for span in spans]


def _look(tx: Transaction, span: list[Turn], there: set[int], summary: set[str]) -> Reached:
    gold = _words(" ".join(turn.content.text for turn in span))
    direct = gold & _words(" ".join(turn.content.text for turn in span if turn.id in there))
    told = (gold & summary) - direct
    size = max(1, len(gold))
    return Reached(
        direct=len(direct) / size,
        summary=len(told) / size,
        reference=all(turn.id in there or _resolves(tx, turn) for turn in span),
    )


def _resolves(tx: Transaction, turn: Turn) -> bool:
    if turn.page is None:
        return False
    page = pages.get(tx, turn.page)
    found = turns.by_seq(tx, page.conversation, page.first_seq, page.last_seq)
    return any(each.key == turn.key and each.content == turn.content for each in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What became of one meeting."""

    reached: list[Reached]
    tiers: Counter[int]
    """In how many passes each tier worked."""
    passes: int


def _drafts(meeting: dict[str, Any], *, is_talk: bool) -> list[TurnDraft]:
    every = meeting["meeting_transcripts"]
    first = every[0]["speaker"]
    return [
        TurnDraft(
            role=Role.ASSISTANT if is_talk and said["speaker"] != first else Role.PERSON,
            author=said["speaker"],
            content=Content(text=said["content"]),
        )
        for said in every
    ]


async def _measure(meeting: dict[str, Any], setting: Setting) -> Measured:
    drafts = _drafts(meeting, is_talk=setting.is_talk)
    pressing.next_step = _up_to(setting.most)  # type: ignore[assignment]
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(Path(folder) / "store.db")
        rig = await Meeting(database=database, clock=FakeClock(), budget=setting.budget).begin()
        step = len(drafts) if setting.at_once else setting.step
        for start in range(0, len(drafts), step):
            await rig.say(drafts[start : start + step])
            await rig.make_room(rig.compaction())
        spans = [span for span in _spans(meeting) if span and span[-1] < len(drafts)]
        found = await database.read(lambda tx: _reached(tx, rig.conversation, spans))
        passes = await rig.compaction().history(rig.conversation)
        await database.close()
    tiers = Counter(tier.value for done in passes for tier in done.tiers)
    return Measured(reached=found, tiers=tiers, passes=len(passes))


async def _run(path: Path, meetings: int) -> None:
    with path.open(encoding="utf-8") as file:
        read = [json.loads(line) for line in islice(file, meetings)]
    for name, setting in _SETTINGS.items():
        measured = [await _measure(meeting, setting) for meeting in read]
        found = [reached for each in measured for reached in each.reached]
        tiers = sum((each.tiers for each in measured), Counter[int]())
        told = {
            "setting": name,
            "meetings": len(read),
            "spans": len(found),
            "budget": setting.budget.tokens,
            "passes": sum(each.passes for each in measured),
            "passes_by_tier": {str(tier): tiers[tier] for tier in sorted(tiers)},
            "direct": round(mean(each.direct for each in found), 3),
            "by_summary": round(mean(each.summary for each in found), 3),
            "by_reference": mean(each.reference for each in found),
        }
        print(json.dumps(told), flush=True)
        if not all(each.reference for each in found):
            raise SystemExit("Something that was said does not come back by its reference.")


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--meetings", type=int, default=1_000)
    chosen = parser.parse_args()
    asyncio.run(_run(chosen.data, chosen.meetings))


if __name__ == "__main__":
    main()
