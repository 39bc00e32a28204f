"""Counting for a model."""

from __future__ import annotations

import random

import pytest

from minutebook.domain.spending import TokenSample
from minutebook.domain.tokens import estimate
from minutebook.domain.turns import Role, ToolCall, ToolResult
from minutebook.errors import VocabularyError
from minutebook.llm.protocol import Message, Request, Task, Tool
from minutebook.llm.tokens.counter import ESTIMATE, Counted, TokenCounter
from minutebook.llm.tokens.families import family_of
from minutebook.llm.tokens.vocabulary import CL100K, O200K, Published, Vocabulary

CLAUDE = "anthropic:claude-haiku-5-5"
GPT = "openai:gpt-5"
TEXT = "The ferry leaves on the fourth, if the ice allows. " * 20


def broken(published: Published) -> Vocabulary:
    raise VocabularyError(f"{published.name} is gone.")


async def test_until_it_is_loaded_sizes_are_estimates() -> None:
    """The estimate is what the pages are cut by; loading makes it a count."""
    counter = TokenCounter()
    assert counter.count(TEXT, GPT) == estimate(TEXT)
    assert await counter.ready(GPT)
    assert counter.count(TEXT, GPT) == 12 * 20 + 1


async def test_what_cannot_be_loaded_is_estimated(caplog: pytest.LogCaptureFixture) -> None:
    """A broken installation is told in the log, and everything goes on."""
    counter = TokenCounter(broken)
    assert not await counter.ready(GPT)
    assert counter.count(TEXT, GPT) == estimate(TEXT)
    assert "o200k_base is gone" in caplog.text


async def test_a_vocabulary_is_loaded_once_and_only_when_wanted() -> None:
    """Models that share one share it; for offline there is nothing to load."""
    loads: list[str] = []

    def loader(published: Published) -> Vocabulary:
        loads.append(published.name)
        return broken(published)

    counter = TokenCounter(loader)
    for model in (GPT, GPT, CLAUDE, "offline"):
        await counter.ready(model)
    assert loads == ["o200k_base"]


@pytest.mark.parametrize(
    ("model", "vocabulary"),
    [
        ("openai:gpt-4", CL100K),
        ("openai:gpt-4-turbo", CL100K),
        ("openai:gpt-3.5-turbo", CL100K),
        ("openai:gpt-4o-mini", O200K),
        ("openai:gpt-4.1", O200K),
        ("openai:o3", O200K),
        ("local:llama", O200K),
        (CLAUDE, O200K),
        ("offline", None),
    ],
)
def test_each_model_has_its_vocabulary(model: str, vocabulary: Published | None) -> None:
    """The older ones of OpenAI have theirs; who is not known gets the newest."""
    assert family_of(model).vocabulary == vocabulary


@pytest.mark.parametrize("truth", [0.8, 1.0, 1.37, 2.2])
def test_the_correction_comes_near_the_truth(truth: float) -> None:
    """With noise and some reports that are plainly wrong, a count is right to 3 percent."""
    counter, dice = TokenCounter(), random.Random(7)
    for nth in range(40):
        counted = dice.randint(200, 40_000)
        reported = counted * truth * dice.uniform(0.97, 1.03) if nth % 7 else counted * 3.5
        counter.learn(CLAUDE, Counted(tokens=counted, by=ESTIMATE), round(reported))
    tokens = counter.count("x" * 40_000, CLAUDE)
    assert tokens == pytest.approx(10_000 * truth, rel=0.03)


def test_a_changed_tokenizer_is_learned_anew() -> None:
    """What was long ago is forgotten."""
    counter = TokenCounter()
    for factor in (1.0, 1.3):
        for _ in range(31):
            counter.learn(CLAUDE, Counted(tokens=1_000, by=ESTIMATE), round(1_000 * factor))
    assert counter.factor(CLAUDE) == 1.3


@pytest.mark.parametrize(("counted", "reported"), [(50, 150), (1_000, 0), (1_000, 900_000)])
def test_what_teaches_nothing_is_not_learned(counted: int, reported: int) -> None:
    """Tiny prompts and absurd reports leave the correction as it was."""
    counter = TokenCounter()
    before = counter.factor(CLAUDE)
    counter.learn(CLAUDE, Counted(tokens=counted, by=ESTIMATE), reported)
    assert counter.factor(CLAUDE) == before


async def test_estimates_and_counts_have_corrections_of_their_own() -> None:
    """What was learned of the estimate does not bend the count."""
    counter = TokenCounter()
    counter.learn_all([TokenSample(model=GPT, counted_by=ESTIMATE, counted=1_000, reported=2_000)])
    assert counter.count(TEXT, GPT) == 2 * estimate(TEXT)
    assert counter.count(TEXT, "openai:gpt-5-mini") == estimate(TEXT)
    await counter.ready(GPT)
    assert counter.count(TEXT, GPT) == 12 * 20 + 1


def test_a_request_is_counted_whole() -> None:
    """System, messages, calls, results and tools count, each with its frame."""
    counter = TokenCounter()
    call, result = ToolCall(id="1", name="f", arguments="{}"), ToolResult(call_id="1", content=TEXT)
    bare = Request(task=Task.CHAT, messages=(Message(role=Role.USER, text=TEXT),))
    whole = Request(
        task=Task.CHAT,
        system=TEXT,
        messages=(
            Message(role=Role.USER, text=TEXT),
            Message(role=Role.ASSISTANT, tool_calls=(call,)),
            Message(role=Role.USER, tool_results=(result,)),
        ),
        tools=(Tool(name="f", description=TEXT, schema="{}"),),
    )
    size = estimate(TEXT)
    assert counter.count_request(bare, GPT) == size + 4
    assert counter.count_request(whole, GPT) == pytest.approx(4 * size + 7 * 4, abs=6)
