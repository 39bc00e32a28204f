"""Everything in the store that is made of what was said, and how it is taken back.

The one decision: a table that holds text is on the list here, or is the record itself, or is known
to hold no words of anybody; a test compares the list with the schema. So what is added later cannot
be forgotten by who takes something back.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from minutebook.clock import to_micros
from minutebook.domain.opting_out import Removed
from minutebook.domain.tokens import estimate
from minutebook.store import contexts, pages
from minutebook.store.transaction import Transaction, storable


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """Turns that are withheld now, and where they lie."""

    turns: frozenset[int]
    """Row ids."""
    conversations: tuple[str, ...]
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A derived text."""

    kind: str
    id: str
    text: str


SCANS: Mapping[str, str] = {
    "summary": "derived.scan_pages",
    "document": "derived.scan_documents",
    "story": "derived.scan_stories",
    "layout": "derived.scan_layouts",
    "side conversation": "derived.scan_summons",
    "order": "derived.scan_orders",
    "page brought back": "derived.scan_slots",
    "quarantine": "derived.scan_quarantine",
    "title": "derived.scan_titles",
    "job": "derived.scan_jobs",
    "snapshot": "derived.scan_labels",
    "pass": "derived.scan_passes",
}
"""Each kind of derived text with the statement that reads all of it."""


def forget(tx: Transaction, touched: Touched, now: datetime) -> list[Removed]:
    """Take back what is made of turns, documents apart; return what that was."""
    listed, names = json.dumps(touched.pages), json.dumps(touched.conversations)
    counts = {
        "page summaries": tx.run("derived.clear_pages", pages=listed),
        "windows of search by meaning": tx.run("derived.clear_windows", pages=listed),
        "results of orders": tx.run("derived.clear_orders", pages=listed),
        "pages brought back": tx.run("derived.clear_slots", pages=listed),
        "stories so far": _clear_stories(tx, listed, touched.turns),
        "summaries in layouts": _clear_layouts(tx, touched, now),
        "side conversations": _clear_summons(tx, names, listed),
    }
    tx.run("derived.clear_slot_words", conversations=names)
    return [Removed(kind=kind, count=count) for kind, count in counts.items() if count]


def refill_layouts(tx: Transaction, conversations: Sequence[str], page_ids: Sequence[str]) -> None:
    """Put the summaries of now where those of then were taken out of layouts."""
    found = {page.id: page for page in pages.of_ids(tx, page_ids)}
    for row in _layouts(tx, json.dumps(conversations), json.dumps(page_ids)):
        members = json.loads(row["layout"])
        for each in members["summaries"]:
            page = found.get(each["page"])
            if page is not None and not each["by"]:
                each |= {"text": page.summary, "by": page.summary_by}
                each["tokens"] = estimate(page.summary)
        _set_layout(tx, row["conversation"], row["revision"], members)


def empty_stories(tx: Transaction) -> list[tuple[int, int, list[str]]]:
    """Return stories without a text, each with the tokens it had and its pages."""
    return [
        (row["id"], row["tokens"], contexts.story_pages(tx, row["id"]))
        for row in tx.all("derived.empty_stories")
    ]


def tell_story(tx: Transaction, story: int, text: str, by: str) -> None:
    """Give a story that was emptied its text."""
    tx.run("derived.tell_story", id=story, text=storable(text), tokens=estimate(text), by=by)


def batches_of(tx: Transaction, page_ids: Sequence[str]) -> list[tuple[str, str, int]]:
    """Return the batches with requests about some pages: id, state, and how many requests."""
    rows = tx.all("derived.batches_of", pages=json.dumps(list(page_ids)))
    return [(row["id"], row["state"], row["requests"]) for row in rows]


def mirrored(tx: Transaction, conversations: Sequence[str]) -> list[tuple[str, str, str, str]]:
    """Return the files of documents: document, title, path and digest of what was written."""
    rows = tx.all("derived.mirrored", conversations=json.dumps(list(conversations)))
    return [(row["document"], row["title"], row["path"], row["digest"]) for row in rows]


def forget_mirror(tx: Transaction, document: str) -> None:
    """Forget that a document has a file."""
    tx.run("derived.forget_mirror", document=document)


def texts(tx: Transaction) -> Iterator[Text]:
    """Yield every derived text of the store."""
    for kind, statement in SCANS.items():
        for row in tx.each(statement):
            yield Text(kind=kind, id=str(row["id"]), text=row["text"])


def retitle(tx: Transaction, conversation: str, title: str) -> None:
    """Give a conversation and its document another title."""
    tx.run("derived.rename", id=conversation, title=storable(title))
    tx.run("derived.rename_document", id=conversation, title=storable(title))


def take_back(tx: Transaction, found: Text) -> bool:
    """Take a single text back that is no document's; False when it can only stay."""
    listed = json.dumps([found.id])
    match found.kind:
        case "summary":
            tx.run("derived.clear_pages", pages=listed)
        case "order":
            tx.run("derived.clear_orders", pages=listed)
        case "side conversation":
            _forget_summon(tx, found.id)
        case "page brought back":
            tx.run("derived.clear_slot_words", conversations=listed)
        case "quarantine":
            tx.run("derived.blank_excerpt", id=int(found.id))
        case "job":
            tx.run("derived.blank_job", id=int(found.id))
        case "snapshot":
            tx.run("derived.blank_label", id=found.id)
        case "story":
            tx.run("derived.clear_story", id=int(found.id), words="[]")
        case "layout":
            _empty_layout(tx, found)
        case _:
            return False
    return True


def _clear_stories(tx: Transaction, listed: str, turns: frozenset[int]) -> int:
    rows = tx.all("derived.stories_of", pages=listed)
    for row in rows:
        words = [each for each in json.loads(row["words"]) if each["turn"] not in turns]
        tx.run("derived.clear_story", id=row["id"], words=json.dumps(words))
    return sum(bool(row["text"]) for row in rows)


def _clear_layouts(tx: Transaction, touched: Touched, now: datetime) -> int:
    cleared, pages_ = 0, frozenset(touched.pages)
    names: set[str] = set()
    rows = _layouts(tx, json.dumps(touched.conversations), json.dumps(touched.pages))
    for row in rows:
        members = json.loads(row["layout"])
        cleared += sum(
            map(bool, [_cleared(e, pages_, touched.turns) for e in members["summaries"]])
        )
        _set_layout(tx, row["conversation"], row["revision"], members)
        names.add(row["conversation"])
    for name in sorted(names):
        tx.run("derived.repeat_layout", conversation=name, now=to_micros(now))
    return cleared


def _cleared(placed: dict[str, Any], of: Collection[str], turns: Collection[int]) -> bool:
    """Empty a placed summary if it is of one of some pages; say whether it was."""
    if placed["page"] not in of:
        return False
    words = [each for each in placed["words"] if each["turn"] not in turns]
    placed |= {"text": "", "by": "", "tokens": 0, "words": words}
    return True


def _empty_layout(tx: Transaction, found: Text) -> None:
    conversation, revision = found.id.rsplit(" ", 1)
    members = json.loads(found.text)
    for each in members["summaries"]:
        each |= {"text": "", "by": "", "tokens": 0}
    _set_layout(tx, conversation, int(revision), members)


def _layouts(tx: Transaction, conversations: str, listed: str) -> list[Any]:
    return tx.all("derived.layouts", conversations=conversations, pages=listed)


def _set_layout(tx: Transaction, conversation: str, revision: int, members: object) -> None:
    written = json.dumps(members, ensure_ascii=False, separators=(",", ":"))
    tx.run(
        "derived.set_layout",
        conversation=conversation,
        revision=revision,
        layout=storable(written),
    )


def _clear_summons(tx: Transaction, names: str, listed: str) -> int:
    rows = tx.all("derived.summons_of", conversations=names, pages=listed)
    for row in rows:
        _forget_summon(tx, row["id"])
    return len(rows)


def _forget_summon(tx: Transaction, id_: str) -> None:
    tx.run("derived.forget_summon_messages", id=id_)
    tx.run("derived.forget_summon", id=id_)
