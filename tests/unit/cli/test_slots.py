"""`context ref`, `unref`, `slot` and `pin`: pages come back and go by a person's word."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from terminal import minutebook

from conversing import converse, exchanges, said, say
from doubles import FakeClock
from minutebook.cli.exits import Exit
from minutebook.domain.context import Layout, Span
from minutebook.domain.turns import Role
from minutebook.store import contexts, pages, turns
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction


async def _fill(home: Path) -> tuple[str, str]:
    database = await Database.open(home / "minutebook.db")
    clock = FakeClock()

    def work(tx: Transaction) -> tuple[str, str]:
        id_ = converse(tx, "c", clock())
        stove = said(Role.USER, "The paraffin stove is Carla's." + " and so on" * 200)
        say(tx, id_, [stove, *exchanges(6)], clock())
        last = turns.last_active(tx, id_)
        assert last is not None
        spans = (Span(conversation=id_, behind=(last.sort_at, last.seq)),)
        contexts.keep(tx, Layout(conversation=id_, spans=spans), clock(), onto=0)
        first = min(pages.newest(tx, limit=99, conversation=id_), key=lambda page: page.first_seq)
        return id_, first.id

    named = await database.write(work)
    await database.close()
    return named


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home with a conversation that is out of sight."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    (folder / "ids").write_text(" ".join(asyncio.run(_fill(folder))))
    return folder


def test_pages_come_and_go(home: Path) -> None:
    """By id or words; the slot tells why; a pin and the letting go are obeyed."""
    conversation, page = (home / "ids").read_text().split()
    ran = minutebook(home, "context", "ref", conversation, "paraffin stove", "--json")
    assert [each["page"] for each in ran.json] == [page]
    assert minutebook(home, "context", "pin", conversation, page[:12]).code == Exit.DONE
    (held,) = minutebook(home, "context", "slot", conversation, "--json").json
    assert (held["page"], held["why"], held["pinned"]) == (page, "person", True)
    assert held["reason"] == "looked for: paraffin stove"
    assert page in minutebook(home, "context", "slot", conversation).out
    assert page in minutebook(home, "context", "show", conversation, "--text").out
    assert page in minutebook(home, "context", "unref", conversation).err
    assert minutebook(home, "context", "slot", conversation, "--json").json == []


def test_what_leads_nowhere_fails(home: Path) -> None:
    """A reference without a page says so, and the command has failed."""
    conversation, _ = (home / "ids").read_text().split()
    ran = minutebook(home, "context", "ref", conversation, "pg_dead00")
    assert ran.code == Exit.FAILED
    assert "pg_dead00 was not brought back" in ran.err
    ran = minutebook(home, "context", "pin", conversation, "pg_dead00")
    assert (ran.code, "pg_dead00 is not in the slot" in ran.err) == (Exit.USAGE, True)
