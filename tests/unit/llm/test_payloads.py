"""Requests as the two protocols take them."""

from __future__ import annotations

import json

import pytest

from minutebook.domain.turns import Role
from minutebook.llm.anthropic.payload import Manner as MessagesManner
from minutebook.llm.anthropic.payload import Thinking
from minutebook.llm.anthropic.payload import payload as messages_payload
from minutebook.llm.openai.payload import Manner as CompletionsManner
from minutebook.llm.openai.payload import payload as completions_payload
from minutebook.llm.protocol import Attribution, Message, Request, Task, Tool

TOOL = Tool(name="look", description="Look.", schema='{"type": "object", "required": ["x"]}')


def asking(*, marked: int = 0, **fields: object) -> Request:
    """Make a request of six messages, of which so many end a prefix."""
    said = tuple(
        Message(
            role=Role.ASSISTANT if i % 2 else Role.USER, text=f"words {i}", ends_prefix=i < marked
        )
        for i in range(7)
    )
    plain = Request(task=Task.CHAT, system="Be brief.", messages=said)
    values = {name: getattr(plain, name) for name in Request.__slots__} | fields
    return Request(**values)


def marks(value: object) -> list[str]:
    """Return the texts that carry a breakpoint, in the order of the prompt."""
    if isinstance(value, dict):
        own = [str(value.get("text") or value.get("name"))] if "cache_control" in value else []
        return own + [mark for inner in value.values() for mark in marks(inner)]
    if isinstance(value, list):
        return [mark for inner in value for mark in marks(inner)]
    return []


def test_the_prompt_is_cached_behind_its_parts() -> None:
    """Breakpoints stand behind the system prompt and behind each message that ends a prefix."""
    asked = messages_payload(asking(marked=2), MessagesManner())
    assert marks(asked.system) == ["Be brief."]
    assert marks(asked.messages) == ["words 0", "words 1"]


def test_the_last_breakpoints_win() -> None:
    """The API takes four; those that reach furthest are kept."""
    asked = messages_payload(asking(marked=5), MessagesManner())
    assert [marks(asked.system), marks(asked.messages)] == [
        [],
        ["words 1", "words 2", "words 3", "words 4"],
    ]


def test_tools_are_cached_without_a_system_prompt() -> None:
    """The head of the prompt ends with the tools when there is nothing behind them."""
    asked = messages_payload(asking(system="", tools=(TOOL,)), MessagesManner())
    assert marks(asked.tools) == ["look"]
    assert asked.system is None


def test_no_breakpoints_where_nobody_caches() -> None:
    """A server that does not know them gets none."""
    asked = messages_payload(asking(marked=3, tools=(TOOL,)), MessagesManner(caches=False))
    assert marks([asked.system, asked.tools, asked.messages]) == []


def test_tools_and_choice() -> None:
    """Schemas are sent as objects, and a tool that must be called is forced."""
    request = asking(tools=(TOOL,), required_tool="look", thinking_tokens=2_000)
    asked = messages_payload(request, MessagesManner())
    assert asked.tool_choice == {"type": "tool", "name": "look"}
    assert asked.thinking is None
    assert asked.tools is not None
    assert asked.tools[0]["input_schema"] == json.loads(TOOL.schema)
    completion = completions_payload(request, CompletionsManner())
    assert completion.tool_choice == {"type": "function", "function": {"name": "look"}}
    function = completion.tools[0]["function"]
    assert function.get("parameters") == json.loads(TOOL.schema)


def test_tools_that_may_not_be_called() -> None:
    """They are told all the same, with the choice of none."""
    request = asking(tools=(TOOL,), may_call=False)
    asked = messages_payload(request, MessagesManner())
    assert (marks(asked.tools), asked.tool_choice) == ([], {"type": "none"})
    assert asked.tools == messages_payload(asking(tools=(TOOL,)), MessagesManner()).tools
    completion = completions_payload(request, CompletionsManner())
    assert (len(completion.tools), completion.tool_choice) == (1, "none")


@pytest.mark.parametrize(
    ("thinking", "sent"),
    [
        (Thinking.ADAPTIVE, {"type": "adaptive", "display": "summarized"}),
        (Thinking.BUDGET, {"type": "enabled", "budget_tokens": 2_000}),
        (Thinking.NONE, None),
    ],
)
def test_thinking_has_tokens_of_its_own(thinking: Thinking, sent: object) -> None:
    """What a model thinks does not shorten what it may say."""
    asked = messages_payload(
        asking(thinking_tokens=2_000, max_tokens=500), MessagesManner(thinking=thinking)
    )
    assert asked.thinking == sent
    assert asked.max_tokens == (500 if sent is None else 2_500)


@pytest.mark.parametrize(
    ("tokens", "effort"), [(0, None), (1_000, "low"), (8_000, "medium"), (30_000, "high")]
)
def test_thinking_is_an_effort(tokens: int, effort: str | None) -> None:
    """Chat Completions take no number of tokens for thinking, but a word."""
    asked = completions_payload(asking(thinking_tokens=tokens), CompletionsManner())
    assert asked.effort == effort


def test_the_cache_key_is_the_conversation() -> None:
    """Requests of one conversation go where its prompt is cached."""
    request = asking(attribution=Attribution(conversation="c" * 99))
    assert completions_payload(request, CompletionsManner()).cache_key == "c" * 64
    bare = CompletionsManner(cache_key=False)
    assert completions_payload(request, bare).cache_key == ""


@pytest.mark.parametrize(
    ("refusal", "left"),
    [
        ("Unrecognized request argument supplied: stream_options", "usage"),
        ("unknown field max_completion_tokens", "new_names"),
        ("reasoning_effort is not supported with this model", "effort"),
        ("prompt_cache_key: extra fields not permitted", "cache_key"),
        ("tool_choice other than auto is not supported", "forced_tool"),
    ],
)
def test_what_a_server_refuses_is_left_out(refusal: str, left: str) -> None:
    """A refusal of one parameter is learned, once; any other refusal is no lesson."""
    learned = CompletionsManner().without(refusal)
    assert learned is not None
    assert getattr(learned, left) is False
    assert learned.without(refusal) is None
    assert CompletionsManner().without("messages: too many") is None


def test_the_old_name_is_given_up_too() -> None:
    """A model that refuses `max_tokens` is asked with its other name."""
    said = "Unsupported parameter: 'max_tokens' is not supported with this model."
    learned = CompletionsManner(new_names=False).without(said)
    assert learned == CompletionsManner()


def test_messages_learn_as_well() -> None:
    """Caching is given up, and thinking goes from adaptive to a budget to none."""
    manner: MessagesManner | None = MessagesManner()
    seen = []
    for refusal in ("cache_control: no", "thinking.type: adaptive no", "thinking: no"):
        assert manner is not None
        manner = manner.without(refusal)
        seen.append(manner)
    assert seen[-1] == MessagesManner(caches=False, thinking=Thinking.NONE)
    assert seen[-1] is not None
    assert seen[-1].without("thinking: no") is None
