"""The log of the command `llm`."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from json_logs import BERLIN, Reading

from minutebook.domain.turns import Attachment, ToolCall, ToolResult
from minutebook.sources.containers import sources_of
from minutebook.sources.formats.llm_logs import LlmLogs
from minutebook.sources.source import ReadingOptions, Source

OPTIONS = ReadingOptions(zone=BERLIN)

OLD = """
CREATE TABLE conversations (id TEXT, name TEXT, model TEXT);
CREATE TABLE responses (id TEXT, model TEXT, prompt TEXT, system TEXT, response TEXT,
    conversation_id TEXT, datetime_utc TEXT);
INSERT INTO conversations VALUES ('c1', 'Ferries', 'm');
INSERT INTO responses VALUES
    ('r1', 'm', 'When?', 'Be terse', 'At noon.', 'c1', '2024-01-02 10:00:00.5'),
    ('r2', 'm', 'Sure?', 'Be terse', 'Yes.', 'c1', '2024-01-02T10:01:00+00:00'),
    ('r3', 'm', 'alone', NULL, 'ok', NULL, '2024-01-03T10:01:00');
"""
RELATED = """
ALTER TABLE responses ADD COLUMN reasoning TEXT;
ALTER TABLE responses ADD COLUMN resolved_model TEXT;
UPDATE responses SET reasoning = 'hm', resolved_model = 'm-2' WHERE id = 'r1';
CREATE TABLE fragments (id INTEGER, content TEXT);
CREATE TABLE prompt_fragments (response_id TEXT, fragment_id INTEGER, "order" INTEGER);
CREATE TABLE system_fragments (response_id TEXT, fragment_id INTEGER, "order" INTEGER);
CREATE TABLE attachments (id TEXT, type TEXT, path TEXT, url TEXT, content BLOB);
CREATE TABLE prompt_attachments (response_id TEXT, attachment_id TEXT, "order" INTEGER);
CREATE TABLE tool_calls (id INTEGER, response_id TEXT, name TEXT, arguments TEXT,
    tool_call_id TEXT);
CREATE TABLE tool_results (id INTEGER, response_id TEXT, name TEXT, output TEXT,
    tool_call_id TEXT, exception TEXT);
INSERT INTO fragments VALUES (1, 'a long text'), (2, 'another');
INSERT INTO prompt_fragments VALUES ('r1', 2, 1), ('r1', 1, 0);
INSERT INTO attachments VALUES ('a1', 'image/png', '/x/map.png', NULL, NULL),
    ('a2', 'text/plain', NULL, NULL, x'616263');
INSERT INTO prompt_attachments VALUES ('r1', 'a1', 0), ('r1', 'a2', 1);
INSERT INTO tool_calls VALUES (1, 'r1', 'clock', '{"zone": "UTC"}', 't1');
INSERT INTO tool_results VALUES (1, 'r2', 'clock', '', 't1', 'it stopped');
"""
NEW = """
CREATE TABLE threads (id TEXT, name TEXT, tip_message_hash TEXT, forked_from TEXT,
    datetime_utc TEXT);
CREATE TABLE turns (id TEXT, thread_id TEXT, tip_message_hash TEXT, model TEXT,
    resolved_model TEXT, datetime_utc TEXT);
CREATE TABLE messages (hash TEXT PRIMARY KEY, parent_hash TEXT, role TEXT);
CREATE TABLE parts (id INTEGER PRIMARY KEY, message_hash TEXT, position INTEGER, type TEXT,
    tool_name TEXT, text TEXT, payload TEXT);
CREATE TABLE IF NOT EXISTS fragments (id INTEGER, content TEXT);
CREATE TABLE IF NOT EXISTS attachments (id TEXT, type TEXT, path TEXT, url TEXT, content BLOB);
CREATE TABLE part_fragments (part_id INTEGER, fragment_id INTEGER, "order" INTEGER);
CREATE TABLE part_attachments (part_id INTEGER, attachment_id TEXT, "order" INTEGER);
"""


@dataclass
class Log:
    """A log that is written to."""

    path: Path

    def run(self, script: str) -> Log:
        """Run SQL, with the log of SQLite left where it is."""
        with closing(sqlite3.connect(self.path)) as database:
            database.executescript(script)
        return self

    def say(self, name: str, parent: str | None, role: str, *texts: str) -> None:
        """Write a message with parts of text."""
        with closing(sqlite3.connect(self.path)) as database, database:
            database.execute("INSERT INTO messages VALUES (?, ?, ?)", (name, parent, role))
            for position, text in enumerate(texts):
                self._part(database, name, position, ("text", None, text, None))

    def part(self, name: str, position: int, *values: str | None) -> None:
        """Write a part of another kind: its type, the name of a tool, text and payload."""
        with closing(sqlite3.connect(self.path)) as database, database:
            self._part(database, name, position, values)

    @staticmethod
    def _part(
        database: sqlite3.Connection, name: str, position: int, values: tuple[str | None, ...]
    ) -> None:
        database.execute(
            "INSERT INTO parts (message_hash, position, type, tool_name, text, payload)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (name, position, *values),
        )

    def source(self) -> Source:
        """Return it as a source."""
        (source,) = sources_of(self.path, OPTIONS)
        assert isinstance(source, Source)
        return source

    def read(self) -> Reading:
        """Read it."""
        return Reading(items=list(LlmLogs().parse(self.source())))


@pytest.fixture
def log(tmp_path: Path) -> Log:
    """Return a log that is empty."""
    return Log(tmp_path / "logs.db")


def test_responses_are_prompts_and_answers(log: Log) -> None:
    """With instructions where they change, in any spelling of times, which are UTC."""
    one = log.run(OLD).read()
    assert [(found.native_id, found.title) for found in one.conversations] == [
        ("r3", ""),
        ("c1", "Ferries"),
    ]
    assert [(turn.native_id, turn.role.value, turn.content.text) for turn in one.turns] == [
        ("r3/p", "user", "alone"),
        ("r3/r", "assistant", "ok"),
        ("r1/s", "system", "Be terse"),
        ("r1/p", "user", "When?"),
        ("r1/r", "assistant", "At noon."),
        ("r2/p", "user", "Sure?"),
        ("r2/r", "assistant", "Yes."),
    ]
    assert [str(turn.at) for turn in one.turns][2::3] == [
        "2024-01-02 10:00:00.500000+00:00",
        "2024-01-02 10:01:00+00:00",
    ]
    assert all(turn.zone_known for turn in one.turns)


def test_what_other_tables_have_is_put_in(log: Log) -> None:
    """Fragments before prompts, attachments, calls and results by id, reasoning."""
    one = log.run(OLD + RELATED).read()
    turns = {turn.native_id: turn for turn in one.turns}
    prompt, answer = turns["r1/p"].content, turns["r1/r"]
    assert prompt.text == "a long text\n\nanother\n\nWhen?"
    assert prompt.attachments == (
        Attachment(name="map.png", media_type="image/png"),
        Attachment(name="a2", media_type="text/plain", size=3),
    )
    assert (answer.author, answer.content.thinking) == ("m-2", "hm")
    assert answer.content.tool_calls == (
        ToolCall(id="t1", name="clock", arguments='{"zone": "UTC"}'),
    )
    assert turns["r2/t"].content.tool_results == (
        ToolResult(call_id="t1", content="it stopped", is_error=True),
    )


@pytest.fixture
def threads(log: Log) -> Log:
    """Return a log with two threads that begin alike, and a fork of one."""
    log.run(NEW)
    log.say("s", None, "system", "Be terse")
    log.say("u1", "s", "user", "When?")
    log.say("a1", "u1", "assistant", "At noon.")
    log.say("u2", "a1", "user", "Sure?")
    log.say("a2", "u2", "assistant", "Yes.")
    log.say("u3", "a1", "user", "Where?")
    log.say("a3", "u3", "assistant", "There.")
    return log.run(
        "INSERT INTO threads VALUES ('t1', 'Ferries', 'a2', NULL, '2026-01-01T10:00'),"
        " ('t2', 'Alike', 'a1', NULL, '2026-01-01T11:00'),"
        " ('t3', 'Fork', 'a3', 't1', '2026-01-01T12:00');"
        "INSERT INTO turns VALUES"
        " ('x1', 't1', 'a1', 'm', NULL, '2026-01-01T10:00:01+00:00'),"
        " ('x2', 't1', 'a2', 'm', NULL, '2026-01-01T10:00:02+00:00'),"
        " ('x3', 't2', 'a1', 'm', NULL, '2026-01-01T11:00:01+00:00'),"
        " ('x4', 't3', 'a3', 'm', NULL, '2026-01-01T12:00:01+00:00');"
    )


def test_threads_have_their_own_turns_of_the_chains_they_share(threads: Log) -> None:
    """A fork has what it added, and is tied to where it comes from."""
    one = threads.read()
    assert [(found.native_id, found.parent) for found in one.conversations] == [
        ("t1", ""),
        ("t2", ""),
        ("t3", "t1"),
    ]
    assert [(name, turn.native_id, turn.content.text) for name, turn in one.told] == [
        ("t1", "x1/0", "Be terse"),
        ("t1", "x1/p", "When?"),
        ("t1", "x1/r", "At noon."),
        ("t1", "x2/p", "Sure?"),
        ("t1", "x2/r", "Yes."),
        ("t2", "x3/0", "Be terse"),
        ("t2", "x3/p", "When?"),
        ("t2", "x3/r", "At noon."),
        ("t3", "x4/p", "Where?"),
        ("t3", "x4/r", "There."),
    ]


def test_parts_of_all_kinds_are_kept(threads: Log) -> None:
    """Reasoning, calls and results, attachments, fragments; an unknown kind by its text."""
    threads.run(
        "INSERT INTO threads VALUES ('t9', '', 'b3', NULL, '2026-01-02');"
        "INSERT INTO fragments VALUES (1, 'a fragment');"
        "INSERT INTO attachments VALUES ('a1', 'image/png', NULL, 'http://x/y.png', NULL);"
    )
    threads.say("b1", None, "user")
    threads.say("b2", "b1", "assistant")
    threads.say("b3", "b2", "tool")
    threads.part("b1", 0, "text", None, None, None)
    threads.run("INSERT INTO part_fragments SELECT max(id), 1, 0 FROM parts")
    threads.part("b1", 1, "attachment", None, None, '{"attachment": {"id": "a1"}}')
    threads.run("INSERT INTO part_attachments SELECT max(id), 'a1', 0 FROM parts")
    threads.part("b2", 0, "reasoning", None, "hm", None)
    call = {"tool_call_id": "t", "arguments": {"a": 1}}
    threads.part("b2", 1, "tool_call", "clock", None, json.dumps(call))
    threads.part("b2", 2, "novel", None, "a new kind", "{broken")
    threads.part("b3", 0, "tool_result", "clock", "noon", '{"tool_call_id": "t"}')
    prompt, reply, result = (turn for name, turn in threads.read().told if name == "t9")
    assert prompt.content.text == "a fragment"
    assert prompt.content.attachments == (
        Attachment(name="http://x/y.png", media_type="image/png"),
    )
    assert (reply.content.thinking, reply.content.text) == ("hm", "a new kind")
    assert reply.content.tool_calls == (ToolCall(id="t", name="clock", arguments='{"a": 1}'),)
    assert result.content.tool_results == (ToolResult(call_id="t", content="noon"),)


def test_a_log_that_was_taken_over_has_both_forms(log: Log) -> None:
    """What stands in both comes once, under the same name."""
    log.run(OLD + NEW)
    log.say("u", None, "user", "When?")
    log.say("a", "u", "assistant", "At noon.")
    log.run(
        "INSERT INTO threads VALUES ('c1', 'Ferries', 'a', NULL, '2024-01-02');"
        "INSERT INTO turns VALUES ('r1', 'c1', 'a', 'm', NULL, '2024-01-02T10:00:00');"
    )
    names = [turn.native_id for turn in log.read().turns]
    assert names == ["r1/p", "r1/r", "r3/p", "r3/r", "r2/s", "r2/p", "r2/r"]


def test_other_databases_are_not_taken(log: Log) -> None:
    """Nor what only begins like one."""
    log.run("CREATE TABLE responses (id TEXT)")
    assert LlmLogs().detect(log.source().sample()) is None
    log.path.write_bytes(b"SQLite format 3\x00 and nothing")
    assert LlmLogs().detect(log.source().sample()) is None


def test_broken_chains_and_odd_values_are_read_as_far_as_they_go(threads: Log) -> None:
    """A circle, a message that is missing, numbers and blobs in the place of text."""
    threads.run(
        "UPDATE messages SET parent_hash = 'a2' WHERE hash = 's';"
        "UPDATE turns SET tip_message_hash = 'gone' WHERE id = 'x4';"
        "UPDATE parts SET text = x'ff00' WHERE message_hash = 'u2';"
        "UPDATE turns SET datetime_utc = 7 WHERE id = 'x1';"
    )
    assert len(threads.read().turns) >= 8


def test_a_log_in_a_zip_is_unpacked_to_be_read(log: Log, tmp_path: Path) -> None:
    """And reads as it does by itself."""
    log.run(OLD)
    with zipfile.ZipFile(tmp_path / "backup.zip", "w") as archive:
        archive.write(log.path, "io.datasette.llm/logs.db")
    (source,) = sources_of(tmp_path / "backup.zip", OPTIONS)
    assert isinstance(source, Source)
    assert LlmLogs().detect(source.sample()) is not None
    assert Reading(items=list(LlmLogs().parse(source))).told == log.read().told


def test_a_name_that_is_no_text_is_no_hindrance(tmp_path: Path) -> None:
    """Names of files are bytes, and need not be UTF-8."""
    path = tmp_path / "\udcff.db"
    try:
        log = Log(path).run(OLD)
    except (OSError, UnicodeError, sqlite3.Error):
        pytest.skip("no such name here")
    assert LlmLogs().detect(log.source().sample()) is not None
