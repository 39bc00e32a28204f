"""Search the record: the best turns first, each with those around it.

One engine for a person's words, a model's, and the search before every reply. It looks at a bounded
number of turns (`recall.candidates`), so that it takes milliseconds in a record of any size, and
what it looks at it ranks by what is said (`recall.scoring`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo

from minutebook.domain.context import FoundPage
from minutebook.domain.display import shortened
from minutebook.domain.speakers import speaker
from minutebook.domain.turns import OFFLINE, Role, Turn
from minutebook.errors import UsageError
from minutebook.llm.protocol import Passage
from minutebook.recall import mistyped, query, ranking
from minutebook.recall.candidates import GLIMPSE
from minutebook.recall.filters import ALL, Filters, read
from minutebook.recall.fusing import fused, with_meaning
from minutebook.recall.learning import Learner
from minutebook.recall.meaning import Embedder
from minutebook.recall.query import Query
from minutebook.recall.ranking import Order, Ranked
from minutebook.recall.snippets import HIT_END, HIT_START, snippet
from minutebook.store import conversations, search, turns
from minutebook.store.database import Database
from minutebook.store.search import Hit, Reach
from minutebook.store.transaction import Transaction

__all__ = [
    "HIT_END", "HIT_START", "Found", "Hit", "Recall", "SearchResults", "Wanted", "pages_for",
    "pages_with",
]  # fmt: skip


_LOOKED_AT, _CANDIDATES = 80, 40
_BEHIND = 4
"""Between a question and its answer there may be tool traffic: so many turns are looked at."""
_PASSAGE_LENGTH = 4_000
_WORDS_TOGETHER = 2
_RARE = 8
"""Turns that have a rare word, at most."""
_SAID_AGAIN = 80
"""Characters of a wrong filter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A turn that was found, and its neighbours."""

    hit: Hit
    before: Turn | None
    after: Turn | None
    snippet: str
    """A line of it, with the words that were found between HIT_START and HIT_END."""
    has_all: bool
    """Whether it has all the words, or only some of them."""

    def snippet_between(self, start: str, end: str) -> str:
        """Return a line of the turn with what was found between two marks."""
        return self.snippet.replace(HIT_START, start).replace(HIT_END, end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for, and which part of what is found."""

    words: str
    filters: Filters = ALL
    """Beside those in the words."""
    limit: int = 20
    offset: int = 0
    upto: int = 0
    """Id of the last turn that is looked through; 0 for all. That of the first part,
    given with the next, keeps what arrives in between from moving the parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResults:
    """A part of what was found, the best first."""

    found: tuple[Found, ...] = ()
    total: int = 0
    """Turns that were ranked."""
    is_bounded: bool = False
    """Whether more turns match, which were not ranked: the words are common."""
    instead: tuple[tuple[str, str], ...] = ()
    """Words that are nowhere, and those that were looked for instead."""
    upto: int = 0

    def by_conversation(self) -> dict[str, list[Found]]:
        """Return what was found by conversation, the best conversation first."""
        return self._grouped(lambda turn: turn.conversation)

    def by_page(self) -> dict[str, list[Found]]:
        """Return what was found by page, the best first; what is in no page by conversation."""
        return self._grouped(lambda turn: turn.page or turn.conversation)

    def _grouped(self, name: Callable[[Turn], str]) -> dict[str, list[Found]]:
        groups: dict[str, list[Found]] = {}
        for each in self.found:
            groups.setdefault(name(each.hit.turn), []).append(each)
        return groups


class Recall:
    """Finds turns by their words."""

    def __init__(
        self,
        database: Database,
        *,
        zone: tzinfo = UTC,
        embedder: Embedder | None = None,
    ) -> None:
        self._database = database
        self._zone = zone
        self._learner = None if embedder is None else Learner(database, embedder)

    async def learn(self) -> int:
        """Bring the points of meaning up to date, if there are any; return of how many pages."""
        return 0 if self._learner is None else await self._learner.learn()

    def _near(self, tx: Transaction, words: str, conversation: str) -> list[list[int]]:
        return [] if self._learner is None else self._learner.near(tx, words, conversation)

    async def search(self, words: str, *, conversation: str = "", limit: int = 20) -> list[Found]:
        """Return the best turns for some words, the best first; none for no words."""
        inside = Filters(conversation=conversation)
        results = await self.look(Wanted(words=words, filters=inside, limit=limit))
        return list(results.found)

    def wanted(
        self,
        words: str,
        filters: Mapping[str, str],
        *,
        conversation: str = "",
        limit: int = 20,
        offset: int = 0,
    ) -> Wanted:
        """Return what is looked for, with filters by their names. Raises UsageError."""
        held = Filters(conversation=conversation)
        for name, value in filters.items():
            more = read(name, value, self._zone)
            if more is None:
                raise UsageError(
                    f"The search cannot be limited by {name} {shortened(value, _SAID_AGAIN)!r}.",
                    hint="A time is 2025, 2025-01, 2025-01-31 or 2025-01-31T12:30.",
                )
            held = held.and_(more)
        return Wanted(words=words, filters=held, limit=limit, offset=offset)

    async def look(self, wanted: Wanted) -> SearchResults:
        """Return the best turns for some words and filters, the best first.

        Turns with all the words come first; when there are too few, those with some follow, unless
        a phrase was asked for. When there is none, words that are nowhere are taken for those that
        may be meant. With filters and no words, the newest turns. With neither, none.
        """
        asked = query.parse(wanted.words, self._zone)
        return await self._database.read(lambda tx: self._looked(tx, asked, wanted))

    async def ask(self, question: str, *, conversation: str = "", limit: int = 20) -> list[Found]:
        """Return the turns that have most of what a question asks, the best first.

        No word has to be there, and those that every sentence has count for nothing.
        """
        wanted = query.question(question)
        if wanted.is_empty:
            return []

        def work(tx: Transaction) -> list[Found]:
            order = ranking.answering(tx, wanted, _reach(tx, conversation))
            order = fused(tx, order, self._near(tx, question, conversation))
            return _found(tx, order.ranked[:limit], wanted.wanted)

        return await self._database.read(work)

    def _looked(self, tx: Transaction, asked: Query, wanted: Wanted) -> SearchResults:
        upto = wanted.upto or search.newest_id(tx)
        limits = asked.filters.and_(wanted.filters)
        needed = wanted.offset + wanted.limit
        order = _ordered(tx, asked, limits, upto, needed)
        instead: dict[str, str] = {}
        if not order.ranked and (instead := mistyped.meant(tx, asked, upto)):
            asked = asked.instead(instead)
            order = _ordered(tx, asked, limits, upto, needed)
        is_plain = not asked.unwanted and limits == Filters(conversation=limits.conversation)
        if asked.is_loosened and is_plain and order.ranked and order.whole < needed:
            near = self._near(tx, asked.text, limits.conversation)
            order = with_meaning(tx, order, near)
        rows = order.ranked[wanted.offset : needed]
        return SearchResults(
            found=tuple(_found(tx, rows, asked.wanted)),
            total=len(order.ranked),
            is_bounded=order.is_bounded,
            instead=tuple((a.strip('"'), b.strip('"')) for a, b in instead.items() if rows),
            upto=upto,
        )

    async def passages(self, question: str, *, conversation: str = "") -> tuple[Passage, ...]:
        """Return the turns that may answer a question, the best first."""
        wanted = query.question(question)
        if wanted.is_empty:
            return ()
        return await self._database.read(lambda tx: _passages(tx, wanted, conversation))


def pages_with(tx: Transaction, words: str, limit: int) -> list[FoundPage]:
    """Return closed pages for some words as a person or a model types them, the best first; those
    that are found on a branch that was left come last."""
    wanted = query.parse(words)
    order = _ordered(tx, wanted, wanted.filters, search.newest_id(tx), _LOOKED_AT)
    found = search.pages_of(tx, [row.id for row in order.ranked[:_LOOKED_AT]])
    found.sort(key=lambda each: not each.is_active)
    return _once([FoundPage(page=each.page, words=words) for each in found], limit)


def pages_for(
    tx: Transaction, said: str, limit: int, shown: frozenset[int] = frozenset()
) -> list[FoundPage]:
    """Return the closed pages that matter for what was said, the best first.

    A page matters when one of its turns has at least two of the telling words of what was said;
    one is enough where it is rare, and a name or all there is. What was left does not matter, nor
    do turns that are shown anyway, of which the ids are given.
    """
    wanted = query.question(said)
    if wanted.is_empty or not query.is_telling(said):
        return []
    reach = Reach(upto=search.newest_id(tx), without=shown)
    order = ranking.answering(tx, wanted, reach, GLIMPSE)
    enough = _enough(wanted, order.counts)
    telling = [row for row in order.ranked if _matters(row, enough)][:_LOOKED_AT]
    rows = {row.id: row for row in telling}
    found: dict[str, FoundPage] = {}
    for each in search.pages_of(tx, rows):
        if each.is_active and each.page not in found and len(found) < limit:
            words = _words_of(rows[each.turn], wanted)
            found[each.page] = FoundPage(page=each.page, words=words)
    return list(found.values())


def _enough(wanted: Query, counts: Sequence[float]) -> frozenset[int]:
    """Return the places of the terms of which one is enough."""
    names = query.names(wanted.text)
    return frozenset(
        place
        for place, (term, count) in enumerate(zip(wanted.wanted, counts, strict=True))
        if count <= _RARE and (len(wanted.wanted) == 1 or term.strip('"') in names)
    )


def _matters(row: Ranked, enough: frozenset[int]) -> bool:
    uses = row.sighting.uses
    return row.sighting.found >= _WORDS_TOGETHER or any(uses[place] for place in enough)


def _words_of(row: Ranked, wanted: Query) -> str:
    terms = zip(wanted.wanted, row.sighting.uses, strict=True)
    return " ".join(term.strip('"') for term, uses in terms if uses)


def _once(found: list[FoundPage], limit: int) -> list[FoundPage]:
    once: dict[str, FoundPage] = {}
    for each in found:
        once.setdefault(each.page, each)
    return list(once.values())[:limit]


def _passages(tx: Transaction, wanted: Query, conversation: str) -> tuple[Passage, ...]:
    order = ranking.answering(tx, wanted, _reach(tx, conversation))
    hits = search.hits(tx, [(row.id, row.score) for row in order.ranked[:_LOOKED_AT]])
    said = [turn for turn in (hit.turn for hit in hits) if _is_said(turn)][:_CANDIDATES]
    live = {id_: conversations.get(tx, id_).is_live for id_ in {t.conversation for t in said}}
    found: dict[int, Passage] = {}
    for turn in said:
        place = (turn.sort_at, turn.seq)
        behind = turns.forward(tx, turn.conversation, behind=place, limit=_BEHIND)
        if any(map(_is_quotation, behind[:1])):
            continue
        is_live = live[turn.conversation]
        found[turn.id] = found.get(turn.id) or _passage(turn, is_live=is_live)
        for answer in [answer for answer in behind if _is_words(answer)][:1]:
            found[answer.id] = replace(_passage(answer, is_live=is_live), behind=turn.id)
    return tuple(found.values())


def _reach(tx: Transaction, conversation: str) -> Reach:
    newest = search.newest_id(tx)
    return search.within(tx, conversation, newest) if conversation else Reach(upto=newest)


def _is_said(turn: Turn) -> bool:
    return turn.role is not Role.SYSTEM and bool(turn.content.text.strip())


def _is_words(turn: Turn) -> bool:
    return _is_said(turn) and turn.role is not Role.TOOL


def _is_quotation(turn: Turn) -> bool:
    return turn.role is Role.ASSISTANT and turn.author == OFFLINE


def _ordered(tx: Transaction, asked: Query, limits: Filters, upto: int, needed: int) -> Order:
    if asked.is_empty and (asked.unwanted or asked.filters.is_open):
        return Order()
    reach = ranking.reach_of(tx, limits, upto)
    if reach is None:
        return Order()
    if asked.is_empty:
        return ranking.latest(tx, reach, needed + 1)
    return ranking.ranked(tx, asked, reach, needed)


def _found(tx: Transaction, rows: Sequence[Ranked], terms: Sequence[str]) -> list[Found]:
    """Return turns as they are shown; texts in the archive are asked for once, for all of them."""
    hits = search.hits(tx, [(row.id, row.score) for row in rows])
    beside = {hit.turn.id: _beside(tx, hit.turn) for hit in hits}
    every = [each for three in beside.values() for each in three if each is not None]
    warmed = {turn.id: turn for turn in every}
    whole = {row.id for row in rows if row.has_all}
    found = []
    for hit in hits:
        before, turn, after = (None if t is None else warmed[t.id] for t in beside[hit.turn.id])
        shown = replace(hit, turn=turn or hit.turn)
        found.append(
            Found(
                hit=shown,
                before=before,
                after=after,
                snippet=snippet(_words(shown.turn), terms),
                has_all=hit.turn.id in whole,
            )
        )
    return found


def _beside(tx: Transaction, turn: Turn) -> tuple[Turn | None, Turn, Turn | None]:
    place = (turn.sort_at, turn.seq)
    before = turns.backward(tx, turn.conversation, before=place, limit=1)
    after = turns.forward(tx, turn.conversation, behind=place, limit=1)
    return (before[0] if before else None, turn, after[0] if after else None)


def _words(turn: Turn) -> str:
    """Return what search sees of a turn: its text, or else its tool traffic."""
    content = turn.content
    calls = [f"{call.name} {call.arguments}" for call in content.tool_calls]
    return "\n".join([content.text, *calls, *(r.content for r in content.tool_results)])


def _passage(turn: Turn, *, is_live: bool) -> Passage:
    return Passage(
        source=turn.id,
        speaker=speaker(turn, is_live=is_live),
        role=turn.role,
        text=turn.content.text[:_PASSAGE_LENGTH],
        page=turn.page,
        when="" if turn.at is None else turn.at.isoformat(),
    )
