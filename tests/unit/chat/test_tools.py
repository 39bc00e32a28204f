"""A model calls tools while it answers: every call has a result, in the record and in order."""

from __future__ import annotations

from doubles import FakeClock
from minutebook.chat.tools import Tools
from minutebook.domain.turns import Content, Ending, Role, ToolCall, ToolResult, Turn
from minutebook.errors import ModelUnreachableError, StoreError
from minutebook.events import (
    ConversationChanged,
    Event,
    ReferenceFailed,
    ReplyFailed,
    ReplyFinished,
    ReplyStarted,
    ReplyWentOn,
)
from minutebook.llm.protocol import Capabilities, Request, StopReason, Tool
from minutebook.llm.scripted import Answer, ScriptedModel
from minutebook.store import turns
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction
from talking import Talk

LOOK = Tool(name="look", description="Looks.", schema='{"type": "object"}')


class Desk:
    """A tool that notes what it was called with."""

    def __init__(self, *, fails: bool = False) -> None:
        self.calls: list[str] = []
        self.fails = fails

    def run(
        self, tx: Transaction, conversation: str, call: ToolCall
    ) -> tuple[ToolResult, tuple[Event, ...]]:
        """Note a call, and tell of it."""
        if self.fails:
            raise StoreError("The disk has gone.")
        self.calls.append(call.arguments)
        result = ToolResult(call_id=call.id, content=f"saw {call.arguments}")
        return result, (ConversationChanged(conversation=call.id),)


def calling(*arguments: str, text: str = "", stop: StopReason = StopReason.TOOL_USE) -> Answer:
    calls = tuple(
        ToolCall(id=f"c{number}", name="look", arguments=each)
        for number, each in enumerate(arguments)
    )
    return Answer(pieces=(text,) if text else (), tool_calls=calls, stop_reason=stop)


def talk_with(
    database: Database, clock: FakeClock, desk: Desk, *script: Answer, rounds: int = 4
) -> Talk:
    tools = Tools(offered=(LOOK,), run=desk.run, rounds=rounds)
    return Talk(database, clock, *script).equip(tools=tools)


async def asked(talk: Talk) -> str:
    conversation = await talk.chat.start()
    await talk.chat.say(conversation.id, "What do you see?")
    return conversation.id


async def recorded(talk: Talk, conversation: str) -> list[tuple[Role, Content]]:
    def work(tx: Transaction) -> list[Turn]:
        return turns.forward(tx, conversation, limit=100)

    return [(t.role, t.content) for t in await talk.database.read(work) if t.is_active]


async def test_calls_and_results_are_turns(database: Database, clock: FakeClock) -> None:
    """A reply that calls is a turn, its results are one, and the model goes on from them."""
    desk = Desk()
    script = (calling("a", "b", text="Let me look."), Answer(pieces=("It is blue.",)))
    talk = talk_with(database, clock, desk, *script)
    conversation = await asked(talk)
    turn = await talk.answered(conversation)
    assert turn is not None
    assert turn.content.text == "It is blue."
    said = await recorded(talk, conversation)
    assert [role for role, _ in said] == [Role.USER, Role.ASSISTANT, Role.TOOL, Role.ASSISTANT]
    assert [call.id for call in said[1][1].tool_calls] == ["c0", "c1"]
    assert [result.content for result in said[2][1].tool_results] == ["saw a", "saw b"]
    last = talk.model.requests[-1].messages[-1]
    assert [result.call_id for result in last.tool_results] == ["c0", "c1"]


async def test_what_is_told(database: Database, clock: FakeClock) -> None:
    """One start, one end, and between them that it went on, behind what the tools tell."""
    talk = talk_with(database, clock, Desk(), calling("a"), Answer(pieces=("Done.",)))
    await talk.answered(await asked(talk))
    kinds = [kind for kind in talk.kinds() if kind.__name__ != "TextArrived"]
    assert kinds == [ReplyStarted, ConversationChanged, ReplyWentOn, ReplyFinished]


async def test_rounds_are_bounded(database: Database, clock: FakeClock) -> None:
    """After so many rounds none of the tools may be called, and a call is refused; the answer
    ends. The tools stay, so that the prompt begins as it did."""
    desk = Desk()
    talk = talk_with(database, clock, desk, *(calling(str(n)) for n in range(9)), rounds=2)
    conversation = await asked(talk)
    await talk.answered(conversation)
    assert desk.calls == ["0", "1"]
    assert [len(request.tools) for request in talk.model.requests] == [1, 1, 1]
    assert [request.may_call for request in talk.model.requests] == [True, True, False]
    role, content = (await recorded(talk, conversation))[-1]
    assert (role, content.tool_results[0].is_error) == (Role.TOOL, True)
    assert not talk.chat.is_answering(conversation)


async def test_everything_in_one_go(database: Database, clock: FakeClock) -> None:
    """Of very many calls some are done; each of the others has a result that says why not."""
    desk = Desk()
    script = (calling(*map(str, range(60))), Answer(pieces=("Enough.",)))
    talk = talk_with(database, clock, desk, *script)
    conversation = await asked(talk)
    await talk.answered(conversation)
    _, results = (await recorded(talk, conversation))[2]
    assert [result.call_id for result in results.tool_results] == [f"c{n}" for n in range(60)]
    assert len(desk.calls) == 8
    assert all(result.is_error for result in results.tool_results[8:])


async def test_a_broken_reply_calls_nothing(database: Database, clock: FakeClock) -> None:
    """Calls of a reply that was not whole are not done, and have results all the same."""
    desk = Desk()
    broken = calling('{"a', text="Let me", stop=StopReason.MAX_TOKENS)
    talk = talk_with(database, clock, desk, broken)
    conversation = await asked(talk)
    turn = await talk.answered(conversation)
    assert turn is not None
    assert turn.ending is Ending.MAX_TOKENS
    assert desk.calls == []
    assert [role for role, _ in await recorded(talk, conversation)][1:] == [
        Role.ASSISTANT,
        Role.TOOL,
    ]


async def test_a_failure_behind_a_round_keeps_it(database: Database, clock: FakeClock) -> None:
    """When the model cannot be reached for the second part, the first is in the record."""
    error = ModelUnreachableError("It has gone.")
    script = (calling("a", text="Let me look."), Answer(pieces=("It is",), error=error))
    talk = talk_with(database, clock, Desk(), *script)
    conversation = await asked(talk)
    await talk.answered(conversation)
    assert talk.kinds()[-1] is ReplyFailed
    said = await talk.said(conversation)
    assert [text for _, text in said] == ["What do you see?", "Let me look.", "", "It is"]


async def test_what_was_cut_after_results_goes_on(database: Database, clock: FakeClock) -> None:
    """Results without an answer, as a crash leaves them, are answered when asked to go on."""
    desk = Desk()
    error = ModelUnreachableError("It has gone.")
    script = (calling("a"), Answer(error=error), Answer(pieces=("It is blue.",)))
    talk = talk_with(database, clock, desk, *script)
    conversation = await asked(talk)
    await talk.answered(conversation)
    turn = await talk.chat.go_on(conversation)
    assert turn is not None
    assert turn.content.text == "It is blue."
    assert desk.calls == ["a"]


async def test_stopped_between_rounds(database: Database, clock: FakeClock) -> None:
    """Stopping while tools are called ends the answer; what was done is in the record."""
    desk = Desk()
    talk = talk_with(database, clock, desk, calling("a", text="Look."), Answer(pieces=("No.",)))
    conversation = await asked(talk)
    run = desk.run

    def stopping(
        tx: Transaction, where: str, call: ToolCall
    ) -> tuple[ToolResult, tuple[Event, ...]]:
        talk.chat.stop(where)
        return run(tx, where, call)

    talk.equip(tools=Tools(offered=(LOOK,), run=stopping, rounds=4))
    await talk.answered(conversation)
    assert len(talk.model.requests) == 1
    assert talk.kinds()[-1] is ReplyFinished
    assert [role for role, _ in await recorded(talk, conversation)][1:] == [
        Role.ASSISTANT,
        Role.TOOL,
    ]


async def test_answering_anew_leaves_all_rounds(database: Database, clock: FakeClock) -> None:
    """The whole answer is left, calls and results too; what the person said stays."""
    script = (
        calling("a"),
        calling("b"),
        Answer(pieces=("Blue.",)),
        Answer(pieces=("Green.",)),
    )
    talk = talk_with(database, clock, Desk(), *script)
    conversation = await asked(talk)
    await talk.answered(conversation)
    await talk.chat.answer_anew(conversation)
    said = await recorded(talk, conversation)
    assert [(role, content.text) for role, content in said] == [
        (Role.USER, "What do you see?"),
        (Role.ASSISTANT, "Green."),
    ]


async def test_models_without_tools(database: Database, clock: FakeClock) -> None:
    """Where a model cannot call, nothing is offered, and a call it makes up is refused."""
    desk = Desk()
    talk = talk_with(database, clock, desk)
    window = Capabilities(context_window=9_000, needs_network=False)
    model = ScriptedModel((calling("a", text="Hm."),), capabilities=window)
    talk.chat = talk.chat_with(model, clock)
    conversation = await asked(talk)
    await talk.answered(conversation)
    assert model.requests[0].tools == ()
    assert desk.calls == []


async def test_a_store_that_fails_records_neither(database: Database, clock: FakeClock) -> None:
    """When a call cannot be stored, neither it nor its reply is a turn; the failure is told."""
    talk = talk_with(database, clock, Desk(fails=True), calling("a", text="Look."))
    conversation = await asked(talk)
    await talk.answered(conversation)
    assert talk.kinds()[-1] is ReplyFailed
    assert await talk.said(conversation) == [(Role.USER, "What do you see?")]


async def test_replies_are_heeded_once(database: Database, clock: FakeClock) -> None:
    """Each reply that is recorded is told of in its transaction, also one that was left behind."""
    heard: list[str] = []

    def heed(tx: Transaction, turn: Turn) -> tuple[Event, ...]:
        heard.append(turn.content.text)
        return (ReferenceFailed(conversation=turn.conversation, reference="x", reason="y"),)

    def half(request: Request) -> Answer:
        return Answer(pieces=("Half of",), error=ModelUnreachableError("It has gone."))

    talk = Talk(database, clock, Answer(pieces=("Whole.",)), half).equip(heed=heed)
    conversation = await asked(talk)
    await talk.answered(conversation)
    assert ReferenceFailed in talk.kinds()
    await talk.answered(conversation)
    assert heard == ["Whole.", "Half of"]
    await talk.chat.recover()
    assert heard == ["Whole.", "Half of"]
