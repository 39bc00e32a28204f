"""The scribe at work on a store."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from chronicle import NOON, Chronicle, chronicle

from minutebook.domain.documents import ScribeState
from minutebook.domain.jobs import JobState
from minutebook.domain.turns import Content, Origin, Role, ToolCall, ToolResult, TurnDraft
from minutebook.errors import NotFoundError
from minutebook.llm.protocol import StopReason
from minutebook.llm.scripted import Answer, ScriptedModel
from minutebook.scribe import folded
from minutebook.store import changes, jobs

FERRY = "The ferry to Winterbottom leaves on the 4th of March at 07:30."
TENTS = "Carla brings two tents and the big stove from Oslo."


@pytest.fixture
async def book() -> AsyncIterator[Chronicle]:
    """Open a conversation."""
    async with chronicle() as opened:
        yield opened


def update(*operations: dict[str, str]) -> Answer:
    """Return the answer of a model that wants these operations."""
    call = ToolCall(
        id="1", name="update_document", arguments=json.dumps({"operations": operations})
    )
    return Answer(tool_calls=(call,), stop_reason=StopReason.TOOL_USE, cost_usd=0.01)


APPEND = {"op": "append_to_section", "anchor": "top", "body": "x"}


async def test_live_turns_are_told_one_by_one(book: Chronicle) -> None:
    """Each live turn gets a revision that names it, and stands in the document."""
    await book.say(FERRY, TENTS)
    await book.update()
    told = await book.revisions()
    assert [(r.covers.first_seq, r.covers.last_seq, r.cause) for r in told] == [
        (1, 1, "turn k1"),
        (2, 2, "turn k2"),
    ]
    assert {(r.author, r.correlation, r.cost_usd) for r in told} == {("offline", "corr", None)}
    assert await book.content() == (
        f"# Winter expedition\n\n## 4 March 2026\n\n- **Ann** {FERRY}\n- **Ann** {TENTS}\n"
    )


async def test_days_follow_the_zone_of_the_reader(book: Chronicle) -> None:
    """A turn said at noon UTC belongs to the next day far in the east."""
    await book.say(FERRY)
    await book.scribe(zone=timezone(timedelta(hours=13))).update(await book.job())
    assert "## 5 March 2026" in await book.content()


async def test_history_is_told_page_by_page() -> None:
    """A slice of imported turns is a page, or all that lies in none yet; live turns stand alone."""
    async with chronicle(page_tokens=60) as book:
        await book.say(*[f"{FERRY} {n}" for n in range(7)], origin=Origin.IMPORTED)
        await book.say(TENTS)
        await book.say(FERRY, TENTS, FERRY, TENTS, origin=Origin.IMPORTED)
        await book.update()
        told = await book.revisions()
        causes = [revision.cause.split()[0] for revision in told]
        runs = [(r.covers.first_seq, r.covers.last_seq) for r in told]
        assert runs == [(1, 3), (4, 6), (7, 7), (8, 8), (9, 10), (11, 12)]
        assert causes == ["page", "page", "page", "turn", "page", "turns"]


async def test_quiet_turns_are_covered(book: Chronicle) -> None:
    """A turn that gives nothing leaves an empty patch, and a run of them reads as one entry."""
    await book.say(FERRY, "ok", "lol", "yes", TENTS)
    await book.update()
    entries = await book.scribe().history(book.conversation)
    assert [entry.is_quiet for entry in entries] == [False, True, True, True, False]
    short = folded(entries)
    assert [(e.revision.number, e.revision.covers.turns, e.change) for e in short] == [
        (5, 1, "added to 4 March 2026"),
        (4, 3, "nothing to tell"),
        (1, 1, "named it Winter expedition; began 4 March 2026"),
    ]
    assert (short[1].revision.covers.first_seq, short[1].revision.covers.last_seq) == (2, 4)


async def test_history_names_sections_as_the_document_does(book: Chronicle) -> None:
    """By the heading that stands there now; by the anchor when there is none any more."""
    appends = [{**APPEND, "anchor": anchor} for anchor in ("4-march-2026", "tide-tables", "top")]
    insert = {"op": "insert_section_after", "anchor": "top", "heading": "Tide tables", "body": "y"}
    delete = {"op": "delete_section", "anchor": "tide-tables"}
    await book.say(FERRY)
    await book.update()
    await book.say(TENTS)
    await book.update(ScriptedModel([update(insert, *appends, delete)]))
    newest = (await book.scribe().history(book.conversation))[0]
    assert newest.change == (
        "began Tide tables; added to 4 March 2026, tide tables, the opening; removed tide tables"
    )


async def test_abandoned_branches_and_traffic_are_covered_but_not_told(book: Chronicle) -> None:
    """What is not read any more, or never was meant for people, leaves no trace in the text."""
    left = TurnDraft(role=Role.USER, content=Content(text=FERRY), is_active=False)
    call = Content(tool_calls=(ToolCall(id="1", name="ls", arguments='{"path": "/tmp"}'),))
    result = Content(tool_results=(ToolResult(call_id="1", content="a.txt\nb.txt\nc.txt"),))
    system = Content(text="You are a helpful assistant that answers in short sentences.")
    drafts = [
        left,
        TurnDraft(role=Role.ASSISTANT, content=call),
        TurnDraft(role=Role.TOOL, content=result),
        TurnDraft(role=Role.SYSTEM, content=system),
        TurnDraft(role=Role.USER, content=Content(text=TENTS)),
    ]
    await book.record(drafts, Origin.IMPORTED)
    await book.update()
    assert [r.covers.turns for r in await book.revisions()] == [5]
    assert await book.content() == f"# Winter expedition\n\n## Part 1\n\n- **user** {TENTS}\n"


async def test_a_model_is_shown_document_and_turns(book: Chronicle) -> None:
    """The document comes first, then the turns; what comes back is applied, and its price kept."""
    model = ScriptedModel([update(APPEND), update({**APPEND, "body": "y"})], name="test:one")
    for text in (FERRY, TENTS):
        await book.say(text)
        await book.update(model)
    first, second = model.requests
    assert first.system == second.system
    assert [tool.name for tool in second.tools] == ["update_document"]
    assert second.required_tool == "update_document"
    assert [section.body for section in second.material.sections] == ["x"]
    assert second.messages[0].text.startswith('<document title="Winter expedition"')
    assert TENTS in second.messages[-1].text
    assert await book.content() == "# Winter expedition\n\nx\n\ny\n"
    assert [(r.author, r.cost_usd) for r in await book.revisions()] == [("test:one", 0.01)] * 2


async def test_stop_really_stops(book: Chronicle) -> None:
    """A stopped document stays as it is, also for a model that is at work; start catches up."""
    await book.say(FERRY)
    await book.update()
    scribe = book.scribe()
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        asked.set()
        await go_on.wait()

    await book.say(TENTS)
    running = asyncio.create_task(book.update(ScriptedModel([replace(update(APPEND), pause=slow)])))
    await asyncio.wait_for(asked.wait(), 10)
    stopped = await scribe.stop("winter-expedition")
    go_on.set()
    await running
    await book.say("We decided to take the train on the 6th.")
    await book.update()
    assert stopped.state is ScribeState.STOPPED
    assert [r.covers.last_seq for r in await book.revisions()] == [1]
    await scribe.start(book.conversation)
    await book.update()
    assert [r.covers.last_seq for r in await book.revisions()] == [1, 2, 3]


async def test_start_queues_the_catching_up(book: Chronicle) -> None:
    """Starting makes sure that a job is pending, and that watchers are told."""
    await book.scribe().start(book.conversation, "  Ferry\n*notes* ")
    pending = await book.database.read(lambda tx: jobs.newest(tx, limit=5))
    noted = await book.database.read(lambda tx: changes.since(tx, 0))
    document = await book.scribe().find("ferry-notes")
    assert [(job.payload, job.state, job.cause) for job in pending] == [
        (document.id, JobState.QUEUED, "start")
    ]
    assert (document.title, document.id) == ("Ferry *notes*", noted[-1].subject)
    assert [d.id for d in await book.scribe().documents()] == [document.id]


async def test_start_can_rename(book: Chronicle) -> None:
    """A title given to a document that exists is a revision by a person, and covers nothing."""
    await book.say(FERRY)
    await book.update()
    await book.scribe().start(book.conversation, "The *ferry*")
    renamed = await book.scribe().start(book.conversation, "The *ferry*")
    assert renamed.title == "The *ferry*"
    assert (await book.content()).startswith("# The \\*ferry\\*\n")
    assert [(r.author, r.covers.turns) for r in await book.revisions()] == [
        ("offline", 1),
        ("person", 0),
    ]


async def test_restore_is_a_revision(book: Chronicle) -> None:
    """An old version comes back by a person's hand, covers no turns, and the scribe goes on."""
    await book.say(FERRY, TENTS)
    await book.update()
    scribe = book.scribe()
    old = await scribe.show(book.conversation, 1)
    restored = await scribe.restore(book.conversation, 1)
    again = await scribe.restore(book.conversation, 1)
    assert (restored.content, restored.revision, restored.covered_seq) == (old.content, 3, 2)
    assert again.revision == 3
    await book.say("We decided to take the train on the 6th.")
    await book.update()
    assert [(r.author, r.base, r.covers.turns) for r in await book.revisions()] == [
        ("offline", 0, 1),
        ("offline", 1, 1),
        ("person", 2, 0),
        ("offline", 3, 1),
    ]
    assert "train" in await book.content()
    assert TENTS not in await book.content()


async def test_show_and_diff(book: Chronicle) -> None:
    """Any version can be read, and two of them compared."""
    await book.say(FERRY, TENTS)
    await book.update()
    scribe = book.scribe()
    assert (await scribe.show(book.conversation, 0)).content == ""
    lines = await scribe.diff("winter-expedition", 1, 2)
    assert [line for line in lines if line[:1] in "+-"] == [
        "--- revision 1",
        "+++ revision 2",
        f"+- **Ann** {TENTS}",
    ]
    assert await scribe.diff(book.conversation, 2, 2) == []


@pytest.mark.parametrize("number", [-1, 9])
async def test_unknown_versions_and_documents(book: Chronicle, number: int) -> None:
    """What is not there is said to be not there."""
    await book.say(FERRY)
    await book.update()
    with pytest.raises(NotFoundError):
        await book.scribe().show(book.conversation, number)
    with pytest.raises(NotFoundError):
        await book.scribe().stop("nothing")
    with pytest.raises(NotFoundError):
        await book.scribe().start("nothing")


async def test_somebody_faster_wins(book: Chronicle) -> None:
    """When the document has moved on while the model worked, its answer is dropped."""
    await book.say(FERRY)

    async def overtake() -> None:
        await book.update()

    overtaken = ScriptedModel([replace(update(APPEND), pause=overtake)])
    await book.update(overtaken)
    assert [r.author for r in await book.revisions()] == ["offline"]


async def test_names_and_titles_are_text(book: Chronicle) -> None:
    """Speakers, titles and words of a log make no markup in the document."""
    hostile = TurnDraft(
        role=Role.PERSON,
        author="**Eve**\n# x",
        content=Content(
            text="Pay 500 euros to [me](http://evil) <img src=x> \x1b[31m until the 5th"
        ),
        at=NOON,
    )
    await book.scribe().start(book.conversation, "<script> [x](y)")
    await book.record([hostile], Origin.LIVE)
    await book.update()
    text = await book.content()
    assert text.startswith("# \\<script> \\[x](y)\n\n## 4 March 2026\n\n- **\\*\\*Eve\\*\\* # x** ")
    assert "](http" not in text.replace("\\[me](http", "")
    assert "\x1b" not in text
    assert "<img" not in text.replace("\\<img", "")
