"""From a query to ranked turns: candidates by the index, their order by what they say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from minutebook.recall import candidates
from minutebook.recall.candidates import WHOLE, Depth, Terms
from minutebook.recall.filters import Filters
from minutebook.recall.query import Query
from minutebook.recall.scoring import Needle, Sighting, rank, see
from minutebook.recall.stemming import WORD, stem, stems
from minutebook.store import search
from minutebook.store.search import Glance, Reach
from minutebook.store.transaction import Transaction

_UNSPACED = 200
_READ = 30
"""Turns in the archive whose texts are read to rank them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A turn, and how good it is."""

    sighting: Sighting
    score: float
    has_all: bool

    @property
    def id(self) -> int:
        """The turn's."""
        return self.sighting.glance.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The turns that were looked at closely, the best first."""

    ranked: tuple[Ranked, ...] = ()
    is_bounded: bool = False
    """Whether more match than were looked at."""
    counts: tuple[float, ...] = ()
    """In about how many turns each term of the query is."""

    @property
    def whole(self) -> int:
        """How many have all the words."""
        return sum(1 for row in self.ranked if row.has_all)


def ranked(tx: Transaction, query: Query, reach: Reach, wanted: int) -> Order:
    """Return the best turns: those with all the words, and when they are too few, with some."""
    terms = candidates.look_up(tx, query, reach.upto)
    whole = _with_all(tx, terms, reach, wanted)
    some: list[int] = []
    if len(whole) < wanted and query.is_loosened:
        some = candidates.with_some(tx, terms, reach)
    return _ordered(tx, terms, whole, some)


def answering(tx: Transaction, query: Query, reach: Reach, depth: Depth = WHOLE) -> Order:
    """Return the turns that have most of what a question asks: no word has to be there."""
    terms = candidates.look_up(tx, query, reach.upto, depth)
    return _ordered(tx, terms, (), candidates.with_some(tx, terms, reach), by_words=False)


def latest(tx: Transaction, reach: Reach, limit: int) -> Order:
    """Return the newest turns within reach, whatever they say."""
    seen = [
        see(each, (), frozenset()) for each in search.glances(tx, search.every(tx, reach, limit))
    ]
    rows = tuple(Ranked(sighting=each, score=0.0, has_all=True) for each in seen)
    return Order(ranked=rows, is_bounded=len(rows) >= limit)


def reach_of(tx: Transaction, filters: Filters, upto: int) -> Reach | None:
    """Return what filters let through; None when that is nothing."""
    reach = Reach(upto=upto)
    if filters.page:
        lies = search.page(tx, filters.page)
        if lies is None:
            return None
        filters = replace(filters, conversation=lies[0])
        reach = replace(reach, seqs=lies[1:])
    if filters.conversation:
        inside = search.within(tx, filters.conversation, upto)
        reach = replace(
            reach, floor=inside.floor, upto=inside.upto, conversations=inside.conversations
        )
    reach = replace(
        reach,
        roles=tuple(role.value for role in filters.roles) or None,
        since=filters.since,
        until=filters.until,
        ids=search.pinned(tx) if filters.is_pinned else None,
        has=filters.has,
    )
    return _named(tx, filters, reach)


def _named(tx: Transaction, filters: Filters, reach: Reach) -> Reach | None:
    """Turn names that a person typed into those that stand in the record."""
    if filters.titles or filters.sources:
        ids = frozenset(search.conversations(tx, titles=filters.titles, sources=filters.sources))
        ids &= frozenset(reach.conversations or ids)
        reach = replace(reach, conversations=tuple(sorted(ids)))
    if filters.authors:
        names = [n for n in search.authors(tx) if any(_is_called(n, a) for a in filters.authors)]
        reach = replace(reach, authors=tuple(names))
    if reach.conversations == () or reach.authors == ():
        return None
    reach = search.narrowed(tx, reach)
    return None if reach.ids == frozenset() else reach


def _is_called(name: str, typed: str) -> bool:
    """Whether a name, or a word of it, begins with what was typed."""
    wanted, name = typed.casefold(), name.casefold()
    return any(word.startswith(wanted) for word in (name, *WORD.findall(name)))


def _with_all(tx: Transaction, terms: Terms, reach: Reach, wanted: int) -> list[int]:
    found = candidates.with_all(tx, terms, reach)
    if len(found) < wanted and len(terms.query.wanted) > 1:
        found += _with_the_rest(tx, terms, reach)
    if len(found) < wanted and terms.query.is_unspaced:
        inside = (reach.conversations or ("",))[0]
        found += search.containing(tx, terms.query.text, reach, inside, _UNSPACED)
    return list(dict.fromkeys(found))


def _with_the_rest(tx: Transaction, terms: Terms, reach: Reach) -> list[int]:
    """Return turns that lack a word in which their speaker or their conversation is named."""
    found: list[int] = []
    if reach.authors is None:
        people = {term: names for term in terms.query.wanted if (names := _people(tx, term))}
        if people:
            names = tuple(sorted({name for each in people.values() for name in each}))
            rest = _rest(terms, people)
            found += candidates.with_all(tx, rest, replace(reach, authors=names))
    return found


def _people(tx: Transaction, term: str) -> tuple[str, ...]:
    """Return the speakers that a term names."""
    wanted = {stem(word) for word in WORD.findall(term)}
    return tuple(name for name in search.authors(tx) if name and wanted <= set(stems(name)))


def _rest(terms: Terms, without: Iterable[str]) -> Terms:
    left = frozenset(without)
    rows = zip(terms.query.wanted, terms.spreads, strict=True)
    kept = [(term, spread) for term, spread in rows if term not in left]
    query = replace(terms.query, wanted=tuple(term for term, _ in kept))
    return replace(terms, query=query, spreads=tuple(spread for _, spread in kept))


def _ordered(
    tx: Transaction,
    terms: Terms,
    whole: Sequence[int],
    some: Sequence[int],
    *,
    by_words: bool = True,
) -> Order:
    """Rank candidates; by_words, those with all the words are before the others."""
    turns = search.newest_id(tx)
    needles = [
        Needle.of(term, count, turns)
        for term, count in zip(terms.query.wanted, terms.counts, strict=True)
    ]
    glances = search.glances(tx, dict.fromkeys([*whole, *some]))
    seen = _seen(tx, terms.query, glances, needles)
    sure = frozenset(whole)
    rows = [
        Ranked(
            sighting=each,
            score=score,
            has_all=each.glance.id in sure or each.found == len(needles),
        )
        for score, each in rank(seen, needles)
    ]
    if by_words:
        rows.sort(key=lambda row: not row.has_all)
    bounded = len(whole) >= candidates.MOST or len(some) >= candidates.MOST
    return Order(ranked=tuple(rows), is_bounded=bounded, counts=terms.counts)


def _seen(
    tx: Transaction, query: Query, glances: Sequence[Glance], needles: Sequence[Needle]
) -> list[Sighting]:
    """Look at turns; of those in the archive, the texts of the most promising are read.

    The others are known by what the index has of them, and by their length.
    """
    known = _known(tx, query, glances)
    seen = {each.id: see(each, needles, known.get(each.id, frozenset())) for each in glances}
    if known:
        order = (each.glance for _, each in rank(list(seen.values()), needles))
        unread = [glance for glance in order if glance.unread_bytes is not None]
        for id_, glance in search.read(tx, unread[:_READ]).items():
            seen[id_] = see(glance, needles, frozenset() if glance.text else known[id_])
    return list(seen.values())


def _known(tx: Transaction, query: Query, glances: Sequence[Glance]) -> dict[int, frozenset[int]]:
    """Return by turn which terms it has, as the index knows it, where its text is elsewhere."""
    cold = [each.id for each in glances if each.unread_bytes is not None]
    if not cold:
        return {}
    having = [search.among(tx, term, cold) for term in query.wanted]
    return {
        id_: frozenset(number for number, ids in enumerate(having) if id_ in ids) for id_ in cold
    }
