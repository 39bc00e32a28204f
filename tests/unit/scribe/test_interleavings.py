"""People and the scribe at one document, in any order: what always holds.

Histories of one kind are drawn here: a model that works on what it saw a while ago, people who edit
versions of any age, undo, restore and settle, transactions that die, a store that is closed and
opened again. Each word a person types is one of its own, so that it can be looked for afterwards.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from chronicle import NOON
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minutebook.domain.documents import Choice, Coverage, Document, ScribeState
from minutebook.errors import UsageError
from minutebook.scribe import editing
from minutebook.scribe.blocks import Block, BlockKind, joined, keys, split
from minutebook.scribe.editing import Edit, Settlement
from minutebook.scribe.history import text_at
from minutebook.scribe.operations import (
    AppendToSection,
    DeleteSection,
    InsertSectionAfter,
    Operation,
    RenameSection,
    ReplaceSection,
    SetTitle,
    read_patch,
)
from minutebook.scribe.outline import TOP, parse
from minutebook.scribe.ownership import origins_at, origins_of, person_keys
from minutebook.scribe.patching import patched
from minutebook.scribe.revising import Draft, keep_if_live
from minutebook.store import conflicts, conversations, documents, migrations, statements
from minutebook.store.database import connect
from minutebook.store.transaction import Transaction

SMALL = st.integers(0, 9)
TYPED = re.compile(r"typed\d+")
FORMS = (
    "{}",
    "- {}",
    "## {}",
    "```\n{}\n```",
    "```\n{}",
    "| {} | b |\n|---|---|",
    "{}\nmore of it",
)
WHOLE = tuple(form for form in FORMS if form != "## {}" and form.count("```") != 1)
"""Those that are one block of text wherever they stand."""


class Dies(Exception):  # noqa: N818 - an event, not an error
    """The process died here."""


class Desk:
    """One document in a store that can die."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = self._open()
        self.conversations = 0

    def _open(self) -> sqlite3.Connection:
        connection = connect(self.path)
        connection.execute("PRAGMA synchronous = OFF")
        migrations.migrate(connection)
        return connection

    def reopen(self) -> None:
        """Close the store, and open it again."""
        self.connection.close()
        self.connection = self._open()

    @contextmanager
    def transaction(self, *, dies: bool = False) -> Iterator[Transaction]:
        """Run a transaction; nothing of it is kept when it dies, or fails."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield Transaction(self.connection, statements.load("sqlite"))
            if dies:
                raise Dies
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def begin(self) -> str:
        """Return a new document."""
        self.conversations += 1
        with self.transaction() as tx:
            name = f"c{self.conversations}"
            conversation = conversations.create(tx, "test", name, "Winter", NOON)
            return documents.create(tx, conversation, "Winter", ScribeState.LIVE, NOON)


@dataclass(kw_only=True)
class World:
    """What is known of a document besides what is stored."""

    desk: Desk
    document: str
    shown: dict[int, str] = field(default_factory=lambda: {0: ""})
    typed: dict[str, str] = field(default_factory=dict)
    """For each word a person typed and did not take out: the block that it stands in."""
    drafts: list[Draft] = field(default_factory=list)
    words: int = 0
    told: int = 0

    def word(self) -> str:
        self.words += 1
        return f"typed{self.words}"

    def head(self) -> Document:
        with self.desk.transaction() as tx:
            return documents.get(tx, self.document)

    def note(self) -> None:
        """Look at what is shown now."""
        head = self.head()
        known = self.shown.setdefault(head.revision, head.content)
        assert known == head.content

    def forget(self, gone: set[str]) -> None:
        """Forget the words that stand in blocks a person took out."""
        self.typed = {word: key for word, key in self.typed.items() if key not in gone}

    def learn(self, text: str, known: set[str]) -> None:
        """Remember the blocks of a text that a person typed."""
        for key in keys(text):
            if key not in known:
                self.typed |= dict.fromkeys(TYPED.findall(key), key)

    def check(self) -> None:
        """Every block that a person typed is there, or waits in a conflict."""
        with self.desk.transaction() as tx:
            head = documents.get(tx, self.document)
            waiting = conflicts.unsettled(tx, self.document)
        there = set(keys(head.content))
        for each in waiting:
            there |= {*keys(each.clash.mine), *keys(each.clash.theirs)}
        assert {word: key for word, key in self.typed.items() if key not in there} == {}


@dataclass(frozen=True)
class Ask:
    """The model reads the document, and makes up its mind."""

    wishes: list[tuple[int, int]]

    def happen(self, world: World) -> None:
        head = world.head()
        anchors = [TOP, *(section.anchor for section in parse(head.content).sections)]
        operations: list[Operation] = []
        for kind, place in self.wishes:
            anchor = anchors[place % len(anchors)]
            world.told += 1
            operation = _operation(kind, anchor, f"told {world.told}", _body(head, anchor, world))
            operations.append(operation)
            if isinstance(operation, DeleteSection):
                anchors.remove(anchor)
        seq = head.covered_seq + 1
        covers = Coverage(
            first_seq=seq, last_seq=seq, first_turn=f"k{seq}", last_turn=f"k{seq}", turns=1
        )
        draft = Draft(
            head=head, operations=tuple(operations), author="model:x", cause="t", covers=covers
        )
        world.drafts.append(draft)


def _body(head: Document, anchor: str, world: World) -> str:
    """Return a section's text with one of its blocks changed, another gone, and one more."""
    bodies = {section.anchor: section.body for section in parse(head.content).sections}
    blocks = split(bodies.get(anchor, ""))[1:]
    blocks = [block for number, block in enumerate(blocks) if number != world.told % 5]
    return f"{joined(blocks)}\n\ntold {world.told} anew"


def _operation(kind: int, anchor: str, text: str, body: str) -> Operation:
    match kind:
        case 0 | 1:
            return InsertSectionAfter(anchor=anchor, heading=text, body=f"{text} body")
        case 2 | 8:
            return ReplaceSection(anchor=anchor, body=body)
        case 3 | 9 if anchor != TOP:
            return DeleteSection(anchor=anchor)
        case 4 if anchor != TOP:
            return RenameSection(anchor=anchor, heading=text)
        case 5:
            return SetTitle(title=text)
        case 6:
            return AppendToSection(anchor=anchor, body=f"- {text}\n- and {text}")
        case _:
            return AppendToSection(anchor=anchor, body=text)


@dataclass(frozen=True)
class Land:
    """What the model wants comes in, perhaps only when it is tried again."""

    which: int
    dies: bool

    def happen(self, world: World) -> None:
        if not world.drafts:
            return
        draft = world.drafts.pop(self.which % len(world.drafts))
        with world.desk.transaction() as tx:
            before = person_keys(tx, documents.get(tx, world.document))
        for dies in [True, False] if self.dies else [False]:
            with suppress(Dies), world.desk.transaction(dies=dies) as tx:
                keep_if_live(tx, draft, NOON)
        world.note()
        assert before <= set(keys(world.head().content))


@dataclass(frozen=True)
class Write:
    """A person edits a version of some age."""

    age: int
    changes: list[tuple[int, int, int]]
    dies: bool

    def happen(self, world: World) -> None:
        with world.desk.transaction() as tx:
            head = documents.get(tx, world.document)
            base = max(0, head.revision - self.age)
            seen = text_at(tx, head, base).content
        text = _edited(seen, self.changes, world)
        for dies in [True, False] if self.dies else [False]:
            with suppress(Dies), world.desk.transaction(dies=dies) as tx:
                editing.edit(tx, world.document, Edit(base=base, text=text), NOON)
        world.note()
        text = text.replace("\r\n", "\n")
        world.forget(set(keys(seen)) - set(keys(text)))
        world.learn(text, set(keys(seen)))


def _edited(seen: str, changes: list[tuple[int, int, int]], world: World) -> str:
    pieces = [block.text for block in split(seen)]
    ends = "\n"
    for kind, place, other in changes:
        at = place % len(pieces) if pieces else 0
        match kind:
            case 0 | 1 | 2:
                form = FORMS[other % len(FORMS)].format(world.word())
                pieces.insert(at, f"{form}\n\n" if place % 2 else f"\n\n{form}\n\n")
            case 3 | 4 if pieces:
                pieces[at] = f"{pieces[at].rstrip()} {world.word()}\n\n"
            case 5 if pieces:
                pieces[at] = f"{world.word()} instead\n\n"
            case 6 if pieces:
                del pieces[at]
            case 7 if pieces:
                pieces.insert(other % len(pieces), pieces.pop(at))
            case 8 if pieces:
                pieces[at] = f"\n\n{pieces[at]}\n"
            case 9 if other == 0:
                pieces = []
            case 9 if other < 5:
                ends = "\r\n"
    text = "".join(pieces)
    return text.rstrip("\n") if world.words % 3 == 0 else text.replace("\n", ends)


@dataclass(frozen=True)
class Meet:
    """Two people write one block of the same version anew, in words of their own."""

    place: int
    forms: tuple[int, int]

    def happen(self, world: World) -> None:
        seen = world.head()
        blocks = [block for block in split(seen.content) if block.key]
        if not blocks:
            return
        met = blocks[self.place % len(blocks)]
        if met.kind is BlockKind.HEADING or keys(seen.content).count(met.key) > 1:
            return
        texts = [WHOLE[form % len(WHOLE)].format(world.word()) for form in self.forms]
        for text in texts:
            self._write(world, seen, met, text)
        with world.desk.transaction() as tx:
            waiting = conflicts.unsettled(tx, world.document)
        clashes = [each.clash for each in waiting]
        found = [[keys(each.base), keys(each.mine), keys(each.theirs)] for each in clashes]
        assert [[met.key], *(keys(text) for text in reversed(texts))] in found

    def _write(self, world: World, seen: Document, met: Block, text: str) -> None:
        pieces = [
            f"\n\n{text}\n\n" if block == met else block.text for block in split(seen.content)
        ]
        wanted = Edit(base=seen.revision, text="".join(pieces))
        with world.desk.transaction() as tx:
            editing.edit(tx, world.document, wanted, NOON)
        world.note()
        world.forget({met.key})
        world.learn(wanted.text, set(keys(seen.content)))


@dataclass(frozen=True)
class GoBack:
    """A person undoes, or restores a version of some age."""

    age: int

    def happen(self, world: World) -> None:
        before = world.head()
        with suppress(UsageError), world.desk.transaction() as tx:
            if self.age == 0:
                editing.undo(tx, world.document, NOON)
            else:
                wanted = max(0, before.revision - self.age)
                editing.restore(tx, world.document, wanted, NOON)
        after = world.head().content
        world.forget(set(keys(before.content)) - set(keys(after)))
        with world.desk.transaction() as tx:
            owned = person_keys(tx, documents.get(tx, world.document))
        world.learn(after, set(keys(after)) - owned)


@dataclass(frozen=True)
class Settle:
    """A person settles a conflict."""

    which: int
    choice: Choice

    def happen(self, world: World) -> None:
        with world.desk.transaction() as tx:
            waiting = conflicts.unsettled(tx, world.document)
        if not waiting:
            return
        conflict = waiting[self.which % len(waiting)]
        mine, theirs = set(keys(conflict.clash.mine)), set(keys(conflict.clash.theirs))
        before = set(keys(world.head().content))
        text = world.word() if self.choice is Choice.TEXT else ""
        settlement = Settlement(choice=self.choice, text=text)
        with world.desk.transaction() as tx:
            editing.settle(tx, world.document, conflict.number, settlement, NOON)
        gone = {Choice.MINE: theirs, Choice.THEIRS: mine, Choice.TEXT: mine | theirs}
        head = world.head().content
        world.forget(gone.get(self.choice, set()) - set(keys(head)))
        world.learn(head, before)


@dataclass(frozen=True)
class Reopen:
    """The store is closed and opened again; what the models were at is lost."""

    def happen(self, world: World) -> None:
        world.drafts.clear()
        world.desk.reopen()


@dataclass(frozen=True)
class Race:
    """A model works while people write, and comes in behind them."""

    ask: Ask
    writes: list[Write]
    land: Land

    def happen(self, world: World) -> None:
        world.drafts.clear()
        self.ask.happen(world)
        for write in self.writes:
            write.happen(world)
        self.land.happen(world)


Action = Ask | Land | Write | Meet | GoBack | Settle | Reopen | Race
CHANGES = st.lists(st.tuples(SMALL, SMALL, SMALL), min_size=1, max_size=4)
WRITES = st.builds(Write, st.sampled_from([0, 0, 1, 2, 5]), CHANGES, st.booleans())
ASKS = st.builds(Ask, st.lists(st.tuples(SMALL, SMALL), min_size=1, max_size=3))
LANDS = st.builds(Land, SMALL, st.booleans())
RACES = st.builds(Race, ASKS, st.lists(WRITES, max_size=2), LANDS)
MEETINGS = st.builds(Meet, SMALL, st.tuples(SMALL, SMALL))
BACKS = st.builds(GoBack, st.sampled_from([0, 0, 1, 3]))
SETTLES = st.builds(Settle, SMALL, st.sampled_from(list(Choice)))
ACTIONS = st.lists(
    st.one_of(
        RACES, WRITES, RACES, WRITES, MEETINGS, ASKS, LANDS, BACKS, SETTLES, st.builds(Reopen)
    ),
    min_size=6,
    max_size=20,
)


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """Open a store that all histories share, each with a document of its own."""
    with TemporaryDirectory() as folder:
        opened = Desk(Path(folder) / "store.db")
        yield opened
        opened.connection.close()


def _live_through(desk: Desk, actions: list[Action]) -> None:
    world = World(desk=desk, document=desk.begin())
    for wishes in ([(0, 0), (6, 0)], [(0, 1), (7, 1)]):
        Ask(wishes).happen(world)
        Land(0, dies=False).happen(world)
        world.note()
    Write(0, [(0, 1, 0), (0, 4, 1), (3, 3, 0)], dies=False).happen(world)
    for action in actions:
        action.happen(world)
        world.note()
        world.check()
    _check_versions(world)


def _check_versions(world: World) -> None:
    """Every version is rebuilt as it was shown, covers the next turn, and has the same origins."""
    with world.desk.transaction() as tx:
        head = documents.get(tx, world.document)
        made = list(reversed(documents.revisions(tx, head.id, limit=1_000)))
        assert [each.number for each in made] == list(range(1, head.revision + 1))
        text, seq = "", 0
        for each in made:
            text = patched(text, read_patch(each.patch))
            assert text == world.shown[each.number]
            assert text_at(tx, head, each.number).content == text
            assert len(origins_at(tx, head.id, each.number)) == len(split(text))
            if each.covers.turns:
                assert each.covers.first_seq == seq + 1
                seq = each.covers.last_seq
        assert (text, seq) == (head.content, head.covered_seq)
        assert origins_of(tx, head) == origins_at(tx, head.id, head.revision)


QUIET = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)


@given(ACTIONS)
@settings(max_examples=200, deadline=None, suppress_health_check=QUIET)
def test_no_word_of_a_person_is_lost(desk: Desk, actions: list[Action]) -> None:
    """What people typed is there, and every version follows from its causes."""
    _live_through(desk, actions)


@pytest.mark.long
@pytest.mark.timeout(7_200)
@given(ACTIONS)
@settings(max_examples=10_000, deadline=None, suppress_health_check=QUIET)
def test_no_word_of_a_person_is_lost_in_ten_thousand_histories(
    desk: Desk, actions: list[Action]
) -> None:
    """The same, for longer."""
    _live_through(desk, actions)
