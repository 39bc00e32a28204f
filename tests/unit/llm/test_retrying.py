"""Models that are asked again, and models that stand in for others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from minutebook.domain.turns import Role
from minutebook.errors import (
    ModelAccessError,
    ModelBusyError,
    ModelError,
    ModelUnavailableError,
    ModelUnreachableError,
)
from minutebook.llm.fallback import FallbackModel
from minutebook.llm.protocol import AskedAgain, Message, Model, ReplyDone, Request, Task, TextDelta
from minutebook.llm.retrying import Retries, RetryingModel
from minutebook.llm.scripted import Answer, ScriptedModel

ASKED = Request(task=Task.CHAT, messages=(Message(role=Role.USER, text="Hello?"),))
YES = Answer(pieces=("Y", "es."))
BUSY = ModelBusyError("busy", hint="Later.")
GONE = ModelUnreachableError("gone", hint="Later.")


@dataclass
class Waits:
    """Waits that take no time and are remembered."""

    seconds: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def failing(*errors: ModelError, then: Answer = YES) -> ScriptedModel:
    """Make a model that fails before the first word, once with each error, and then answers."""
    return ScriptedModel([*(Answer(error=error) for error in errors), then])


def retrying(model: Model, waits: Waits, **settings: float) -> RetryingModel:
    attempts, longest = int(settings.get("attempts", 4)), settings.get("longest_wait", 60.0)
    retries = Retries(attempts=attempts, longest_wait=longest, sleep=waits, random=lambda: 1.0)
    return RetryingModel(model, retries)


async def streamed(model: Model) -> str:
    """Return the text that came piece by piece."""
    events = [event async for event in model.stream(ASKED)]
    assert isinstance(events[-1], ReplyDone)
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def completed(model: Model) -> str:
    """Return the text that came in one go."""
    return (await model.complete(ASKED)).text


WAYS = pytest.mark.parametrize("ask", [streamed, completed])


@WAYS
async def test_a_model_is_asked_again(ask: object) -> None:
    """A busy model and one out of reach are asked again, after waits that grow."""
    assert callable(ask)
    waits, inner = Waits(), failing(BUSY, GONE, GONE)
    assert await ask(retrying(inner, waits)) == "Yes."
    assert waits.seconds == [0.5, 1.0, 2.0]
    assert len(inner.requests) == 4


@WAYS
async def test_not_for_ever(ask: object) -> None:
    """After the last attempt the error is told as it came."""
    assert callable(ask)
    waits, inner = Waits(), failing(GONE, BUSY, GONE)
    with pytest.raises(ModelUnreachableError):
        await ask(retrying(inner, waits, attempts=3))
    assert len(inner.requests) == 3


@WAYS
@pytest.mark.parametrize("error", [ModelAccessError("no"), ModelUnavailableError("none")])
async def test_what_waiting_does_not_mend(ask: object, error: ModelError) -> None:
    """Other failures are told at once."""
    assert callable(ask)
    waits, inner = Waits(), failing(error)
    with pytest.raises(type(error)):
        await ask(retrying(inner, waits))
    assert waits.seconds == []


@WAYS
async def test_a_provider_is_believed(ask: object) -> None:
    """Who says how long to wait is given that, and a little more."""
    assert callable(ask)
    waits = Waits()
    asked = ModelBusyError("busy", retry_after=7)
    assert await ask(retrying(failing(asked), waits)) == "Yes."
    assert waits.seconds == [7.5]


@WAYS
async def test_a_provider_is_not_believed_for_ever(ask: object) -> None:
    """Who asks for more than the limit is given up at once."""
    assert callable(ask)
    waits, inner = Waits(), failing(ModelBusyError("busy", retry_after=61))
    with pytest.raises(ModelBusyError):
        await ask(retrying(inner, waits, longest_wait=60))
    assert (waits.seconds, len(inner.requests)) == ([], 1)


async def test_waits_are_bounded_and_jittered() -> None:
    """No wait is longer than the limit, and chance may make each as short as nothing."""
    waits = Waits()
    await streamed(retrying(failing(*[GONE] * 9), waits, attempts=10, longest_wait=3))
    assert max(waits.seconds) == 3
    none = Waits()
    retries = Retries(sleep=none, random=lambda: 0.0)
    await streamed(RetryingModel(failing(GONE, GONE), retries))
    assert none.seconds == [0.0, 0.0]


@pytest.mark.parametrize("error", [BUSY, GONE])
async def test_who_listens_hears_of_the_wait(error: ModelError) -> None:
    """Before it is waited: how long, for whom, and why; of a stand-in just as well."""
    stream = retrying(failing(error), Waits()).stream(ASKED)
    again = AskedAgain(model="scripted:test", wait=0.5, reason=error.message)
    assert await anext(stream) == again
    other = FallbackModel(failing(error), ScriptedModel([YES], name="other")).stream(ASKED)
    assert await anext(other) == AskedAgain(model="other", reason=error.message)


async def test_half_an_answer_is_not_begun_anew() -> None:
    """When words were heard, a failure is told, and nobody is asked again."""
    waits = Waits()
    inner = ScriptedModel([Answer(pieces=("Ye",), error=GONE), YES])
    stream = retrying(inner, waits).stream(ASKED)
    assert await anext(stream) == TextDelta(text="Ye")
    with pytest.raises(ModelUnreachableError):
        await anext(stream)
    assert len(inner.requests) == 1


@WAYS
@pytest.mark.parametrize("error", [BUSY, GONE, ModelUnavailableError("none")])
async def test_another_model_stands_in(ask: object, error: ModelError) -> None:
    """Where a model is busy, out of reach or gone, the other one answers."""
    assert callable(ask)
    other = ScriptedModel([YES], name="scripted:other")
    assert await ask(FallbackModel(failing(error, then=Answer()), other)) == "Yes."


async def test_the_reply_says_who_answered() -> None:
    """The name of the pair is the first one's; the reply has the name of who gave it."""
    first, other = failing(BUSY), ScriptedModel([YES], name="scripted:other")
    pair = FallbackModel(first, other)
    assert pair.name == first.name
    assert (await pair.complete(ASKED)).model == "scripted:other"


async def test_nobody_stands_in_for_the_rest() -> None:
    """Neither for a refused key, nor behind the first word."""
    other = ScriptedModel([YES], name="scripted:other")
    with pytest.raises(ModelAccessError):
        await streamed(FallbackModel(failing(ModelAccessError("no")), other))
    broken = ScriptedModel([Answer(pieces=("Ye",), error=BUSY)])
    with pytest.raises(ModelBusyError):
        await streamed(FallbackModel(broken, other))
    assert other.requests == []


@pytest.mark.parametrize("wrap", ["retrying", "fallback"])
async def test_leaving_reaches_the_model(wrap: str) -> None:
    """A stream that is left is closed all the way down."""
    closed: list[bool] = []

    class Endless(ScriptedModel):
        async def stream(self, request: Request) -> AsyncIterator[TextDelta]:
            try:
                while True:
                    yield TextDelta(text="on and ")
            finally:
                closed.append(True)

    inner = Endless([])
    model = retrying(inner, Waits()) if wrap == "retrying" else FallbackModel(inner, inner)
    stream = model.stream(ASKED)
    await anext(stream)
    await stream.aclose()
    assert closed == [True]
