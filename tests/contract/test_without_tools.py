"""Servers that know no tools, and what they are asked and understood by all the same."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from contract.adapters import PROTOCOLS, QUICK, UPDATE, Rig, asking, heard
from minutebook.domain.turns import Role
from minutebook.errors import ModelRequestError, PatchError
from minutebook.llm import prompts
from minutebook.llm.anthropic.provider import AnthropicProvider
from minutebook.llm.openai.provider import OpenAIProvider
from minutebook.llm.protocol import Attribution, Material, Message, Request, StopReason, Task
from minutebook.llm.remote.server import Server
from minutebook.scribe.asking import Question, ask
from minutebook.scribe.operations import AppendToSection, Operation
from servers.models import model_server
from servers.saying import Plan, Said, as_json

NEWS = {"op": "append_to_section", "anchor": "route", "body": "The ferry leaves at 9.\n```\nx\n```"}
PATCH = as_json({"operations": [NEWS]})
WANTED = (AppendToSection(anchor="route", body=str(NEWS["body"])),)
NO_TOOLS = {
    "ollama": (400, "registry.ollama.ai/library/gemma:2b does not support tools"),
    "openrouter": (404, "No endpoints found that support tool use."),
    "llama.cpp": (500, "tools param requires --jinja flag"),
    "vllm": (400, '"auto" tool choice requires --enable-auto-tool-choice to be set'),
    "proxy": (422, "tools: Extra inputs are not permitted"),
}
QUESTION = Question(
    prefix=(Message(role=Role.USER, text="<document/>", ends_prefix=True),),
    text="<turns/>",
    system="Keep the document.",
    material=Material(),
    max_tokens=1_000,
    attribution=Attribution(),
)


def fine(_: Sequence[Operation]) -> tuple[str, ...]:
    return ()


def said(text: str) -> Plan:
    return Plan(said=Said(pieces=(text,)))


@asynccontextmanager
async def local(protocol: str) -> AsyncIterator[Rig]:
    """Run a server of one's own that speaks a protocol."""
    async with model_server() as server:
        root = server.root if protocol == "anthropic" else f"{server.root}/v1"
        at = Server(provider="local", base_url=root, patience=QUICK)
        kind = AnthropicProvider if protocol == "anthropic" else OpenAIProvider
        provider = kind(at)
        yield Rig(protocol=protocol, model=provider.model("m-1"), server=server, provider=provider)
        await provider.close()


@pytest.fixture(params=PROTOCOLS)
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    """Return a model at a local server of each protocol in turn."""
    async with local(request.param) as made:
        yield made


async def wanted(rig: Rig) -> tuple[Operation, ...]:
    """Return what the model wants done to the document."""
    found = await ask(rig.model, QUESTION, fine, [])
    assert rig.server.refused == []
    return found


@pytest.mark.parametrize("case", NO_TOOLS)
async def test_tools_that_are_refused_are_asked_for_in_text(rig: Rig, case: str) -> None:
    """Whatever a server calls it: it is asked again without, and for good."""
    status, message = NO_TOOLS[case]
    rig.server.plan(Plan(status=status, error=("", message)), said(PATCH), said(PATCH))
    assert await wanted(rig) == WANTED
    assert not rig.model.capabilities.tools
    assert await wanted(rig) == WANTED
    first, *others = (received.json for received in rig.server.asked)
    assert "tools" in first
    assert len(others) == 2
    assert all("tools" not in sent and "tool_choice" not in sent for sent in others)
    assert all("append_to_section" in as_json(sent) for sent in others)


@pytest.mark.parametrize(
    "text",
    [
        PATCH,
        f"\n  {PATCH}\n",
        f"```json\n{PATCH}\n```",
        f"Here is the update:\n\n```\n{PATCH}\n```\nDone.",
        f"<think>A ferry {{}}.</think>\n{PATCH}",
        as_json({"name": "update_document", "arguments": {"operations": [NEWS]}}),
        f'<tool_call>\n{{"name": "update_document", "parameters": {PATCH}}}\n</tool_call>',
    ],
)
async def test_a_call_that_came_as_text(rig: Rig, text: str) -> None:
    """A server that passes over the tool is understood when the model answers in JSON."""
    rig.server.plan(said(text))
    assert await wanted(rig) == WANTED
    assert len(rig.server.asked) == 1
    assert rig.model.capabilities.tools


@pytest.mark.parametrize(
    "text",
    [
        "I appended it.",
        f"{PATCH} {PATCH}",
        f"{PATCH} There you are.",
        f"```\n{PATCH}\n```\n```\n{PATCH}\n```",
        f"[{PATCH}]",
        '{"operations": [',
        "{" * 20_000,
        "",
    ],
)
async def test_what_is_no_call_is_asked_for_again_in_text(rig: Rig, text: str) -> None:
    """Prose, fragments and two answers at once are nothing; the second question has no tools."""
    rig.server.plan(said(text), said(PATCH))
    assert await wanted(rig) == WANTED
    first, second = (received.json for received in rig.server.asked)
    assert "tools" in first
    assert "tools" not in second


async def test_what_is_wrong_in_text_goes_back_once(rig: Rig) -> None:
    """The same operations are checked in the same way, and the reasons are told."""
    wrong = as_json({"operations": [{"op": "burn"}]})
    rig.server.plan(said("no"), said(wrong))
    with pytest.raises(PatchError, match="burn"):
        await wanted(rig)
    rig.server.plan(said(wrong), said(PATCH))
    assert await wanted(rig) == WANTED
    last = as_json(rig.server.asked[-1].json["messages"])
    assert "burn" in last
    assert "<problems>" in last


async def test_half_an_answer_is_no_call(rig: Rig) -> None:
    """What was cut by the number of tokens stays what it is."""
    rig.server.plan(Plan(said=Said(pieces=(PATCH,), stop=StopReason.MAX_TOKENS)))
    request = Request(
        task=Task.CHAT, messages=asking().messages, tools=(UPDATE,), required_tool="update"
    )
    reply = (await heard(rig.model, replace(request, max_tokens=5))).reply
    assert (reply.tool_calls, reply.text) == ((), PATCH)


async def test_the_form_of_the_reply_is_set_where_it_can_be() -> None:
    """A server that follows a schema is given it; one that knows none is asked without."""
    async with local("openai") as rig:
        refusal = Plan(status=400, error=("", "response_format is not supported"))
        tools = Plan(status=400, error=("", NO_TOOLS["ollama"][1]))
        rig.server.plan(tools, refusal, said(PATCH))
        assert await wanted(rig) == WANTED
        _, second, third = (received.json for received in rig.server.asked)
        assert as_json(second["response_format"]).count(prompts.UPDATE_DOCUMENT) == 1
        assert "response_format" not in third


async def test_a_list_may_say_that_there_are_no_tools() -> None:
    """Where the list tells, nobody has to be refused first."""
    listed = {
        "data": [
            {"id": "m-1", "object": "model", "supported_parameters": ["temperature"]},
            {"id": "m-2", "object": "model", "capabilities": {"function_calling": False}},
            {"id": "m-3", "object": "model", "capabilities": ["completion"]},
        ]
    }
    async with local("openai") as rig:
        rig.server.plan_lists(Plan(body=as_json(listed).encode()))
        rig.server.plan(said(PATCH))
        await rig.provider.list_models()
        takes = [rig.provider.model(f"m-{n}").capabilities.tools for n in (1, 2, 3)]
        assert takes == [False, False, True]
        assert await wanted(rig) == WANTED
        assert "tools" not in rig.server.asked[0].json


async def test_a_request_that_is_refused_for_itself_is_not_asked_again(rig: Rig) -> None:
    """Not every refusal is about tools."""
    rig.server.plan(Plan(status=400, error=("", "The tool of the year is bad taste.")))
    with pytest.raises(ModelRequestError):
        await wanted(rig)
    assert len(rig.server.asked) == 1
