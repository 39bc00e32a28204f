"""How much of what answers a question is found: plain FTS5, ours by words, ours with meaning.

    python tests/benchmarks/recall_quality.py --data meetings.jsonl [--json]

Reads meetings in the form of QMSum, one JSON object a line: `meeting_transcripts` with `speaker`
and `content`, and `specific_query_list`, whose `relevant_text_span` name the turns that answer a
query. All of them are put into one record, a turn for each utterance, and each query is asked as it
is written, once within its meeting and once over the whole record.

recall@k: of the gold spans, the share of which at least one turn is among the first k hits.
turns@k: of the first k hits, the share that lies in a gold span. Plain FTS5 is its own BM25 over
any of the query's words, on the same table. Prints a table, or one JSON object a line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from minutebook.domain.turns import Content, Origin, Role, TurnDraft
from minutebook.recall.meaning import StaticEmbedder, is_installed
from minutebook.recall.search import Recall
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import KeyedDraft, RecordPolicy, Strand, record
from minutebook.store import conversations
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

_BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
_POLICY = RecordPolicy(paging=PagingPolicy(), scribe_enabled=False)
_AT = (5, 10, 20)
_WORD = re.compile(r"\w+")

Finder = Callable[[str, str], Awaitable[list[tuple[str, int]]]]
"""From a query and a conversation (or none) to hits, as (conversation, number of the turn)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A query, and the spans of turns that answer it, both ends included."""

    conversation: str
    query: str
    spans: tuple[tuple[int, int], ...]


async def _fill(database: Database, path: Path) -> list[Asked]:
    asked: list[Asked] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines()):
        meeting = json.loads(line)
        id_ = await database.write(partial(_said, meeting=meeting, number=number))
        for each in meeting["specific_query_list"]:
            spans = tuple((int(a), int(b)) for a, b in each["relevant_text_span"])
            asked.append(Asked(conversation=id_, query=each["query"], spans=spans))
    return asked


def _said(tx: Transaction, meeting: dict[str, list[dict[str, str]]], number: int) -> str:
    name = f"meeting {number}"
    began = _BEGAN + timedelta(days=number)
    id_ = conversations.create(tx, "meetings", name, name, began)
    drafts = tuple(
        KeyedDraft(
            key=str(n),
            draft=TurnDraft(
                role=Role.PERSON,
                author=said["speaker"],
                content=Content(text=said["content"]),
                at=began + timedelta(seconds=10 * n),
            ),
        )
        for n, said in enumerate(meeting["meeting_transcripts"])
    )
    record(tx, Strand(conversation=id_, drafts=drafts, origin=Origin.IMPORTED), _POLICY, began)
    return id_


def _plain(database: Database) -> Finder:
    """Return FTS5 as it comes."""

    async def find(query: str, conversation: str) -> list[tuple[str, int]]:
        words = " OR ".join(f'"{word}"' for word in dict.fromkeys(_WORD.findall(query)))
        return await database.read(lambda tx: _plainly(tx, words, conversation))

    return find


def _plainly(tx: Transaction, words: str, conversation: str) -> list[tuple[str, int]]:
    rows = tx._connection.execute(
        "SELECT t.conversation, t.key FROM turns_fts f CROSS JOIN turns t ON t.id = f.rowid"
        " WHERE turns_fts MATCH ? AND (? = '' OR t.conversation = ?) ORDER BY rank LIMIT ?",
        (words, conversation, conversation, _AT[-1]),
    )
    return [(row[0], int(row[1])) for row in rows]


def _ours(recall: Recall) -> Finder:
    async def find(query: str, conversation: str) -> list[tuple[str, int]]:
        found = await recall.ask(query, conversation=conversation, limit=_AT[-1])
        return [(each.hit.turn.conversation, int(each.hit.turn.key)) for each in found]

    return find


async def _measure(find: Finder, asked: list[Asked], *, inside: bool) -> dict[str, float]:
    """Return recall and precision at each depth, and the mean time of a query."""
    spans = sum(len(each.spans) for each in asked)
    reached = dict.fromkeys(_AT, 0)
    lying = dict.fromkeys(_AT, 0.0)
    began = time.perf_counter()
    for each in asked:
        hits = await find(each.query, each.conversation if inside else "")
        for depth in _AT:
            places = [n for conversation, n in hits[:depth] if conversation == each.conversation]
            reached[depth] += sum(any(a <= n <= b for n in places) for a, b in each.spans)
            lying[depth] += sum(any(a <= n <= b for a, b in each.spans) for n in places) / depth
    took = (time.perf_counter() - began) / len(asked)
    return {
        **{f"recall@{depth}": round(reached[depth] / spans, 3) for depth in _AT},
        **{f"turns@{depth}": round(lying[depth] / len(asked), 3) for depth in _AT},
        "ms": round(took * 1000, 1),
    }


async def _run(path: Path, *, as_json: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(Path(folder) / "store.db")
        asked = await _fill(database, path)
        finders = {"plain FTS5": _plain(database), "ours, lexical": _ours(Recall(database))}
        if is_installed():
            recall = Recall(database, embedder=StaticEmbedder())
            await recall.learn()
            finders["ours, semantic"] = _ours(recall)
        for inside in (True, False):
            for name, find in finders.items():
                row = await _measure(find, asked, inside=inside)
                _tell(name, "meeting" if inside else "record", row, as_json=as_json)
        await database.close()


def _tell(name: str, where: str, row: dict[str, float], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"search": name, "within": where, **row}))
    else:
        figures = "  ".join(f"{key} {value:>5}" for key, value in row.items())
        print(f"{name:16}  {where:8}  {figures}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", action="store_true", dest="as_json")
    arguments = parser.parse_args()
    asyncio.run(_run(arguments.data, as_json=arguments.as_json))


if __name__ == "__main__":
    main()
