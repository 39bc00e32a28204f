"""`batches`: lists, plans, yes and no, on a home whose summaries went through a server."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
import sqlite3
import sys
from pathlib import Path

import pytest
from terminal import bare, minutebook

from batching import MODEL, ended, opened, quick, say_pages, settings
from servers.batch_values import Doing, Ending, Fate
from servers.batches import batch_server

BATCH = {
    "id",
    "provider",
    "provider_id",
    "state",
    "requests",
    "succeeded",
    "errored",
    "canceled",
    "expired",
    "input_tokens",
    "output_tokens",
    "cost_usd",
}
ESTIMATE = {"pages", "input_tokens", "output_tokens", "cost_usd", "direct_cost_usd"}
OTHER = ("--set", "models.summary=openai:gpt-5-mini")


async def summarised(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have twelve pages summarised in batches, of which one request is refused for good."""
    async with batch_server() as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.root)
        server.desk.ending(Ending(polls=1))
        server.desk.fate(
            Fate(contains="Page number 3:", outcome=Doing.ERRORED, error="invalid_request_error")
        )
        async with opened(home, settings(batches=quick(requests=6))) as (engine, database):
            await say_pages(database, 12)
            await engine.do_what_can_be_done()
            async with engine.working():
                await ended(engine)


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with batches that were applied; nobody changes it."""
    home = tmp_path_factory.mktemp("batches")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test")
        asyncio.run(summarised(home, monkeypatch))
    return home


@pytest.fixture
def home(worked: Path, tmp_path: Path) -> Path:
    """Return a copy of that home."""
    shutil.copytree(worked, tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a key that no provider knows."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")


def test_list(worked: Path) -> None:
    """Each batch with its counts, tokens, cost and what it saved, the newest first."""
    listed = minutebook(worked, "batches", "list", "--json").json
    assert len(listed) == 2
    assert all(set(batch) >= BATCH for batch in listed)
    assert {batch["state"] for batch in listed} == {"applied"}
    assert {batch["provider"] for batch in listed} == {"anthropic"}
    assert sum(batch["succeeded"] for batch in listed) == 11
    assert sum(batch["errored"] for batch in listed) == 1
    assert all(batch["saved_usd"] == pytest.approx(batch["cost_usd"]) for batch in listed)
    assert all(batch["age_seconds"] >= 0 and batch["expires_at"] for batch in listed)
    assert listed[0]["created_at"] >= listed[1]["created_at"]
    assert minutebook(worked, "batches", "list", "--state", "open", "--json").json == []


def test_list_for_people(worked: Path) -> None:
    """A line for each batch; a remark where there is none."""
    lines = minutebook(worked, "batches", "list").out.splitlines()
    assert [line.split("\t")[2] for line in lines] == ["applied", "applied"]
    assert "No batch is like that." in minutebook(worked, "batches", "list", "--state", "lost").err


def test_show(worked: Path) -> None:
    """A batch by any of its names, with its requests."""
    batch = minutebook(worked, "batches", "list", "--json").json[0]
    for name in (batch["id"], batch["provider_id"], batch["id"][:-2]):
        shown = minutebook(worked, "batches", "show", name, "--json").json
        assert shown["id"] == batch["id"]
        assert len(shown["items"]) == shown["requests"]
        assert set(shown["items"][0]) >= {"custom_id", "page", "outcome"}
    assert batch["provider_id"] in minutebook(worked, "batches", "show", batch["id"]).out
    missing = minutebook(worked, "batches", "show", "nothing")
    assert missing.code == 1
    assert "batches list" in missing.err


def test_status_counts_batches(worked: Path) -> None:
    """The status says how many batches are open, and how many were applied."""
    found = minutebook(worked, "status", "--json").json["batches"]
    assert found == {"open": 0, "applied": 2, "in_flight": 0, "prepared": 0}


def test_status_says_what_wants_a_person(home: Path) -> None:
    """What waits for a yes, what was given up, and who is paused; with what to do."""
    minutebook(home, "batches", "approve", *OTHER)
    with sqlite3.connect(home / "minutebook.db") as connection:
        connection.execute("INSERT INTO pauses VALUES ('openai', 'no credit', 0, 4102444800000000)")
    ran = minutebook(home, "status", *OTHER, "--json")
    assert ran.json["approvals"] == {"waiting": 1, "pages": 12}
    summaries = {"done": 11, "under_way": 0, "held": 0, "refused": 0, "dead": 1}
    assert ran.json["summaries"] == summaries
    (paused,) = ran.json["paused"]
    assert (paused["provider"], paused["reason"]) == ("openai", "no credit")
    told = minutebook(home, "status", *OTHER)
    assert "minutebook batches approve 1" in told.err
    assert "minutebook batches resume openai" in told.err
    assert "1 summary was given up" in told.err


def test_tokens_are_those_of_the_ledger(home: Path) -> None:
    """A name means the same wherever it stands: tokens of caches have names of their own."""
    with sqlite3.connect(home / "minutebook.db") as connection:
        connection.execute(
            "UPDATE usage SET input_tokens = input_tokens - 5, cache_read_tokens = 3,"
            " cache_write_tokens = 2"
        )
    names = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
    listed = minutebook(home, "batches", "list", "--json").json
    ledger = minutebook(home, "ledger", "--json").json
    for name in names:
        assert sum(batch[name] for batch in listed) == sum(call[name] for call in ledger), name
    assert sum(batch["cache_read_tokens"] for batch in listed) > 0
    shown = minutebook(home, "batches", "show", listed[0]["id"], "--json").json
    assert [shown[name] for name in names] == [listed[0][name] for name in names]


def test_the_dead_are_listed_and_retried(home: Path) -> None:
    """What was given up has its reason; retried, it is wanted again."""
    (dead,) = minutebook(home, "batches", "dead", "--json").json
    assert dead["reason"]
    assert dead["state"] == "dead"
    assert dead["page"] in minutebook(home, "batches", "dead").out
    assert "1 summary was given up" in minutebook(home, "queue", "list").err
    again = minutebook(home, "batches", "retry", str(dead["id"]))
    assert (again.code, again.err) == (0, "Wanted again: 1 summary.\n")
    assert minutebook(home, "batches", "dead", "--json").json == []
    assert "Wanted again: 0 summaries." in minutebook(home, "batches", "retry", "--all").err


def test_retry_says_which(home: Path) -> None:
    """One or all, not both and not neither; one that is not there is named."""
    assert minutebook(home, "batches", "retry").code == 2
    assert minutebook(home, "batches", "retry", "1", "--all").code == 2
    assert "999" in minutebook(home, "batches", "retry", "999").err


def test_plan_of_nothing(worked: Path) -> None:
    """Without a backlog the numbers are nothing, and no yes is needed."""
    plan = minutebook(worked, "batches", "plan", "--set", f"models.summary={MODEL}", "--json").json
    assert set(plan) >= ESTIMATE | {"model", "confirm_above_usd", "needs_yes", "waiting"}
    assert (plan["pages"], plan["needs_yes"], plan["waiting"]) == (0, False, [])


def test_plan_says_what_has_no_summary(worked: Path) -> None:
    """Without a backlog the plan does not claim a summary for pages that were given up."""
    told = minutebook(worked, "batches", "plan", "--set", f"models.summary={MODEL}").err
    assert "There is no further backlog: 1 summary given up" in told
    assert "`minutebook batches dead`" in told


def test_plan_of_another_model(worked: Path) -> None:
    """A model chosen anew makes a backlog of every page, priced with and without batches."""
    small = ("--set", "costs.confirm_above_usd=0.0001")
    plan = minutebook(worked, "batches", "plan", *OTHER, *small, "--json").json
    assert plan["pages"] == 12
    assert plan["needs_yes"] is True
    assert plan["direct_cost_usd"] == pytest.approx(2 * plan["cost_usd"])
    assert plan["above_confirm_usd"] == pytest.approx(plan["cost_usd"] - 0.0001)
    told = minutebook(worked, "batches", "plan", *OTHER, *small).out
    assert "without batches" in told
    assert "above what needs a yes" in told


def test_approve_needs_a_yes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody can be asked, nothing is approved without --yes."""
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    refused = minutebook(home, "batches", "approve", *OTHER)
    assert refused.code == 2
    assert "--yes" in refused.err
    (waiting,) = minutebook(home, "batches", "plan", *OTHER, "--json").json["waiting"]
    assert waiting["state"] == "needed"
    approved = minutebook(home, "batches", "approve", str(waiting["id"]), "--yes", *OTHER)
    assert approved.code == 0
    assert "Approved: 12 pages." in approved.err
    again = minutebook(home, "batches", "approve", str(waiting["id"]), "--yes")
    assert again.code == 2
    assert "approved" in again.err


def test_refuse(home: Path) -> None:
    """What was refused waits no more; what is not there is an error."""
    minutebook(home, "batches", "approve", *OTHER)
    refused = minutebook(home, "batches", "refuse", *OTHER)
    assert "Refused: 12 pages." in refused.err
    assert minutebook(home, "batches", "plan", *OTHER, "--json").json["waiting"] == []
    assert "Nothing waits" in minutebook(home, "batches", "refuse").err
    number = refused.err.split("approve ")[1].split("`")[0]
    taken_back = minutebook(home, "batches", "approve", number, "--yes", *OTHER)
    assert "Approved: 12 pages." in taken_back.err
    assert minutebook(home, "batches", "refuse", "99").code == 1


def test_approving_nothing_is_no_failure(tmp_path: Path) -> None:
    """Without anything that waits, and without a backlog, there is nothing to say yes to."""
    ran = minutebook(tmp_path, "batches", "approve", "--yes")
    assert (ran.code, ran.err) == (0, "Nothing waits for a yes.\n")


def test_what_has_ended_cannot_be_cancelled(home: Path) -> None:
    """An applied batch stays as it is."""
    batch = minutebook(home, "batches", "list", "--json").json[0]["id"]
    ran = minutebook(home, "batches", "cancel", batch)
    assert ran.code == 2
    assert "applied" in ran.err


def test_resume(home: Path) -> None:
    """Without a pause there is none to lift."""
    assert "Lifted: 0 pauses." in minutebook(home, "batches", "resume").err


def test_wait_goes_with_once() -> None:
    """A worker that stays anyway is not told to wait."""
    assert bare("batches", "work", "--wait").code == 2


def test_pages_are_asked_for_in_a_way(home: Path) -> None:
    """By name or by conversation, with what it comes to; what is there is left alone."""
    pages = minutebook(home, "pages", "list", "--json").json
    page, inside = pages[0]["id"], pages[0]["conversation"]
    asked = minutebook(home, "pages", "summarise", page, "--mode", "now", "--json", *OTHER)
    assert set(asked.json) >= ESTIMATE
    assert asked.json["pages"] == 1
    told = minutebook(
        home, "pages", "summarise", "--conversation", inside, "--mode", "batch", *OTHER
    )
    assert "Asked for: 12 summaries, in a batch, about" in told.err
    done = next(p["id"] for p in pages if p["summary_by"] != "offline")
    again = minutebook(home, "pages", "summarise", done, "--set", f"models.summary={MODEL}")
    assert "Nothing to ask for" in again.err


def test_asking_for_nothing_is_a_mistake(home: Path) -> None:
    """Which pages, and which model, must be said."""
    nothing = minutebook(home, "pages", "summarise", *OTHER)
    assert (nothing.code, "Which pages?" in nothing.err) == (2, True)
    nobody = minutebook(home, "pages", "summarise", "--conversation", "One")
    assert (nobody.code, "No model writes summaries" in nobody.err) == (2, True)


def test_an_import_says_how_its_pages_go(home: Path, tmp_path: Path) -> None:
    """Only what it has made; without a model that is a mistake, before anything is read."""
    log = tmp_path / "log.json"
    said = ({"role": "user", "content": f"The ferry {n} leaves at noon."} for n in range(2_000))
    log.write_text(json.dumps({"messages": list(said)}))
    refused = minutebook(home, "import", str(log), "--mode", "now")
    assert (refused.code, "No model writes summaries" in refused.err) == (2, True)
    came = minutebook(home, "import", str(log), "--mode", "batch", *OTHER)
    made = len(minutebook(home, "pages", "list", "--json").json) - 12
    assert made > 0
    assert f"Asked for: {made} " in came.err


def test_what_is_no_approval_says_what_one_is(home: Path) -> None:
    """A word in its place is answered with where the numbers stand."""
    for word in ("abc", "0", "-1", "٣"):
        ran = minutebook(home, "batches", "approve", "--", word)
        assert ran.code == 2
        assert "minutebook batches plan" in ran.err


def test_resuming_what_is_not_paused_is_a_mistake(home: Path) -> None:
    """A typo is told, with the names that could be meant."""
    with sqlite3.connect(home / "minutebook.db") as connection:
        connection.execute("INSERT INTO pauses VALUES ('openai', 'no credit', 0, 4102444800000000)")
    wrong = minutebook(home, "batches", "resume", "nope")
    assert wrong.code == 1
    assert "Paused: openai." in wrong.err
    assert "Lifted: 1 pause." in minutebook(home, "batches", "resume", "openai").err


def test_the_dead_say_how_to_try_again(home: Path) -> None:
    """What was given up is tried again by nobody but a person; it was asked for once."""
    told = minutebook(home, "batches", "dead")
    assert "minutebook batches retry" in told.err
    assert minutebook(home, "batches", "dead", "--json").json[0]["attempts"] == 1


def test_cancelling_twice(home: Path) -> None:
    """The second time says that it is under way; the list shows it before a worker runs."""
    with sqlite3.connect(home / "minutebook.db") as connection:
        connection.execute("UPDATE batches SET state = 'open'")
    batch = minutebook(home, "batches", "list", "--json").json[0]["id"]
    assert "is to end." in minutebook(home, "batches", "cancel", batch).err
    assert "is to end already" in minutebook(home, "batches", "cancel", batch).err
    assert "to be cancelled" in minutebook(home, "batches", "list").out


def test_work_says_what_models_made(tmp_path: Path) -> None:
    """A worker that reads nothing in does not talk of logs."""
    ran = minutebook(tmp_path, "batches", "work", "--once")
    assert "Came in" not in ran.err
    assert "Made: nothing." in ran.err


def test_the_queue_says_how_the_work_goes(worked: Path) -> None:
    """Depth and age by kind and state, throughput, success and latency; also of `queue` alone."""
    said = minutebook(worked, "queue", "status", "--json").json
    assert {"kind": "batch", "state": "done", "jobs": 2, "since": None} in said["depths"]
    assert said["summaries"]["done"] == 11
    assert 0 < said["success_rate"] < 1
    assert [set(latency["quantiles"]) for latency in said["latencies"]] == [{"0.5", "0.9", "0.99"}]
    assert len(said["throughput"]["done"]) * said["throughput"]["seconds"] == 3600
    told = minutebook(worked, "queue", "status")
    assert "batch\tdone\t2\t-" in told.out
    assert "of summaries by models succeeded" in told.err
    assert set(minutebook(worked, "queue", "--json").json) == set(said)


def test_a_family_alone_as_json_is_its_list(worked: Path) -> None:
    """`batches --json` is `batches list --json`."""
    listed = minutebook(worked, "batches", "--json").json
    assert [b["id"] for b in listed] == [
        b["id"] for b in minutebook(worked, "batches", "list", "--json").json
    ]
