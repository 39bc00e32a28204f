"""Exports of one record, read in any order: the newest word stands, and the older ones are kept."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from itertools import permutations
from pathlib import Path
from typing import Any

from desk import Desk, desk_in, put
from hypothesis import given, settings
from hypothesis import strategies as st

NOON = 1_700_000_000


def export(said: dict[str, str], *, title: str, changed: int | None, **last: object) -> str:
    """Write a ChatGPT export in which each message answers the one before it."""
    names = list(said)
    nodes: dict[str, Any] = {}
    for number, name in enumerate(names):
        message = {
            "author": {"role": "user" if int(name) % 2 else "assistant"},
            "create_time": NOON + int(name),
            "content": {"content_type": "text", "parts": [said[name]]},
        } | last
        parent = names[number - 1] if number else None
        nodes[name] = {"id": name, "parent": parent, "children": [], "message": message}
    conversation: dict[str, Any] = {"conversation_id": "c1", "title": title, "mapping": nodes}
    if changed is not None:
        conversation["update_time"] = NOON + changed + 0.25
    return json.dumps([conversation])


async def read(desk: Desk, folder: Path, exports: Sequence[str]) -> None:
    """Import exports, one after another."""
    for number, text in enumerate(exports):
        await desk.read(put(folder / str(number) / "conversations.json", text))


async def state(desk: Desk, folder: Path) -> tuple[str, list[object], set[tuple[str, str]]]:
    """Return title and turns of the record, and all that any turn has ever said."""
    (conversation,) = await desk.library.conversations()
    turns = await desk.library.turns(conversation.id, limit=99)
    now: list[object] = [(turn.key, turn.content.text, turn.is_active) for turn in turns]
    said = {(turn.key, turn.content.text) for turn in turns}
    return conversation.title, now, said | set(revisions(folder))


def revisions(folder: Path) -> list[tuple[str, str]]:
    """Return what turns said before, with their keys."""
    with closing(sqlite3.connect(folder / "store.db")) as store:
        return store.execute("SELECT key, text FROM turn_revisions").fetchall()


async def test_an_older_export_takes_nothing_back(tmp_path: Path) -> None:
    """Neither text nor title; what it says is an earlier revision, and known the next time."""
    old = export({"1": "Hi", "2": "old words"}, title="Old", changed=1)
    new = export({"1": "Hi", "2": "new words", "3": "Thanks"}, title="New", changed=2)
    async with desk_in(tmp_path) as desk:
        await read(desk, tmp_path / "first", [new])
        before = await state(desk, tmp_path)
        await read(desk, tmp_path / "then", [old, old + "\n"])
        after = await state(desk, tmp_path)
        assert after[:2] == before[:2]
        assert revisions(tmp_path) == [("2", "old words")]


async def test_a_return_to_old_words_is_news(tmp_path: Path) -> None:
    """What an edit took back is what is said now, if the export says that it is newer."""
    texts = ("first", "second", "first")
    exports = [export({"1": t}, title=t, changed=n) for n, t in enumerate(texts)]
    async with desk_in(tmp_path) as desk:
        await read(desk, tmp_path, exports)
        assert (await desk.texts(), await title_of(desk)) == ([["first"]], "first")


async def test_where_nothing_tells_the_later_reading_wins(tmp_path: Path) -> None:
    """As ever; and the title stays."""
    exports = [export({"1": text}, title=text, changed=None) for text in ("first", "second")]
    async with desk_in(tmp_path) as desk:
        await read(desk, tmp_path, exports)
        assert (await desk.texts(), await title_of(desk)) == ([["second"]], "first")


async def test_an_edit_of_a_message_tells_its_own_time(tmp_path: Path) -> None:
    """Where the conversation says nothing of its own."""
    exports = [
        export({"1": text}, title="T", changed=None, update_time=NOON + n)
        for n, text in ((2, "edited"), (1, "before"))
    ]
    async with desk_in(tmp_path) as desk:
        await read(desk, tmp_path, exports)
        assert await desk.texts() == [["edited"]]


async def title_of(desk: Desk) -> str:
    """Return the title of the only conversation."""
    (conversation,) = await desk.library.conversations()
    return conversation.title


EXPORTS = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from("12345"), st.sampled_from(["a", "b", "c"]), min_size=1),
        st.sampled_from(["One", "Two", "Three"]),
    ),
    min_size=3,
    max_size=3,
)


@settings(max_examples=6, deadline=None)
@given(EXPORTS)
async def test_the_order_of_reading_does_not_matter(
    exports: list[tuple[dict[str, str], str]],
) -> None:
    """Three exports of one conversation, edited, cut and renamed in between, make one record."""
    written = [
        export(dict(sorted(said.items())), title=title, changed=number)
        for number, (said, title) in enumerate(exports)
    ]
    states = []
    for order in permutations(written):
        with tempfile.TemporaryDirectory() as name:
            async with desk_in(Path(name)) as desk:
                await read(desk, Path(name), order)
                states.append(await state(desk, Path(name)))
    assert all(one == states[0] for one in states)
