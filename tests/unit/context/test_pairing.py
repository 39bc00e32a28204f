"""No call without its result, and no result without its call."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from minutebook.context.prompt.pairing import without_orphans
from minutebook.domain.turns import Role, ToolCall, ToolResult
from minutebook.llm.protocol import Message

_CALLS = st.sampled_from("abc").map(lambda id_: ToolCall(id=id_, name="look", arguments="{}"))
_RESULTS = st.sampled_from("abc").map(lambda id_: ToolResult(call_id=id_, content="seen"))
_MESSAGES = st.one_of(
    st.builds(
        Message,
        role=st.just(Role.ASSISTANT),
        text=st.sampled_from(["", "So."]),
        tool_calls=st.lists(_CALLS, max_size=2).map(tuple),
    ),
    st.builds(
        Message, role=st.just(Role.TOOL), tool_results=st.lists(_RESULTS, max_size=2).map(tuple)
    ),
    st.builds(Message, role=st.just(Role.USER), text=st.just("And?")),
)


@given(st.lists(_MESSAGES, max_size=12))
def test_every_call_has_its_result(told: list[Message]) -> None:
    """What is left of the traffic is in pairs, and nothing of it is lost."""
    open_: list[str] = []
    made = without_orphans(told)
    for message in made:
        for result in message.tool_results:
            open_.remove(result.call_id)
        open_ += [call.id for call in message.tool_calls]
    assert open_ == []

    def shown(messages: list[Message]) -> int:
        parts = sum(len(each.tool_calls) + len(each.tool_results) for each in messages)
        return parts + sum(each.text.count("[") for each in messages)

    assert shown(made) == shown(told)


@given(st.lists(_MESSAGES, max_size=12), st.integers(0, 12))
def test_later_messages_change_no_pair(told: list[Message], number: int) -> None:
    """What was in a pair stays as it is, whatever follows."""
    before, after = without_orphans(told[:number]), without_orphans(told)
    for first, later in zip(before, after, strict=False):
        assert {call.id for call in first.tool_calls} <= {call.id for call in later.tool_calls}
        assert first.tool_results == later.tool_results
