"""`minutebook chat`: one question, one answer, both in the record."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from terminal import HOSTILE, OBEYED, minutebook

from minutebook.domain.turns import ToolCall
from minutebook.errors import ModelBusyError
from minutebook.llm import models
from minutebook.llm.retrying import Retries, RetryingModel
from minutebook.llm.scripted import Answer, ScriptedModel


@pytest.fixture(autouse=True)
def nothing_piped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave stdin empty."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))


def test_question_and_answer_are_in_the_record(tmp_path: Path) -> None:
    """The answer is on stdout; without a model, it is the record's own."""
    ran = minutebook(tmp_path, "chat", "When", "does", "the", "ferry", "leave?")
    assert ran.code == 0
    assert ran.out.startswith("No model is connected")
    (conversation,) = minutebook(tmp_path, "conversations", "--json").json
    assert conversation["title"] == "When does the ferry leave?"
    shown = minutebook(tmp_path, "show", conversation["id"], "--json").json
    assert [turn["role"] for turn in shown["turns"]] == ["user", "assistant"]
    assert ran.out == shown["turns"][1]["content"] + "\n"


def test_it_goes_on_where_it_is_told_to(tmp_path: Path) -> None:
    """In the newest conversation, or in one that is named."""
    first = minutebook(tmp_path, "chat", "--json", "one").json
    last = minutebook(tmp_path, "chat", "--json", "--last", "two").json
    named = minutebook(tmp_path, "chat", "--json", "-c", first["conversation"], "three").json
    assert first["conversation"] == last["conversation"] == named["conversation"]
    assert len(minutebook(tmp_path, "show", first["conversation"], "--json").json["turns"]) == 6


def test_what_is_piped_is_said_or_sent_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alone it is the question; beside one it is attached."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("piped words\n"))
    alone = minutebook(tmp_path, "chat", "--json").json
    monkeypatch.setattr(sys, "stdin", io.StringIO("piped words\n"))
    beside = minutebook(tmp_path, "chat", "--json", "What is this?").json
    said = [
        minutebook(tmp_path, "show", ran["conversation"], "--json").json["turns"][0]["content"]
        for ran in (alone, beside)
    ]
    assert said == ["piped words", "What is this?"]
    assert len(minutebook(tmp_path, "search", "--json", "piped").json) == 2


def test_files_are_sent_along(tmp_path: Path) -> None:
    """And can be found; what is no text is refused before anything is said."""
    (tmp_path / "plan.md").write_text("the xylophone stays home")
    (tmp_path / "photo.txt").write_bytes(b"\0\1")
    home = tmp_path / "home"
    assert minutebook(home, "chat", "-a", str(tmp_path / "plan.md"), "Read it.").code == 0
    assert len(minutebook(home, "search", "--json", "xylophone").json) == 1
    refused = minutebook(home, "chat", "-a", str(tmp_path / "photo.txt"), "And this.")
    assert (refused.code, "not a text" in refused.err) == (2, True)
    assert len(minutebook(home, "conversations", "--json").json) == 1


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--last", "x"], "--last"),
        (["-c", "nowhere", "x"], "nowhere"),
        (["-m", "offlin", "x"], "Did you mean 'offline'?"),
        ([" "], "nothing to say"),
        ([], "nothing to say"),
    ],
)
def test_what_cannot_be_done_is_told(tmp_path: Path, args: list[str], message: str) -> None:
    """With what to do next, and no trace in the record."""
    ran = minutebook(tmp_path, "chat", *args)
    assert ran.code in {1, 2}
    assert message in ran.err
    assert minutebook(tmp_path, "status", "--json").json["conversations"] == 0


def test_a_log_goes_on_beside_itself(tmp_path: Path) -> None:
    """What was read from a file stays as it is: a conversation goes on from it, and is named."""
    log = tmp_path / "#harbour.log"
    said = ("<ana> hello", "<bo> The ferry is late.")
    log.write_text("".join(f"2026-01-02T10:00:00  {line}\n" for line in said))
    home = tmp_path / "home"
    minutebook(home, "import", str(log))
    ran = minutebook(home, "chat", "-c", "#harbour", "--json", "When does the ferry come?")
    begun = ran.json["conversation"]
    assert (ran.code, f"goes on in {begun}" in ran.err) == (0, True)
    assert minutebook(home, "chat", "--last", "--json", "And?").json["conversation"] == begun
    listed = {e["title"]: e for e in minutebook(home, "conversations", "--json").json}
    assert {title: each["turns"] for title, each in listed.items()} == {
        "#harbour": 2,
        "#harbour, going on": 4,
    }
    assert said[1].partition("> ")[2] in minutebook(home, "context", "show", begun, "--text").out


def test_hostile_words_are_harmless(tmp_path: Path) -> None:
    """In JSON, which may be looked at in a terminal."""
    ran = minutebook(tmp_path, "chat", "--json", HOSTILE)
    assert not OBEYED.search(ran.out.replace("\n", ""))


def test_the_document_is_written_at_once(tmp_path: Path) -> None:
    """Without a network that is quick; nobody has to start a worker for it."""
    assert minutebook(tmp_path, "chat", "The ferry leaves at noon.").code == 0
    (document,) = minutebook(tmp_path, "scribe", "list", "--json").json
    assert (document["covered"], document["revision"] > 0) == (2, True)
    assert minutebook(tmp_path, "queue", "list", "--state", "queued", "--json").json == []
    assert minutebook(tmp_path, "chat", "--last", "And back at dusk.").code == 0
    (document,) = minutebook(tmp_path, "scribe", "list", "--json").json
    assert document["covered"] == 4


def test_a_document_that_waits_is_said_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a model behind a network writes it, or many others wait too."""
    log = tmp_path / "#harbour.log"
    log.write_text("2026-01-02T10:00:00  <ana> hello\n2026-01-02T10:00:01  <bo> hi\n")
    home = tmp_path / "home"
    minutebook(home, "import", str(log))
    monkeypatch.setattr("minutebook.cli.chatting._FEW", 1)
    ran = minutebook(home, "chat", "The ferry leaves at noon.")
    assert ran.code == 0
    assert ran.err.startswith("Its document waits: ")
    monkeypatch.undo()
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    far = ("--set", "models.scribe=openai:some-model")
    assert minutebook(home, "chat", "--last", "And back?", *far).err.startswith("Its document")


def test_without_a_key_nothing_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing is said; the newest conversation can be gone on with as before."""
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    monkeypatch.delenv("ANTHROPIC_AUTH_TOKEN", raising=False)
    monkeypatch.setattr("minutebook.llm.remote.keys.from_keyring", lambda _provider: "")
    keyless = ("-m", "anthropic:some-model")
    ran = minutebook(tmp_path, "chat", *keyless, "hi")
    assert (ran.code, "ANTHROPIC_API_KEY" in ran.err) == (1, True)
    assert minutebook(tmp_path, "conversations", "--json").json == []
    first = minutebook(tmp_path, "chat", "--json", "one").json
    assert minutebook(tmp_path, "chat", "--last", *keyless, "two").code == 1
    again = minutebook(tmp_path, "chat", "--last", "--json", "three").json
    assert (again["conversation"], again["model"]) == (first["conversation"], "offline")
    shown = minutebook(tmp_path, "show", first["conversation"], "--json").json
    assert [turn["content"] for turn in shown["turns"] if turn["role"] == "user"] == [
        "one",
        "three",
    ]


def test_another_model_may_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the one that was chosen has lost its key, `-m` names another."""
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setattr("minutebook.llm.remote.keys.from_keyring", lambda _provider: "")
    quick = ("--set", "calls.attempts=1", "--set", "calls.longest_wait_seconds=0")
    first = minutebook(tmp_path, "chat", "-m", "openai:some-model", "one", *quick)
    assert first.code == 1
    assert minutebook(tmp_path, "status", "--json").json["turns"] == 1
    monkeypatch.setenv("OPENAI_BASE_URL", "https://models.invalid/v1")
    monkeypatch.delenv("OPENAI_API_KEY")
    assert "key" in minutebook(tmp_path, "chat", "--last", "two").err
    assert minutebook(tmp_path, "chat", "--last", "-m", "offline", "two").code == 0
    assert minutebook(tmp_path, "status", "--json").json["conversations"] == 1


def test_dash_is_what_is_piped_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with other tools: `-` stands for standard input and is not said itself."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("piped words\n"))
    assert minutebook(tmp_path / "home", "chat", "-").code == 0
    assert "piped words" in minutebook(tmp_path / "home", "conversations").out


def test_empty_conversation_begins_no_other(tmp_path: Path) -> None:
    """An unset variable in a script is an error, not a new conversation."""
    ran = minutebook(tmp_path / "home", "chat", "-c", "", "hello")
    assert ran.code == 2
    assert "--conversation is empty" in ran.err
    assert minutebook(tmp_path / "home", "conversations").out == ""


def test_a_wait_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is asked again and in how many seconds stands on stderr; stdout has the answer alone."""
    busy = Answer(error=ModelBusyError("'test:one' is busy."))
    inner = ScriptedModel([busy, Answer(pieces=("At noon.",))], name="test:one")

    async def at_once(_seconds: float) -> None:
        return

    model = RetryingModel(inner, Retries(sleep=at_once, random=lambda: 1.0))
    monkeypatch.setitem(models.BUILT_IN, "test", lambda _: model)
    ran = minutebook(tmp_path, "chat", "-m", "test:one", "When?")
    assert ran.out == "At noon.\n"
    assert "'test:one' is busy. 'test:one' is asked again in 0 s." in ran.err


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_marks_of_an_answer_are_printed_as_they_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    """Pipes, JSON and the record have what the model said, to the letter."""
    said = "See @@ref('pg_00000000000000ff')@@, @@unref@@ the rest. @@importance(0.9)@@"
    pieces = (said[:7], said[7:30], said[30:])
    model = ScriptedModel([Answer(pieces=pieces)], name="test:one")
    monkeypatch.setitem(models.BUILT_IN, "test", lambda _: model)
    ran = minutebook(tmp_path, "chat", "-m", "test:one", *options, "When?")
    assert (ran.json["content"] if options else ran.out) == (said if options else f"{said}\n")
    (found,) = minutebook(tmp_path, "search", "rest", "--json").json
    shown = minutebook(tmp_path, "show", found["conversation"], "--json").json
    assert shown["turns"][-1]["content"] == said


def test_calls_to_the_last_are_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that lets a model call tools where none may be called any more leaves nothing on
    stdout; why that is stands on stderr."""
    calls = [ToolCall(id=f"call_{n}", name="recall_page", arguments="{}") for n in range(2)]
    model = ScriptedModel([Answer(tool_calls=(call,)) for call in calls], name="test:one")
    monkeypatch.setitem(models.BUILT_IN, "test", lambda _: model)
    ran = minutebook(tmp_path, "chat", "-m", "test:one", "--set", "context.tool_rounds=1", "When?")
    assert ran.out == "\n"
    assert "did not answer" in ran.err
    assert "context.tool_rounds" in ran.err


def test_two_places_are_refused(tmp_path: Path) -> None:
    """A conversation and the newest one are two; nothing is said in either."""
    first = minutebook(tmp_path, "chat", "--json", "one").json
    ran = minutebook(tmp_path, "chat", "-c", first["conversation"], "--last", "two")
    assert ran.code == 2
    assert "Give one of them" in ran.err
    assert len(minutebook(tmp_path, "show", first["conversation"], "--json").json["turns"]) == 2
