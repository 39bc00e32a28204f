"""Search the record: the best turns first, each with those around it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from minutebook.domain.context import FoundPage
from minutebook.domain.speakers import speaker
from minutebook.domain.turns import OFFLINE, Role, Turn
from minutebook.llm.protocol import Passage
from minutebook.recall import query
from minutebook.recall.snippets import HIT_END, HIT_START, found_in, snippet
from minutebook.store import conversations, search, turns
from minutebook.store.database import Database
from minutebook.store.search import Hit
from minutebook.store.transaction import Transaction

__all__ = ["HIT_END", "HIT_START", "Found", "Hit", "Recall", "pages_for", "pages_with"]

_LOOKED_AT, _CANDIDATES = 80, 40
_BEHIND = 4
"""Between a question and its answer there may be tool traffic: so many turns are looked at."""
_PASSAGE_LENGTH = 4_000
_WORDS_TOGETHER = 2


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


class Recall:
    """Finds turns by their words."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def search(self, words: str, *, conversation: str = "", limit: int = 20) -> list[Found]:
        """Return the best turns for some words, the best first; none for no words.

        Turns with all the words come first; when there are too few, those with some follow, unless
        a phrase was asked for.
        """
        wanted = query.parse(words)
        return await self._database.read(lambda tx: _search(tx, wanted, conversation, limit))

    async def passages(self, question: str, *, conversation: str = "") -> tuple[Passage, ...]:
        """Return the turns that may answer a question, the best first."""
        wanted = query.question(question)
        if wanted.is_empty:
            return ()
        return await self._database.read(lambda tx: _passages(tx, wanted, conversation))


def pages_with(tx: Transaction, words: str, limit: int) -> list[FoundPage]:
    """Return closed pages for some words as a person or a model types them, the best first."""
    wanted = query.parse(words)
    found = _search(tx, wanted, "", _LOOKED_AT)
    return _once(
        [FoundPage(page=f.hit.turn.page, words=words) for f in found if f.hit.turn.page], limit
    )


def pages_for(tx: Transaction, said: str, limit: int) -> list[FoundPage]:
    """Return the closed pages that matter for what was said, the best first.

    A page matters when one of its turns has at least two of the telling words of what was said;
    one is enough where there is only one.
    """
    wanted = query.question(said)
    if wanted.is_empty:
        return []
    least = min(_WORDS_TOGETHER, len(wanted.wanted))
    found: list[FoundPage] = []
    for hit in search.ranked(tx, wanted.any_of_them(), conversation="", limit=_LOOKED_AT):
        words = found_in(_words(hit.turn), wanted.wanted)
        if hit.turn.page is not None and len(words) >= least:
            found.append(FoundPage(page=hit.turn.page, words=" ".join(words)))
    return _once(found, limit)


def _once(found: list[FoundPage], limit: int) -> list[FoundPage]:
    once: dict[str, FoundPage] = {}
    for each in found:
        once.setdefault(each.page, each)
    return list(once.values())[:limit]


def _passages(tx: Transaction, wanted: query.Query, conversation: str) -> tuple[Passage, ...]:
    hits = search.ranked(tx, wanted.any_of_them(), conversation=conversation, limit=_LOOKED_AT)
    said = [hit.turn for hit in hits if _is_said(hit.turn)][:_CANDIDATES]
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


def _is_said(turn: Turn) -> bool:
    return turn.role is not Role.SYSTEM and bool(turn.content.text.strip())


def _is_words(turn: Turn) -> bool:
    return _is_said(turn) and turn.role is not Role.TOOL


def _is_quotation(turn: Turn) -> bool:
    return turn.role is Role.ASSISTANT and turn.author == OFFLINE


def _search(tx: Transaction, wanted: query.Query, conversation: str, limit: int) -> list[Found]:
    if wanted.is_empty:
        return []
    hits = search.ranked(tx, wanted.all_of_them(), conversation=conversation, limit=limit)
    if len(hits) < limit and wanted.is_unspaced:
        hits += search.containing(tx, wanted.text, conversation=conversation, limit=limit)
    whole = {hit.turn.id for hit in hits}
    if len(hits) < limit and wanted.is_loosened:
        hits += search.ranked(tx, wanted.any_of_them(), conversation=conversation, limit=limit)
    once: dict[int, Hit] = {}
    for hit in hits:
        once.setdefault(hit.turn.id, hit)
    found = list(once.values())[:limit]
    return [_found(tx, hit, wanted, has_all=hit.turn.id in whole) for hit in found]


def _found(tx: Transaction, hit: Hit, wanted: query.Query, *, has_all: bool) -> Found:
    turn = hit.turn
    place = (turn.sort_at, turn.seq)
    before = turns.backward(tx, turn.conversation, before=place, limit=1)
    after = turns.forward(tx, turn.conversation, behind=place, limit=1)
    return Found(
        hit=hit,
        before=before[0] if before else None,
        after=after[0] if after else None,
        snippet=snippet(_words(turn), wanted.wanted),
        has_all=has_all,
    )


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
