"""JSON is a contract: keys may be added, never renamed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from terminal import minutebook

KEYS: dict[str, set[str]] = {
    "status": {
        "conversations",
        "turns",
        "pages",
        "documents",
        "revisions",
        "quarantined",
        "jobs",
        "batches",
        "cost_usd",
    },
    "import": {
        "path",
        "format",
        "conversations",
        "turns_new",
        "turns_known",
        "turns_revised",
        "quarantined",
    },
    "conversations": {
        "id",
        "source",
        "native_id",
        "title",
        "turns",
        "pages",
        "first_at",
        "last_at",
        "document",
    },
    "turn": {
        "key",
        "native_id",
        "role",
        "author",
        "content",
        "at",
        "page",
        "thinking",
        "tool_calls",
        "tool_results",
        "attachments",
        "parent",
        "is_active",
        "at_raw",
        "zone_known",
        "ending",
    },
    "search": {
        "turn",
        "native_id",
        "conversation",
        "role",
        "author",
        "at",
        "snippet",
        "score",
        "page",
        "archived",
    },
    "pages": {
        "id",
        "conversation",
        "first_turn",
        "last_turn",
        "turns",
        "tokens",
        "lifecycle",
        "label",
        "summary",
        "summary_by",
        "summary_state",
    },
    "quarantine": {"id", "path", "place", "reason", "excerpt", "at"},
    "queue": {"id", "kind", "key", "group", "state", "attempts", "not_before", "error"},
    "document": {"document", "title", "revision", "content"},
    "revision": {"revision", "author", "base", "covers", "at", "cost_usd"},
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with a small log, read and worked on, and something unreadable."""
    folder = tmp_path_factory.mktemp("contract")
    lines = [f"2024-01-01T10:{n:02}:00  <Ana> The ferry {n} leaves at noon.\n" for n in range(50)]
    (folder / "logs").mkdir()
    (folder / "logs" / "#harbour.log").write_text("".join(lines))
    (folder / "logs" / "noise.txt").write_bytes(b"\x00\xff" * 99)
    small = ("--set", "pages.tokens=100")
    done = minutebook(folder / "home", "--no-ui", "--once", *small, str(folder / "logs"))
    assert done.code == 3
    return folder / "home"


def keys_of(value: Any) -> set[str]:
    """Return the keys of an object, or of the first of a list."""
    return set(value[0] if isinstance(value, list) else value)


def test_status(home: Path) -> None:
    """Counts, with those of pages, jobs and batches in objects."""
    status = minutebook(home, "status", "--json").json
    assert keys_of(status) >= KEYS["status"]
    assert keys_of(status["pages"]) >= {"total", "active", "pending", "archived"}
    assert keys_of(status["jobs"]) >= {"queued", "leased", "submitted", "done", "failed", "dead"}
    assert keys_of(status["batches"]) >= {"open", "applied"}
    assert (status["conversations"], status["turns"], status["quarantined"]) == (1, 50, 1)
    assert status["pages"]["total"] == status["pages"]["active"] > 1


def test_import(home: Path, tmp_path: Path) -> None:
    """A list, an object for each source, with what could not be read and why."""
    (tmp_path / "noise.txt").write_bytes(b"\x00\xff" * 99)
    ran = minutebook(tmp_path / "home", "import", "--json", str(tmp_path / "noise.txt"))
    assert ran.code == 3
    (report,) = ran.json
    assert keys_of(report) >= KEYS["import"]
    assert keys_of(report["quarantined"]) >= {"place", "reason"}


def test_conversations_and_show(home: Path) -> None:
    """A conversation, and one with its turns."""
    listed = minutebook(home, "conversations", "--json").json
    assert keys_of(listed) >= KEYS["conversations"]
    shown = minutebook(home, "show", listed[0]["id"], "--json").json
    assert keys_of(shown) >= {"conversation", "turns"}
    assert keys_of(shown["conversation"]) >= KEYS["conversations"]
    assert keys_of(shown["turns"]) >= KEYS["turn"]
    assert [turn["at"] for turn in shown["turns"][:2]] == sorted(
        turn["at"] for turn in shown["turns"][:2]
    )
    assert all(turn["at"].endswith("Z") for turn in shown["turns"])


def test_search(home: Path) -> None:
    """Hits, the best first: the higher the score, the better."""
    hits = minutebook(home, "search", "ferry", "--json").json
    assert keys_of(hits) >= KEYS["search"]
    scores = [hit["score"] for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert minutebook(home, "search", "nosuchword", "--json").json == []


def test_pages(home: Path) -> None:
    """Pages with their summaries, and one with its turns."""
    pages = minutebook(home, "pages", "list", "--json").json
    assert keys_of(pages) >= KEYS["pages"]
    assert {page["summary_by"] for page in pages} == {"offline"}
    shown = minutebook(home, "pages", "show", pages[0]["id"], "--json").json
    assert keys_of(shown) >= KEYS["pages"] | {"content"}
    assert len(shown["content"]) == shown["turns"]


def test_quarantine(home: Path) -> None:
    """What could not be read, and why; people get the same."""
    (item,) = minutebook(home, "quarantine", "list", "--json").json
    assert keys_of(item) >= KEYS["quarantine"]
    assert (item["place"], item["reason"]) == ("the whole file", "It is not text.")
    (line,) = minutebook(home, "quarantine", "list").out.splitlines()
    assert line.split("\t")[1:] == [item["path"], item["place"], item["reason"]]


def test_queue(home: Path) -> None:
    """Jobs."""
    assert keys_of(minutebook(home, "queue", "list", "--json").json) >= KEYS["queue"]


def test_scribe(home: Path) -> None:
    """A document and its history, which covers every turn."""
    (listed,) = minutebook(home, "scribe", "list", "--json").json
    document = minutebook(home, "scribe", "show", listed["slug"], "--json").json
    assert keys_of(document) >= KEYS["document"]
    history = minutebook(home, "scribe", "history", listed["document"], "--json").json
    assert keys_of(history) >= KEYS["revision"]
    assert keys_of(history[0]["covers"]) >= {"first", "last", "turns"}
    assert sum(revision["covers"]["turns"] for revision in history) == 50


def test_doctor_and_config(home: Path) -> None:
    """What was looked at; every setting with its origin."""
    assert keys_of(minutebook(home, "doctor", "--json").json) >= {"check", "ok", "detail"}
    settings = minutebook(home, "config", "show", "--json").json
    assert keys_of(settings) >= {"key", "value", "origin", "meaning"}


@pytest.mark.parametrize(
    "command",
    [
        ["conversations"],
        ["quarantine", "list"],
        ["search", "x"],
        ["pages", "list"],
        ["queue", "list"],
        ["scribe", "list"],
    ],
)
def test_an_empty_record_is_an_empty_list(tmp_path: Path, command: list[str]) -> None:
    """Never nothing at all."""
    assert minutebook(tmp_path / "home", *command, "--json").json == []
