"""What persons ask of the scribe, and how it says how it stands."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from chronicle import NOON, Chronicle, chronicle

from minutebook.domain.documents import Document, ScribeState
from minutebook.domain.jobs import JobKind, JobState
from minutebook.domain.turns import ToolCall
from minutebook.errors import (
    ModelBusyError,
    ModelUnavailableError,
    NotFoundError,
    PatchError,
    UsageError,
)
from minutebook.llm.protocol import StopReason
from minutebook.llm.scripted import Answer, ScriptedModel
from minutebook.scribe.asking import ReplyTooLongError
from minutebook.scribe.directing import MAX_STANDING, Proposal
from minutebook.scribe.telling import Manner
from minutebook.store import jobs

BODY = " ".join(["The ferry leaves on the 4th of March at 07:30."] * 5)


@pytest.fixture
async def book() -> AsyncIterator[Chronicle]:
    """Open a conversation whose document has two sections."""
    async with chronicle() as opened:
        await opened.say("turn 1")
        await opened.update(ScriptedModel([update(section("Route"), section("Tents"))]))
        yield opened


def update(*operations: dict[str, str]) -> Answer:
    """Return the answer of a model that wants these operations."""
    call = ToolCall(
        id="1", name="update_document", arguments=json.dumps({"operations": operations})
    )
    return Answer(tool_calls=(call,), stop_reason=StopReason.TOOL_USE, cost_usd=0.25)


def section(heading: str) -> dict[str, str]:
    """Return an operation that begins a section."""
    return {"op": "insert_section_after", "anchor": "top", "heading": heading, "body": BODY}


def replaced(*anchors: str) -> Answer:
    """Return an answer that gives sections another body."""
    return update(
        *({"op": "replace_section", "anchor": each, "body": "On the 4th."} for each in anchors)
    )


async def test_an_instruction_is_followed(book: Chronicle) -> None:
    """What changes a part of the document is a revision at once, with its reason and price."""
    model = ScriptedModel([replaced("route")])
    done = await book.scribe(model).instruct("winter-expedition", "shorten the route")
    assert isinstance(done, Document)
    last = (await book.revisions())[-1]
    assert (last.cause, last.cost_usd) == ("instruction: shorten the route", 0.25)
    assert (last.author, last.covers.turns) == (model.name, 0)
    assert last.correlation.startswith("corr_")
    assert "On the 4th." in await book.content()
    said = model.requests[0].messages
    assert said[-1].text == "<instruction>\nshorten the route\n</instruction>"
    assert said[0].text.startswith("<document")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("make it shorter", replaced("route", "tents")),
        (
            "drop the rest",
            update(*[{"op": "delete_section", "anchor": a} for a in ("route", "tents")]),
        ),
        ("rewrite the whole document", replaced("route")),
    ],
)
async def test_a_rewrite_asks_first(book: Chronicle, text: str, answer: Answer) -> None:
    """Nothing is applied before a person has seen the difference and said yes."""
    before = await book.content()
    scribe = book.scribe(ScriptedModel([answer]))
    proposal = await scribe.instruct(book.conversation, text)
    assert isinstance(proposal, Proposal)
    assert await book.content() == before
    assert any(line.startswith("-The ferry") for line in proposal.diff)
    assert (proposal.before, proposal.cost_usd) == (len(before), 0.25)
    accepted = await scribe.accept(proposal)
    assert accepted.content == await book.content() != before
    assert len(accepted.content) == proposal.after


async def test_what_came_meanwhile_stays(book: Chronicle) -> None:
    """A proposal that is accepted late is merged with the turns that were told since."""
    scribe = book.scribe(ScriptedModel([replaced("route", "tents")]))
    proposal = await scribe.instruct(book.conversation, "make it shorter")
    await book.say("turn 2")
    await book.update(ScriptedModel([update(section("Stove"))]))
    assert isinstance(proposal, Proposal)
    content = (await scribe.accept(proposal)).content
    assert content.count("On the 4th.") == 2
    assert "## Stove" in content


async def test_an_instruction_may_change_what_a_person_wrote(book: Chronicle) -> None:
    """It was a person who said so."""
    head = await book.scribe().find(book.conversation)
    mine = head.content.replace(BODY.strip(), "This is mine.", 1)
    await book.scribe().edit(head.id, head.revision, mine)
    await book.scribe(ScriptedModel([replaced("tents")])).instruct(head.id, "redo the tents")
    assert "This is mine." not in await book.content()


async def test_turns_do_not_change_what_a_person_wrote(book: Chronicle) -> None:
    """A model that tries is told so once, and the words stay where they are whatever it does."""
    head = await book.scribe().find(book.conversation)
    mine = head.content.replace(BODY.strip(), "This is mine.", 1)
    await book.scribe().edit(head.id, head.revision, mine)
    await book.say("turn 2")
    model = ScriptedModel([replaced("tents"), update(section("Stove"))])
    await book.update(model)
    opening = model.requests[0].messages[0].text
    returned = model.requests[1].messages[-1].tool_results[0].content
    assert "<theirs>\nThis is mine.\n</theirs>" in opening
    assert "that a person wrote" in returned
    assert "This is mine." in await book.content()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(error=ModelBusyError("429")), ModelBusyError),
        (replaced("nowhere"), PatchError),
        (Answer(stop_reason=StopReason.MAX_TOKENS), ReplyTooLongError),
    ],
)
async def test_an_instruction_that_fails_changes_nothing(
    book: Chronicle, answer: Answer, error: type[Exception]
) -> None:
    """The person is told, and the document stays."""
    before = await book.content()
    with pytest.raises(error):
        await book.scribe(ScriptedModel([answer, answer])).instruct(book.conversation, "x")
    assert await book.content() == before


async def test_instructions_need_a_model_and_words(book: Chronicle) -> None:
    """Without a model nobody can follow them, and says so."""
    with pytest.raises(ModelUnavailableError):
        await book.scribe().instruct(book.conversation, "shorten it")
    for text in (" ", "x" * 5_000):
        with pytest.raises(UsageError):
            await book.scribe(ScriptedModel([])).instruct(book.conversation, text)


async def test_style_and_standing_instructions_are_in_every_prompt(book: Chronicle) -> None:
    """They stand behind the scribe's instructions, in the order in which they were given."""
    scribe = book.scribe()
    await scribe.set_style(book.conversation, "literary")
    await scribe.add_standing(book.conversation, "Always write dates\nin ISO.")
    await scribe.add_standing(book.conversation, "Call her Carla.")
    await scribe.add_standing(book.conversation, "Call her Carla.")
    status = await scribe.status(book.conversation)
    assert (status.style, len(status.standing)) == ("literary", 2)
    model = ScriptedModel([update(), update()])
    await book.say("turn 2")
    await book.update(model)
    system = model.requests[0].system
    assert "Tell what happened as a narrator" in system
    assert system.endswith("- Always write dates in ISO.\n- Call her Carla.")
    left = await scribe.remove_standing(book.conversation, 1)
    assert left.standing == ("Call her Carla.",)
    with pytest.raises(NotFoundError):
        await scribe.remove_standing(book.conversation, 2)


async def test_there_is_an_end_to_standing_instructions(book: Chronicle) -> None:
    """They are sent with every call."""
    scribe = book.scribe()
    for number in range(MAX_STANDING):
        await scribe.add_standing(book.conversation, f"rule {number}")
    with pytest.raises(UsageError):
        await scribe.add_standing(book.conversation, "one more")


async def test_styles_of_the_user(book: Chronicle, tmp_path: Path) -> None:
    """A style of the user's own is found, and an unknown one is not taken."""
    (tmp_path / "haiku.md").write_text("Short.\n\nThree lines only.\n", "utf-8")
    scribe = book.scribe(manner=Manner(folder=tmp_path))
    assert "haiku" in [style.name for style in await scribe.styles()]
    await scribe.set_style(book.conversation, "haiku")
    with pytest.raises(NotFoundError, match="haiku"):
        await scribe.set_style(book.conversation, "haikus")
    model = ScriptedModel([update()])
    await book.say("turn 2")
    await book.scribe(model, manner=Manner(folder=tmp_path)).update(await book.job())
    assert model.requests[0].system.endswith("Three lines only.")
    back = await scribe.set_style(book.conversation, "")
    assert back.style == "factual"


async def test_status_says_how_it_stands(book: Chronicle) -> None:
    """State, model, style, what waits, what failed, when, and what it has cost."""
    await book.say("turn 2")
    status = await book.scribe().status(book.conversation)
    assert (status.model, status.style, status.pending) == ("offline", "factual", 1)
    assert (status.told_at, status.cost_usd, status.error) == (NOON, 0.25, "")
    assert status.job is JobState.QUEUED
    assert status.document.state is ScribeState.LIVE


async def fail(book: Chronicle) -> None:
    """Let the job that is queued fail for good."""

    def work(tx: object) -> None:
        job = jobs.claim(tx, _KIND, owner="me", now=NOON, lease_until=NOON)  # type: ignore[arg-type]
        assert job is not None
        jobs.fail(tx, job, "It is down.", NOON, None)  # type: ignore[arg-type]

    await book.database.write(work)


_KIND = JobKind.SCRIBE


async def test_trigger_tries_again_now(book: Chronicle) -> None:
    """Also what was given up; each time under a correlation of its own."""
    scribe = book.scribe()
    first = await scribe.trigger(book.conversation)
    await fail(book)
    failed = await scribe.status(book.conversation)
    assert (failed.job, failed.error) == (JobState.DEAD, "It is down.")
    second = await scribe.trigger(book.conversation)
    assert second.job is JobState.QUEUED
    assert first.correlation != second.correlation
    assert second.correlation.startswith("corr_")


async def test_toggle(book: Chronicle) -> None:
    """Stops what follows, and starts what is stopped; a stopped document cannot be triggered."""
    scribe = book.scribe()
    stopped = await scribe.toggle(book.conversation)
    with pytest.raises(UsageError):
        await scribe.trigger(book.conversation)
    live = await scribe.toggle(book.conversation)
    assert (stopped.state, live.state) == (ScribeState.STOPPED, ScribeState.LIVE)


async def test_status_names_who_told(book: Chronicle) -> None:
    """Another process may have another model than this one would ask."""
    status = await book.scribe().status("winter-expedition")
    assert (status.model, status.told_by) == ("offline", "scripted:test")
