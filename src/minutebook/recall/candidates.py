"""Which turns are looked at closely: a bounded set, however common the words are.

The index can rank by itself (BM25), but walks every use of every word for it: two words that are in
a third of a million turns take a second. So it is only asked to where the words are rare. Else the
newest turns that match are taken, and those among the newest in which the words stand together; of
a question, the rarest words decide, which weigh most in BM25 anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from minutebook.recall.query import Query
from minutebook.store import search
from minutebook.store.search import Reach, Spread
from minutebook.store.transaction import Transaction

_WALKED = 60_000
"""Uses of all terms that the index may walk for that: about 40 ns each."""
MOST = 200
"""As many candidates as this, and there may be more."""
_NEAR = 8
"""Words stand together with so many others between them."""
_WINDOW = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How many turns are looked at."""

    best: int = 200
    """By the index's own ranking."""
    newest: int = 300
    together: int = 100
    """Newer ones in which words stand together."""
    ranked: int = 2_000
    """Matches that the index may rank: about 3 µs each."""
    uses: int = 2_000
    """Uses of a term that tell how common it is."""


WHOLE = Depth()
"""For somebody who asks."""
GLIMPSE = Depth(best=100, newest=100, together=50, ranked=1_000, uses=1_000)
"""For a few pages before every reply, which nobody asked for and nobody should wait for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of a query, and how common each is."""

    query: Query
    spreads: tuple[Spread, ...]
    depth: Depth

    @property
    def counts(self) -> tuple[float, ...]:
        """In how many turns each term is; an estimate for common ones."""
        return tuple(spread.estimate(self.depth.uses) for spread in self.spreads)

    @property
    def rarest_first(self) -> list[tuple[float, str, Spread]]:
        """The terms that are anywhere at all, with their counts."""
        rows = zip(self.counts, self.query.wanted, self.spreads, strict=True)
        return sorted((row for row in rows if row[0]), key=lambda row: row[0])


def look_up(tx: Transaction, query: Query, upto: int, depth: Depth = WHOLE) -> Terms:
    """Find out how common the terms of a query are."""
    spreads = [search.spread(tx, term, upto=upto, limit=depth.uses) for term in query.wanted]
    return Terms(query=query, spreads=tuple(spreads), depth=depth)


def with_all(tx: Transaction, terms: Terms, reach: Reach) -> list[int]:
    """Return turns that have every term: the best ones, or the newest where there are many."""
    counts, depth = terms.counts, terms.depth
    if not counts or not min(counts):
        return []
    expression = terms.query.all_of_them()
    if reach.is_open and min(counts) < depth.ranked and sum(counts) < _WALKED:
        return search.best(tx, expression, reach, depth.best)
    newest = search.newest(tx, expression, reach, depth.newest)
    return _united(newest, _together(tx, terms, reach))


def with_some(tx: Transaction, terms: Terms, reach: Reach) -> list[int]:
    """Return turns that have at least one term, and preferably more: by their rarest terms."""
    rarest, depth = terms.rarest_first, terms.depth
    if not rarest:
        return []
    telling = _as_many_as_rank(rarest, depth.ranked)
    if telling and reach.is_open:
        expression = terms.query.without(" OR ".join(telling))
        found = search.best(tx, expression, reach, depth.best)
    else:
        few = telling or [term for _, term, _ in rarest[:2]]
        expression = terms.query.without(" OR ".join(few))
        found = search.newest(tx, expression, reach, depth.newest)
    common = [row for row in rarest if row[1] not in telling][:2]
    if len(common) == 2 and len(telling) < 2:
        both = terms.query.without(" AND ".join(term for _, term, _ in common))
        found = _united(found, search.newest(tx, both, reach, depth.together))
    return found


def _as_many_as_rank(rarest: Sequence[tuple[float, str, Spread]], matches: float) -> list[str]:
    """Return the rarest terms that have no more matches together."""
    telling: list[str] = []
    left = matches
    for count, term, _ in rarest:
        left -= count
        if left < 0:
            break
        telling.append(term)
    return telling


def _together(tx: Transaction, terms: Terms, reach: Reach) -> list[int]:
    """Return newer turns in which two terms or more stand near each other."""
    words = [term for term in terms.query.wanted if not term.endswith("*") and " " not in term]
    if len(words) < 2 or not reach.is_open:
        return []
    floor = terms.rarest_first[0][2].floor(terms.depth.uses, _WINDOW)
    near = terms.query.without(f"NEAR({' '.join(words)}, {_NEAR})")
    since = Reach(floor=max(floor, reach.floor), upto=reach.upto)
    return search.newest(tx, near, since, terms.depth.together)


def _united(first: Sequence[int], more: Sequence[int]) -> list[int]:
    return list(dict.fromkeys([*first, *more]))
