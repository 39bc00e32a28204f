"""Messages made into exchanges that every provider takes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from minutebook.domain.turns import Role, ToolCall, ToolResult
from minutebook.llm.anthropic.payload import Manner as MessagesManner
from minutebook.llm.anthropic.payload import payload as messages_payload
from minutebook.llm.openai.payload import Manner as CompletionsManner
from minutebook.llm.openai.payload import payload as completions_payload
from minutebook.llm.protocol import Message, Request, Task, Tool
from minutebook.llm.remote.dialogue import Called, Exchange, Returned, Words, exchanges
from servers import completions, messages
from servers.saying import as_json
from servers.wire import Received

TOOL = Tool(name="look", description="Look.", schema='{"type": "object"}')
CALL = ToolCall(id="a", name="look", arguments='{"x": 1}')
BACK = ToolResult(call_id="a", content="seen")


def of(*said: Message, tools: tuple[Tool, ...] = (TOOL,)) -> tuple[Exchange, ...]:
    return exchanges(Request(task=Task.CHAT, messages=said, tools=tools))


def user(text: str = "", *results: ToolResult) -> Message:
    return Message(role=Role.USER, text=text, tool_results=results)


def model(text: str = "", *calls: ToolCall) -> Message:
    return Message(role=Role.ASSISTANT, text=text, tool_calls=calls)


def test_neighbours_of_one_side_are_joined() -> None:
    """People and users are one side; each piece stays a piece of its own."""
    first, second, third = of(
        user("a"), Message(role=Role.PERSON, text="b"), model("c"), model("d"), user("e")
    )
    assert [exchange.is_model for exchange in (first, second, third)] == [False, True, False]
    assert (first.text, second.text, third.text) == ("a\n\nb", "c\n\nd", "e")


def test_empty_messages_are_left_out() -> None:
    """White space is nothing, and what stood around it is joined."""
    (only,) = of(user("a"), model(" \n"), user("\t"), user("b"))
    assert only.text == "a\n\nb"


def test_the_user_speaks_first_and_last() -> None:
    """Where the model would begin or end, or nobody speaks, a note stands in."""
    assert [exchange.is_model for exchange in of(model("a"))] == [False, True, False]
    (nothing,) = of()
    assert nothing.text.strip()


def test_notices_are_no_instructions() -> None:
    """What came from nobody is shown as a notice, on the user's side."""
    (only,) = of(Message(role=Role.SYSTEM, text="Ann joined"), user("hi"))
    assert only.parts[0] == Words(text="[notice] Ann joined")


def test_pairs_are_kept() -> None:
    """A call with its result stays one; results stand first, as the providers want them."""
    _, asked, back = of(user("go"), model("sure", CALL), user("and?", BACK))
    assert asked.parts == (Words(text="sure"), Called(call=CALL))
    assert back.parts == (Returned(result=BACK), Words(text="and?"))


def test_results_may_come_from_the_tool_itself() -> None:
    """A message of the role `tool` is the user's side too."""
    _, _, back = of(user("go"), model("", CALL), Message(role=Role.TOOL, tool_results=(BACK,)))
    assert back.parts == (Returned(result=BACK),)


def test_orphans_are_told() -> None:
    """A call without result, a result without call, and a second one of each become text."""
    for said in (
        (user("go"), model("", CALL), user("never mind")),
        (user("go", BACK),),
        (user("go"), model("", CALL), user("x"), model("y"), user("", BACK)),
    ):
        parts = [part for exchange in of(*said) for part in exchange.parts]
        assert all(isinstance(part, Words) for part in parts)
        assert any(
            "look" in part.text or "seen" in part.text for part in parts if type(part) is Words
        )
    _, asked, back = of(user("go"), model("", CALL, CALL), user("", BACK, BACK))
    assert sum(isinstance(part, Called) for part in asked.parts) == 1
    assert sum(isinstance(part, Returned) for part in back.parts) == 1


def test_calls_that_no_provider_takes_are_told() -> None:
    """Arguments that are no object, names with strange signs, and no tools at all."""
    for call in (
        ToolCall(id="a", name="look", arguments="{"),
        ToolCall(id="a", name="look", arguments="[1]"),
        ToolCall(id="a", name="look at", arguments="{}"),
        ToolCall(id="", name="look", arguments="{}"),
    ):
        result = ToolResult(call_id=call.id, content="seen")
        found = of(user("go"), model("", call), user("", result))
        assert not any(isinstance(p, Called | Returned) for e in found for p in e.parts)
    bare = of(user("go"), model("", CALL), user("", BACK), tools=())
    assert not any(isinstance(part, Called | Returned) for e in bare for part in e.parts)


def test_strange_ids_are_made_acceptable() -> None:
    """An id of another provider is written so that both ends of the pair still have the same."""
    call = ToolCall(id="call:1/x", name="look", arguments="{}")
    _, asked, back = of(
        user("go"), model("", call), user("", ToolResult(call_id=call.id, content=""))
    )
    assert isinstance(asked.parts[0], Called)
    assert isinstance(back.parts[0], Returned)
    assert asked.parts[0].call.id == back.parts[0].result.call_id == "call_1_x"


_TEXT = st.sampled_from(["", " ", "words", "more\n"])
_CALLS = st.lists(
    st.builds(
        ToolCall,
        id=st.sampled_from(["a", "b", "c:d", ""]),
        name=st.sampled_from(["look", "no name"]),
        arguments=st.sampled_from(["{}", "{", "", '{"x": [1]}']),
    ),
    max_size=2,
).map(tuple)
_RESULTS = st.lists(
    st.builds(
        ToolResult,
        call_id=st.sampled_from(["a", "b", "c:d", ""]),
        content=st.sampled_from(["", "seen"]),
        is_error=st.booleans(),
    ),
    max_size=2,
).map(tuple)
_MESSAGES = st.lists(
    st.builds(
        Message,
        role=st.sampled_from(Role),
        text=_TEXT,
        tool_calls=_CALLS,
        tool_results=_RESULTS,
        ends_prefix=st.booleans(),
    ),
    max_size=8,
).map(tuple)


@examples(max_examples=150, deadline=None)
@given(_MESSAGES, st.sampled_from([(), (TOOL,)]), st.sampled_from(["", "Be brief."]))
def test_any_record_is_a_valid_request(
    said: tuple[Message, ...], tools: tuple[Tool, ...], system: str
) -> None:
    """Whatever a record holds, both providers take what is made of it, with four breakpoints."""
    request = Request(task=Task.CHAT, system=system, messages=said, tools=tools)
    asked = messages_payload(request, MessagesManner())
    body = {
        "model": "m",
        "max_tokens": asked.max_tokens,
        "messages": asked.messages,
        "system": asked.system,
        "tools": asked.tools,
    }
    headers = {"x-api-key": "k", "anthropic-version": "1", "authorization": "Bearer k"}
    assert messages.problem(received(messages.PATH, body, headers)) == ""
    completion = completions_payload(request, CompletionsManner())
    body = {"model": "m", "max_tokens": completion.max_tokens, "messages": completion.messages}
    body["tools"] = completion.tools
    assert completions.problem(received(completions.PATH, body, headers)) == ""


def received(path: str, body: dict[str, object], headers: dict[str, str]) -> Received:
    sent = as_json(body).encode()
    return Received(method="POST", path=path, query="", headers=headers, body=sent)
