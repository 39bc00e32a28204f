"""Who has opted out, how far that is, and what it did so far."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from minutebook.clock import from_micros, to_micros
from minutebook.domain.opting_out import Choice, OptedOut, Removed, Step
from minutebook.store.transaction import Row, Transaction, storable


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """A name under which something was said."""

    name: str
    turns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where turns of a person lie."""

    conversations: tuple[str, ...]
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How much there is of a person."""

    turns: int
    conversations: int
    pages: int
    summaries: int
    documents: tuple[str, ...]
    """Titles of those that tell some of it."""


def authors(tx: Transaction, conversation: str = "") -> list[Author]:
    """Return under which names people said anything, those with the most turns first."""
    rows = tx.all("opted_out.authors", conversation=conversation)
    return [Author(name=row["author"], turns=row["turns"]) for row in rows]


def is_model(tx: Transaction, name: str) -> bool:
    """Say whether a model has answered under a name."""
    return tx.one("opted_out.is_model", spelled=storable(name)) is not None


def every(tx: Transaction) -> list[OptedOut]:
    """Return everybody who ever opted out, those who came back too, in the order of asking."""
    return [_from_row(row) for row in tx.all("opted_out.all")]


def add(tx: Transaction, choice: Choice, names: Iterable[str], now: datetime) -> OptedOut:
    """Keep somebody out from now on; whoever is kept out already is asked for again."""
    spelled = sorted(set(names))
    out = [each for each in every(tx) if each.step is not Step.BACK]
    same = [e for e in out if set(e.names) & set(spelled)]
    known = next((e for e in same if e.conversation == choice.conversation), None)
    id_ = _new(tx, choice, now) if known is None else known.id
    if known is not None:
        tx.run(
            "opted_out.ask_again",
            id=id_,
            erases=choice.erases,
            is_exact=choice.is_exact,
            step=Step.REMOVING.value,
            now=to_micros(now),
        )
    for name in spelled:
        tx.run("opted_out.add_name", person=id_, spelled=storable(name))
    if not choice.conversation:
        others = [each.id for each in same if each.id != id_]
        tx.run("opted_out.adopt", person=id_, others=json.dumps(others))
    return get(tx, id_)


def get(tx: Transaction, id_: int) -> OptedOut:
    """Return one of those who opted out."""
    return next(each for each in every(tx) if each.id == id_)


def advance(tx: Transaction, id_: int, step: Step, now: datetime) -> None:
    """Note how far an opt-out is."""
    done = to_micros(now) if step in {Step.DONE, Step.BACK} else None
    tx.run("opted_out.step", id=id_, step=step.value, done_at=done)


def note(tx: Transaction, id_: int, removed: Sequence[Removed]) -> None:
    """Add what was taken away to what was before, whichever process did that."""
    counts = {(each.kind, each.what): each.count for each in so_far(tx, id_)}
    for each in removed:
        if each.count:
            key = (each.kind, each.what)
            counts[key] = counts.get(key, 0) + each.count
    every_ = [asdict(Removed(kind=k, what=w, count=n)) for (k, w), n in counts.items()]
    tx.run("opted_out.report", id=id_, report=storable(json.dumps(every_, ensure_ascii=False)))


def so_far(tx: Transaction, id_: int) -> tuple[Removed, ...]:
    """Return what was taken away so far."""
    row = tx.one("opted_out.reported", id=id_)
    return tuple(Removed(**each) for each in json.loads(row["report"])) if row else ()


def places(tx: Transaction, id_: int) -> Places:
    """Return where the withheld turns of a person lie."""
    rows = tx.all("opted_out.places", person=id_)
    return Places(
        conversations=tuple(sorted({row["conversation"] for row in rows})),
        pages=tuple(sorted({row["page"] for row in rows if row["page"]})),
    )


def said(tx: Transaction, names: Sequence[str], conversation: str) -> Said:
    """Return how much there is of some names that is not withheld."""
    listed = json.dumps([storable(name) for name in names])
    row = tx.all("opted_out.would", names=listed, conversation=conversation)[0]
    titles = tx.all("opted_out.would_documents", names=listed, conversation=conversation)
    return Said(**dict(row), documents=tuple(each["title"] for each in titles))


def settle(tx: Transaction, id_: int, now: datetime) -> None:
    """Note since when nothing of a person's is there to be read, the first time that this is so."""
    tx.run("opted_out.settle", id=id_, now=to_micros(now))


def is_under_way(tx: Transaction, id_: int) -> bool:
    """Say whether work goes on that may have read what a person said before it was withheld."""
    return tx.one("opted_out.under_way", id=id_) is not None


def pending(tx: Transaction, conversations: Sequence[str]) -> list[Removed]:
    """Return what waits to be made again in some conversations."""
    rows = tx.all("opted_out.pending", conversations=json.dumps(list(conversations)))
    return [Removed(kind=row["kind"], count=row["jobs"]) for row in rows]


def naming(tx: Transaction, words: Sequence[str]) -> int:
    """Return how many turns that are there to be read have words in a row."""
    row = tx.one("opted_out.naming", phrase=_phrase(words)) if words else None
    return 0 if row is None else int(row["turns"])


def is_said(tx: Transaction, words: Sequence[str]) -> bool:
    """Say whether any turn that is there to be read has words in a row."""
    return tx.one("opted_out.is_said", phrase=_phrase(words)) is not None


def said_by_others(tx: Transaction, conversations: Sequence[str]) -> Iterator[str]:
    """Yield what others say in some conversations, as far as it is at hand."""
    listed = json.dumps(list(conversations))
    for row in tx.each("opted_out.said_by_others", conversations=listed):
        yield row["text"]


def tidy_index(tx: Transaction) -> None:
    """Write the full-text index anew, without what it has of turns that are gone."""
    tx.run("opted_out.tidy_index")


def _phrase(words: Sequence[str]) -> str:
    return '"' + " ".join(word.replace('"', " ") for word in words) + '"'


def _new(tx: Transaction, choice: Choice, now: datetime) -> int:
    rows = tx.all(
        "opted_out.add",
        spelled=storable(choice.name),
        is_exact=choice.is_exact,
        conversation=choice.conversation,
        erases=choice.erases,
        step=Step.REMOVING.value,
        now=to_micros(now),
    )
    return int(rows[0]["id"])


def _from_row(row: Row) -> OptedOut:
    return OptedOut(
        id=row["id"],
        name=row["name"],
        names=tuple(json.loads(row["names"])),
        conversation=row["conversation"],
        is_exact=bool(row["is_exact"]),
        erases=bool(row["erases"]),
        step=Step(row["step"]),
        asked_at=from_micros(row["asked_at"]),
        done_at=None if row["done_at"] is None else from_micros(row["done_at"]),
        turns=row["turns"],
    )
