"""How a model is asked to tell turns, and what is taken for its answer."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from chronicle import Chronicle, chronicle

from minutebook.domain.turns import Role, ToolCall
from minutebook.errors import (
    MinutebookError,
    ModelBusyError,
    ModelError,
    ModelReplyError,
    PatchError,
    PromptTooLongError,
)
from minutebook.llm.protocol import Message, Request, StopReason
from minutebook.llm.scripted import Answer, ScriptedModel
from minutebook.scribe.asking import LEAST_TOKENS, MOST_TOKENS, ReplyTooLongError, tokens_for, total
from minutebook.scribe.viewing import Views

APPEND = {"op": "append_to_section", "anchor": "top", "body": "x"}


@pytest.fixture
async def book() -> AsyncIterator[Chronicle]:
    """Open a conversation."""
    async with chronicle() as opened:
        yield opened


def calls(*arguments: str, name: str = "update_document") -> Answer:
    """Return an answer that calls a tool."""
    made = tuple(
        ToolCall(id=f"c{number}", name=name, arguments=each)
        for number, each in enumerate(arguments)
    )
    return Answer(tool_calls=made, stop_reason=StopReason.TOOL_USE, cost_usd=0.01)


def update(*operations: Mapping[str, object]) -> Answer:
    """Return an answer with operations."""
    return calls(json.dumps({"operations": operations}))


def prompt(request: Request) -> str:
    """Return everything that is sent, in order."""
    return "\n".join([request.system, request.tools[0].schema, *map(text_of, request.messages)])


def text_of(message: Message) -> str:
    """Return all that a message says."""
    parts = [message.text, *(call.arguments for call in message.tool_calls)]
    return "\n".join([*parts, *(result.content for result in message.tool_results)])


def numbers(request: Request) -> list[int]:
    """Return the turns that a request tells, by what they say."""
    return [int(passage.text.split()[1]) for passage in request.material.passages]


CUT = replace(update(APPEND), stop_reason=StopReason.MAX_TOKENS)
WRONG = {
    "not JSON": (calls('{"operations": ['), "not JSON"),
    "not an object": (calls("[]"), "not an object"),
    "unknown op": (update({"op": "explode"}), "Operation 1 has an unknown 'op' 'explode'"),
    "wrong type": (update({**APPEND, "body": 7}), "Operation 1 (append_to_section) has a int"),
    "unknown anchor": (update({**APPEND, "anchor": "nowhere"}), "there is no section 'nowhere'"),
    "another tool": (calls("{}", name="rewrite"), "There is no tool 'rewrite'"),
    "small talk": (Answer(pieces=("Certainly! Here it is.",)), "Call `update_document`"),
    "nothing": (Answer(), "Call `update_document`"),
}


@pytest.mark.parametrize("case", WRONG)
async def test_wrong_operations_are_returned_once(book: Chronicle, case: str) -> None:
    """The model is told what was wrong, and what it sends then is applied; both are paid for."""
    answer, reason = WRONG[case]
    model = ScriptedModel([replace(answer, cost_usd=0.01), update(APPEND)])
    await book.say("turn 1")
    await book.update(model)
    first, second = model.requests
    assert second.messages[: len(first.messages)] == first.messages
    told = second.messages[-1]
    assert reason in text_of(told)
    assert [r.call_id for r in told.tool_results] == [c.id for c in answer.tool_calls]
    assert await book.content() == "# Winter expedition\n\nx\n"
    assert [r.cost_usd for r in await book.revisions()] == [0.02]


@pytest.mark.parametrize("case", WRONG)
async def test_wrong_twice_fails(book: Chronicle, case: str) -> None:
    """The update fails with the reason, nothing is covered, and the next one tells the turn."""
    answer, reason = WRONG[case]
    await book.say("turn 1")
    with pytest.raises(PatchError) as failure:
        await book.update(ScriptedModel([answer, answer]))
    assert reason in str(failure.value)
    assert await book.revisions() == []
    await book.update(ScriptedModel([update(APPEND)]))
    assert [r.covers.turns for r in await book.revisions()] == [1]


async def test_every_wrong_operation_has_its_reason(book: Chronicle) -> None:
    """All that is wrong is said at once, and nothing of the call is applied."""
    bad = [{**APPEND, "anchor": "a"}, APPEND, {"op": "delete_section", "anchor": "b"}]
    model = ScriptedModel([update(*bad), update(APPEND)])
    await book.say("turn 1")
    await book.update(model)
    said = text_of(model.requests[1].messages[-1])
    assert ("Operation 1" in said, "Operation 2" in said, "Operation 3" in said) == (
        True,
        False,
        True,
    )
    assert (await book.content()).count("x\n") == 1


async def test_what_was_no_json_is_not_sent_back_as_such(book: Chronicle) -> None:
    """Providers refuse a history whose tool arguments are no object."""
    model = ScriptedModel([calls('{"operations": ['), update(APPEND)])
    await book.say("turn 1")
    await book.update(model)
    echoed = model.requests[1].messages[-2]
    assert (echoed.role, echoed.tool_calls[0].arguments) == (Role.ASSISTANT, "{}")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (CUT, ReplyTooLongError),
        (replace(CUT, stop_reason=StopReason.CONTEXT_FULL), ReplyTooLongError),
        (replace(CUT, stop_reason=StopReason.CUT), ModelReplyError),
        (Answer(stop_reason=StopReason.REFUSAL), ModelReplyError),
        (Answer(error=ModelBusyError("429")), ModelBusyError),
    ],
)
async def test_unusable_answers_never_reach_the_document(
    book: Chronicle, answer: Answer, error: type[Exception]
) -> None:
    """A reply that is not whole fails the update at once, and nothing is covered."""
    await book.say("turn 1")
    model = ScriptedModel([answer])
    with pytest.raises(error):
        await book.update(model)
    assert len(model.requests) == 1
    assert await book.revisions() == []


@pytest.mark.parametrize("error", [None, PromptTooLongError("too long", tokens=9, limit=5)])
async def test_what_is_too_long_is_halved(book: Chronicle, error: MinutebookError | None) -> None:
    """Fewer turns are told at a time, in order, down to one; the room for replies is not raised."""
    long = replace(CUT, error=error)
    model = ScriptedModel([long, long, update(APPEND), update(APPEND), update(APPEND)])
    await book.say(*[f"turn {n}" for n in range(1, 5)])
    await book.update(model)
    assert [numbers(r) for r in model.requests] == [
        [1, 2, 3, 4],
        [1, 2],
        [1],
        [2, 3, 4],
    ]
    told = await book.revisions()
    assert [(r.covers.first_seq, r.covers.last_seq) for r in told] == [(1, 1), (2, 4)]
    assert {r.max_tokens for r in model.requests} == {LEAST_TOKENS}
    assert told[0].cost_usd == (0.01 if error else pytest.approx(0.03))


async def test_turns_that_waited_are_told_together(book: Chronicle) -> None:
    """When a model was away, what came in meanwhile is one update, up to a size."""
    model = ScriptedModel([update(APPEND)] * 9)
    await book.say(*[f"turn {n} {'word ' * 40}" for n in range(1, 10)])
    await book.scribe(model, slice_chars=900).update(await book.job())
    assert [numbers(r) for r in model.requests] == [[1, 2, 3, 4], [5, 6, 7, 8], [9]]
    assert [r.cause for r in await book.revisions()] == [
        "turns k1 to k4",
        "turns k5 to k8",
        "turn k9",
    ]


async def test_a_failure_keeps_what_was_told_before(book: Chronicle) -> None:
    """Slices before the failure stay told, and the rest is told in order when the model is back."""
    down = Answer(error=ModelBusyError("429"))
    await book.say(*[f"turn {n} {'word ' * 100}" for n in range(1, 6)])
    scribe = book.scribe(ScriptedModel([update(APPEND), down]), slice_chars=1_200)
    with pytest.raises(ModelError):
        await scribe.update(await book.job())
    await book.say("turn 6")
    await book.update(ScriptedModel([update(APPEND)]))
    runs = [(r.covers.first_seq, r.covers.last_seq) for r in await book.revisions()]
    assert runs == [(1, 2), (3, 6)]


BEGIN = {"op": "insert_section_after", "anchor": "top", "heading": "Route", "body": "x " * 900}


async def converse(
    book: Chronicle, turns: int, *more: Sequence[Mapping[str, object]]
) -> list[Request]:
    """Have turns told one at a time; return what was sent."""
    body = "Something that the turn adds, in a sentence or two of some length."
    section = {**BEGIN, "body": " ".join([body] * 60)}
    script = [update(section), *(update(*operations) for operations in more)]
    script += [update({**APPEND, "anchor": "route", "body": f"{body} {n}"}) for n in range(turns)]
    model = ScriptedModel(script)
    for number in range(turns):
        await book.say(f"turn {number}")
        await book.update(model)
    return model.requests


def prefix(request: Request) -> str:
    """Return what is sent up to the last place that is worth caching."""
    ends = [place for place, message in enumerate(request.messages) if message.ends_prefix]
    return prompt(replace(request, messages=request.messages[: ends[-1] + 1]))


async def test_the_prefix_only_grows(book: Chronicle) -> None:
    """Between consolidations each prompt begins with the prefix of the one before."""
    requests = await converse(book, 30)
    pairs = pairwise(requests[1:])
    grown = [prompt(later).startswith(prefix(earlier)) for earlier, later in pairs]
    assert grown.count(False) <= 1
    assert all(request.messages[-1].ends_prefix is False for request in requests)
    assert all(sum(m.ends_prefix for m in request.messages) <= 2 for request in requests)


async def test_changes_are_shown_behind_the_older_version(book: Chronicle) -> None:
    """What was done since is shown in the order in which it was done."""
    requests = await converse(book, 5)
    texts = [message.text for message in requests[-1].messages]
    assert [text.split("\n")[0].split()[0].rstrip(">") for text in texts] == [
        "<document",
        "<change",
        "<change",
        "<change",
        "<turns",
    ]
    assert "length. 0" in texts[1]
    assert "length. 2" in texts[3]
    assert "anchors" not in texts[1]


async def test_new_anchors_are_told(book: Chronicle) -> None:
    """A change that begins or renames a section says what the anchors are from then on."""
    rename = {"op": "rename_section", "anchor": "route", "heading": "The way"}
    insert = {**BEGIN, "anchor": "the-way", "heading": "Tents", "body": "x"}
    wayward = {**APPEND, "anchor": "tents"}
    model = ScriptedModel(
        [
            update(BEGIN),
            update(rename),
            update(insert),
            update(wayward),
        ]
    )
    for number in range(4):
        await book.say(f"turn {number}")
        await book.update(model)
    texts = [message.text for message in model.requests[-1].messages]
    assert "<anchors>top, the-way</anchors>" in texts[1]
    assert "<anchors>top, the-way, tents</anchors>" in texts[2]


async def test_another_process_shows_the_same(book: Chronicle) -> None:
    """What is sent follows from the revisions, not from who made them."""
    requests = await converse(book, 12)
    for text in ("turn 98", "turn 99"):
        await book.say(text)
        model = ScriptedModel([update(APPEND)])
        await book.update(model)
        requests.append(model.requests[0])
    assert prompt(requests[-1]).startswith(prefix(requests[-2]))
    assert prompt(requests[-2]).startswith(prefix(requests[-3]))


async def test_a_document_that_moved_on_can_still_be_shown(book: Chronicle) -> None:
    """What was read a moment ago has a view of its own, whatever a person did since."""
    await converse(book, 2)
    scribe = book.scribe()
    old = await scribe.find(book.conversation)
    await scribe.edit(old.id, old.revision, f"{old.content}\n\nMine.\n\nAlso mine.\n")
    views = Views(book.database)
    newest = await views.of(await scribe.find(old.id))
    before = await views.of(old)
    assert (newest.owned, before.owned) == (frozenset({"Mine.", "Also mine."}), frozenset())
    assert before.content == old.content
    assert "<theirs>\nMine.\n</theirs>" in newest.opening


async def test_the_prefix_holds_nothing_that_changes(book: Chronicle) -> None:
    """Neither times nor ids stand in what is cached."""
    requests = await converse(book, 3)
    found = prefix(requests[-1])
    document = await book.scribe().find(book.conversation)
    assert "2026" not in found
    assert document.id not in found
    assert book.conversation not in found


async def test_on_whose_account_a_call_goes(book: Chronicle) -> None:
    """Conversation, document, job and correlation stand beside the request."""
    request = (await converse(book, 1))[0]
    on = request.attribution
    document = await book.scribe().find(book.conversation)
    assert (on.conversation, on.subject, on.job, on.correlation) == (
        book.conversation,
        document.id,
        1,
        "corr",
    )


def test_room_for_a_reply_follows_the_turns() -> None:
    """Much that is new may be told in more words, but there is an end to it."""
    assert tokens_for(0) == tokens_for(1_000) == LEAST_TOKENS
    assert LEAST_TOKENS < tokens_for(8_000) < MOST_TOKENS
    assert tokens_for(10**9) == MOST_TOKENS


def test_costs_are_added_up() -> None:
    """Of replies that all have a price; what has none makes the sum unknown."""
    assert total([0.5, 0.25]) == 0.75
    assert total([0.0]) == 0.0
    assert (total([]), total([None]), total([0.5, None])) == (None, None, None)
