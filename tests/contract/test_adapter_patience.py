"""What the server sees of retries, fallbacks, lessons and lists."""

from __future__ import annotations

import sys
from types import MappingProxyType

import pytest

from contract.adapters import KEY, Rig, asking, heard, provider_at, rigged
from minutebook.config import Calls, Models, Provider, Settings
from minutebook.domain.turns import Role
from minutebook.errors import ModelBusyError, ModelRequestError, ModelUnreachableError
from minutebook.llm.anthropic.model import AnthropicModel
from minutebook.llm.models import registry_of
from minutebook.llm.protocol import Message, Request, Task
from minutebook.llm.retrying import Retries, RetryingModel
from servers.models import model_server
from servers.saying import Plan, Said


async def at_once(_seconds: float) -> None:
    """Wait no time."""


def patient(rig: Rig, longest_wait: float = 60) -> RetryingModel:
    return RetryingModel(rig.model, Retries(attempts=3, longest_wait=longest_wait, sleep=at_once))


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503, 529])
async def test_what_passes_is_tried_again(rig: Rig, status: int) -> None:
    """A failure that may pass is tried again, and the SDK does not try on its own."""
    rig.server.plan(Plan(status=status), Plan(cut_after=0))
    found = await heard(patient(rig))
    assert found.reply.text == "On the 4th."
    assert len(rig.server.asked) == 3


async def test_attempts_are_counted(rig: Rig) -> None:
    """The server is asked as often as was set, and not once more."""
    rig.server.plan(*[Plan(status=500)] * 9)
    assert isinstance((await heard(patient(rig))).error, ModelUnreachableError)
    assert len(rig.server.asked) == 3


async def test_an_absurd_wait_is_not_waited(rig: Rig) -> None:
    """A server that asks for a day is asked once, and the message says when to try again."""
    rig.server.plan(Plan(status=429, headers={"retry-after": "86400"}))
    error = (await heard(patient(rig))).error
    assert isinstance(error, ModelBusyError)
    assert "24 hours" in str(error)
    assert len(rig.server.asked) == 1


async def test_nothing_is_tried_again_behind_the_first_word(rig: Rig) -> None:
    """A stream that breaks after some words is not begun anew."""
    rig.server.plan(Plan(said=Said(pieces=("On the 4th. ",) * 9), cut_after=6))
    found = await heard(patient(rig))
    assert isinstance(found.error, ModelUnreachableError)
    assert found.text
    assert len(rig.server.asked) == 1


async def test_a_refused_parameter_is_left_out(rig: Rig) -> None:
    """A server that does not know a parameter is asked again without it, and from then on."""
    name = "cache_control" if rig.protocol == "anthropic" else "stream_options"
    rig.server.plan(Plan(status=400, error=("invalid_request_error", f"{name}: unknown field")))
    request = Request(task=Task.CHAT, system="Be brief.", messages=asking().messages)
    assert (await heard(rig.model, request)).reply.text == "On the 4th."
    assert (await heard(rig.model, request)).reply.text == "On the 4th."
    sent = [name in received.body.decode() for received in rig.server.asked]
    assert sent == [True, False, False]


async def test_lessons_end(rig: Rig) -> None:
    """A server that refuses one thing for ever is not asked for ever."""
    refusal = Plan(status=400, error=("invalid_request_error", "stream_options cache_control no"))
    rig.server.plan(*[refusal] * 9)
    assert isinstance((await heard(rig.model)).error, ModelRequestError)
    assert len(rig.server.asked) == 2


async def test_another_server_stands_in(keys: None) -> None:
    """Through the settings: a busy model, and one of the user's own servers in its place."""
    async with model_server() as busy, model_server() as own:
        busy.otherwise = lambda _: Plan(status=529)
        providers = {
            "anthropic": Provider(base_url=busy.root),
            "local": Provider(base_url=f"{own.root}/v1"),
        }
        settings = Settings(
            models=Models(fallback="local:m-1"),
            calls=Calls(attempts=1),
            providers=MappingProxyType(providers),
        )
        registry = registry_of(settings, {})
        reply = await registry.get("anthropic:m-1").complete(asking())
        assert (reply.model, reply.text) == ("local:m-1", "On the 4th.")
        assert len(busy.asked) == 1
        assert KEY not in str(own.asked[0].headers)
        assert own.refused == []
        listed = await registry.list_models("local")
        assert [info.name for info in listed] == ["local:m-1", "local:m-2", "local:m-3"]
        await registry.close()


async def test_tokens_are_counted(keys: None) -> None:
    """Where the provider counts the tokens of a prompt, it is asked to."""
    async with rigged("anthropic") as rig:
        assert isinstance(rig.model, AnthropicModel)
        message = Message(role=Role.USER, text="word " * 400)
        counted = await rig.model.count_tokens(Request(task=Task.CHAT, messages=(message,)))
        assert 400 < counted < 800
        assert rig.server.refused == []


async def test_an_address_may_end_in_its_version(keys: None) -> None:
    """Servers of the Messages API are found with and without `/v1` in their address."""
    async with model_server() as server:
        for url in (server.root, f"{server.root}/", f"{server.root}/v1", f"{server.root}/v1/"):
            provider = provider_at("anthropic", url)
            assert (await heard(provider.model("m-1"))).error is None
            await provider.close()


async def test_a_closed_provider_opens_again(rig: Rig) -> None:
    """Closing lets go of connections; whoever asks again gets new ones."""
    assert (await heard(rig.model)).error is None
    await rig.provider.close()
    await rig.provider.close()
    assert (await heard(rig.model)).error is None


async def test_a_missing_package_is_told(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """An SDK that cannot be imported is an error with a next step."""
    monkeypatch.setitem(sys.modules, rig.protocol, None)
    error = (await heard(rig.model)).error
    assert error is not None
    assert "cannot be loaded" in error.message


async def test_refusals_that_contradict_each_other_end(keys: None) -> None:
    """A server that wants neither name for the number of tokens is not asked for ever."""
    wrong = "Unsupported parameter: 'max_tokens'; unknown parameter: 'max_completion_tokens'."
    async with rigged("openai") as rig:
        rig.server.otherwise = lambda _: Plan(status=400, error=("invalid_request_error", wrong))
        found = await heard(rig.model)
        assert isinstance(found.error, ModelRequestError)
        assert len(rig.server.asked) == 2


@pytest.mark.parametrize(
    "refusal",
    [
        "max_tokens: 8192 > 512, which is the maximum allowed number of output tokens for m-1",
        "max_tokens is too large: 8192. This model supports at most 512 completion tokens.",
    ],
)
async def test_the_longest_reply_is_learned(rig: Rig, refusal: str) -> None:
    """A model that writes less than was asked for is asked for what it writes, from then on."""
    request = Request(task=Task.CHAT, messages=asking().messages, max_tokens=8_192)
    rig.server.plan(Plan(status=400, error=("invalid_request_error", refusal)))
    for _ in range(2):
        assert (await heard(rig.model, request)).error is None
    sent = [received.json for received in rig.server.asked]
    longest = [body.get("max_tokens", body.get("max_completion_tokens")) for body in sent]
    assert longest == [8_192, 512, 512]
