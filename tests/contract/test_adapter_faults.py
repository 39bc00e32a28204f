"""The adapters over real sockets, when the server fails in all the ways it can."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from contract.adapters import (
    KEY,
    PROTOCOLS,
    UPDATE,
    Rig,
    asking,
    heard,
    provider_at,
    rigged,
)
from minutebook.errors import (
    ModelAccessError,
    ModelBillingError,
    ModelBusyError,
    ModelError,
    ModelNotReachedError,
    ModelReplyError,
    ModelRequestError,
    ModelUnavailableError,
    ModelUnreachableError,
    PromptTooLongError,
)
from minutebook.llm.protocol import Request, StopReason, Task, Usage, UsageReported
from minutebook.llm.remote.keys import find_key
from minutebook.llm.remote.server import Patience
from servers.saying import Frame, Plan, Said

LONG = "prompt is too long: 215000 tokens > 200000 maximum"
LATER = "Fri, 31 Dec 9999 23:59:59 GMT"
MISSING = ("not_found_error", "model: m-1")
BROKE = ("invalid_request_error", "Your credit balance is too low to access the API.")
CAPPED = {"details": {"error_code": "enforced_spend_limit_reached"}}
PAGE = b"<html><head><title>Bad gateway</title></head></html>"
SUDDEN = ("overloaded_error", "Overloaded")


TALKATIVE = Said(pieces=("On the 4th. ",) * 9)


def check(error: ModelError | None, kind: type[ModelError]) -> ModelError:
    """Assert what every failure promises; return it."""
    assert type(error) is kind, error
    assert error.hint
    said = str(error)
    assert "m-1" in said
    assert KEY not in said
    assert "\n" not in said
    assert said.isprintable()
    assert len(said) < 800
    return error


REFUSALS: dict[str, tuple[Plan, type[ModelError]]] = {
    "400": (Plan(status=400), ModelRequestError),
    "400 too long": (Plan(status=400, error=("invalid_request_error", LONG)), PromptTooLongError),
    "400 code": (Plan(status=400, error=("context_length_exceeded", "No.")), PromptTooLongError),
    "400 credit": (Plan(status=400, error=BROKE), ModelBillingError),
    "401": (Plan(status=401), ModelAccessError),
    "402": (Plan(status=402), ModelBillingError),
    "403": (Plan(status=403), ModelAccessError),
    "404": (Plan(status=404, error=MISSING), ModelUnavailableError),
    "404 path": (Plan(status=404, body=PAGE, content_type="text/html"), ModelUnavailableError),
    "408": (Plan(status=408), ModelUnreachableError),
    "409": (Plan(status=409), ModelUnreachableError),
    "413": (Plan(status=413), PromptTooLongError),
    "422": (Plan(status=422), ModelRequestError),
    "429": (Plan(status=429), ModelBusyError),
    "429 spent": (Plan(status=429, error=("insufficient_quota", "No.")), ModelBillingError),
    "429 capped": (Plan(status=429, details=CAPPED), ModelBillingError),
    "500": (Plan(status=500), ModelUnreachableError),
    "500 page": (Plan(status=500, body=PAGE, content_type="text/html"), ModelUnreachableError),
    "500 bytes": (Plan(status=500, body=b"\xff\xfe{"), ModelUnreachableError),
    "502": (Plan(status=502, body=b""), ModelUnreachableError),
    "503": (Plan(status=503), ModelBusyError),
    "529": (Plan(status=529), ModelBusyError),
    "308": (Plan(status=308, headers={"location": "http://127.0.0.1:9/"}), ModelUnavailableError),
    "hostile": (Plan(status=400, error=("", "\x1b[31m\x07" + "x" * 9_999)), ModelRequestError),
    "telling": (Plan(status=401, error=("", f"Bad key {KEY}\nand more")), ModelAccessError),
}


@pytest.mark.parametrize("case", REFUSALS)
async def test_refusals(rig: Rig, case: str) -> None:
    """Each status and each kind of refusal is one of our errors, asked for once."""
    plan, kind = REFUSALS[case]
    rig.server.plan(plan)
    found = await heard(rig.model)
    check(found.error, kind)
    assert found.events == []
    assert len(rig.server.asked) == 1


async def test_a_long_prompt_has_its_numbers(rig: Rig) -> None:
    """Whoever splits prompts learns how long it was and what fits."""
    rig.server.plan(REFUSALS["400 too long"][0])
    error = (await heard(rig.model)).error
    assert isinstance(error, PromptTooLongError)
    assert (error.tokens, error.limit) == (215_000, 200_000)


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({}, None, None),
        ({"retry-after": "7"}, 7, 7),
        ({"retry-after": "1.5"}, 1.5, 1.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25, 0.25),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0, 0),
        ({"retry-after": LATER}, 1e9, 1e12),
        ({"retry-after": "99999999"}, 99_999_999, 99_999_999),
        ({"retry-after": "soon"}, None, None),
        ({"retry-after": "-3"}, None, None),
        ({"retry-after": "nan"}, None, None),
    ],
)
async def test_retry_after_is_read(
    rig: Rig, headers: dict[str, str], least: float | None, most: float | None
) -> None:
    """Seconds, parts of them and dates are read; what cannot be read says nothing."""
    rig.server.plan(Plan(status=429, headers=headers))
    error = (await heard(rig.model)).error
    assert isinstance(error, ModelBusyError)
    if least is None or most is None:
        assert error.retry_after is None
    else:
        assert error.retry_after is not None
        assert least <= error.retry_after <= most


def spoilt(data: str) -> Callable[[Sequence[Frame]], Sequence[Frame]]:
    """Put an event behind the first piece of text."""
    return with_frame(lambda frame: Frame(event=frame.event, data=data))


def with_frame(make: Callable[[Frame], Frame]) -> Callable[[Sequence[Frame]], Sequence[Frame]]:
    """Put an event that is made of the first piece of text behind it."""

    def edit(frames: Sequence[Frame]) -> Sequence[Frame]:
        at = next(i for i, frame in enumerate(frames) if "On the " in frame.data)
        return [*frames[: at + 1], make(frames[at]), *frames[at + 1 :]]

    return edit


MALFORMED = {
    "no JSON": "{nope",
    "half": '{"type": "content_block_delta", "choi',
    "a number": "17",
    "a list": "[1]",
    "null": "null",
    "wrong types": json.dumps(
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": 5},
            "choices": [{"index": 0, "delta": {"content": 5}}],
        }
    ),
    "wrong shapes": '{"type": "content_block_delta", "index": 0, "delta": 5, "choices": 5}',
    "deep": '{"type":"content_block_delta","choices":' + "[" * 20_000 + "]" * 20_000 + "}",
}


@pytest.mark.parametrize("case", MALFORMED)
async def test_malformed_events(rig: Rig, case: str) -> None:
    """An event that cannot be read ends the answer; what came before it was heard."""
    rig.server.plan(Plan(edit=spoilt(MALFORMED[case])))
    found = await heard(rig.model)
    check(found.error, ModelReplyError)
    assert found.text == "On the "


async def test_broken_utf8(rig: Rig) -> None:
    """Bytes that are no text end the answer."""

    def torn(data: bytes) -> list[bytes]:
        return [data.replace(b"4th", b"\xff\xfe\xff")]

    rig.server.plan(Plan(split=torn))
    found = await heard(rig.model)
    check(found.error, ModelReplyError)
    assert found.text == "On the "


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("overloaded_error", ModelBusyError),
        ("rate_limit_error", ModelBusyError),
        ("api_error", ModelUnreachableError),
        ("server_error", ModelUnreachableError),
        ("invalid_request_error", ModelRequestError),
        ("context_length_exceeded", PromptTooLongError),
        ("insufficient_quota", ModelBillingError),
        ("500", ModelUnreachableError),
    ],
)
async def test_failures_inside_a_stream(rig: Rig, kind: str, error: type[ModelError]) -> None:
    """A stream that began well may say that it failed; that is the error it would have been."""
    rig.server.plan(Plan(edit=with_frame(lambda _: rig.error_frame(kind, "Sorry."))))
    found = await heard(rig.model)
    check(found.error, error)
    assert found.text == "On the "


async def test_what_is_not_known_is_passed_over(rig: Rig) -> None:
    """Pings and unknown kinds of events change nothing."""
    news = [
        Frame(event="ping", data='{"type":"ping","choices":[]}'),
        Frame(event="something_new", data='{"type":"something_new","index":0,"choices":[]}'),
    ]

    def edit(frames: Sequence[Frame]) -> Sequence[Frame]:
        return [*frames[:2], *news, *frames[2:]]

    rig.server.plan(Plan(edit=edit))
    found = await heard(rig.model)
    assert found.error is None
    assert (found.reply.text, found.reply.stop_reason) == ("On the 4th.", StopReason.END)


async def test_repeated_events(rig: Rig) -> None:
    """What has an identity counts once when it comes twice: the end, the usage, a call."""

    def twice(frames: Sequence[Frame]) -> Sequence[Frame]:
        return [f for frame in frames for f in ([frame] if "On the" in frame.data else [frame] * 2)]

    said = Said(pieces=("On the ",))
    rig.server.plan(Plan(said=said, edit=twice))
    found = await heard(rig.model)
    assert found.reply.text == "On the "
    assert found.reply.usage == said.usage


@pytest.mark.parametrize("stop", [reason for reason in StopReason if reason is not StopReason.CUT])
async def test_ends_are_told_apart(rig: Rig, stop: StopReason) -> None:
    """Why a reply ended is known, whatever the provider calls it."""
    rig.server.plan(Plan(said=Said(pieces=("Yes.",), stop=stop)))
    is_spent = stop is StopReason.MAX_TOKENS
    allowed = Said().usage.output_tokens if is_spent else 1_024
    request = Request(task=Task.CHAT, messages=asking().messages, max_tokens=allowed)
    assert (await heard(rig.model, request)).reply.stop_reason is stop


async def test_a_stream_without_a_reason_is_a_fragment(rig: Rig) -> None:
    """A stream that just ends is kept, and marked as cut."""
    rig.server.plan(Plan(said=TALKATIVE, edit=lambda frames: frames[:6]))
    found = await heard(rig.model)
    assert found.error is None
    assert found.reply.stop_reason is StopReason.CUT
    assert found.reply.text == found.text != ""


async def test_a_lost_goodbye_is_no_failure(rig: Rig) -> None:
    """When the stop reason came, a connection that breaks behind it takes nothing away."""
    sent = {"anthropic": 8, "openai": 4}[rig.protocol]
    rig.server.plan(Plan(cut_after=sent))
    found = await heard(rig.model)
    assert found.error is None
    assert (found.reply.text, found.reply.stop_reason) == ("On the 4th.", StopReason.END)


async def test_a_lost_connection_keeps_what_came(rig: Rig) -> None:
    """A connection that breaks in the middle is told, behind the words that came."""
    rig.server.plan(Plan(said=TALKATIVE, cut_after=6))
    found = await heard(rig.model)
    check(found.error, ModelUnreachableError)
    assert found.text


async def test_what_was_used_is_known_before_the_end(rig: Rig) -> None:
    """Where the protocol says it at the start, a call that breaks has told what its prompt was."""
    used = Usage(input_tokens=900, cache_read_tokens=30, cache_write_tokens=20, output_tokens=5)
    rig.server.plan(Plan(said=replace(TALKATIVE, usage=used), cut_after=4))
    found = await heard(rig.model)
    check(found.error, ModelUnreachableError)
    told = [event.usage for event in found.events if isinstance(event, UsageReported)]
    is_told = rig.protocol == "anthropic"
    assert told == ([replace(used, output_tokens=1)] if is_told else [])


async def test_what_was_used_is_told_with_the_end(rig: Rig) -> None:
    """The last report is what the reply says."""
    rig.server.plan(Plan())
    found = await heard(rig.model)
    *_, last = (event for event in found.events if isinstance(event, UsageReported))
    assert (last.model, last.usage) == (rig.model.name, found.reply.usage)


async def test_a_connection_lost_at_once(rig: Rig) -> None:
    """A connection that breaks before the first event is told alike."""
    rig.server.plan(Plan(cut_after=0))
    found = await heard(rig.model)
    check(found.error, ModelUnreachableError)
    assert found.events == []


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_silence_ends(protocol: str, keys: None) -> None:
    """A stream that says nothing any more is left after a while; what came was heard."""
    async with rigged(protocol, Patience(first_byte=30, silence=0.2)) as rig:
        rig.server.plan(Plan(said=TALKATIVE, stall_after=6))
        found = await heard(rig.model)
        assert "silent" in str(check(found.error, ModelUnreachableError))
        assert found.text
        async with asyncio.timeout(10):
            await rig.server.asked[0].left.wait()
        assert rig.server.asked[0].was_left_early


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_server_that_never_begins(protocol: str, keys: None) -> None:
    """A server that takes the request and says nothing is left after a while."""
    async with rigged(protocol, Patience(first_byte=0.2, silence=30)) as rig:
        rig.server.plan(Plan(wait=asyncio.Event()))
        found = await heard(rig.model)
        assert "silent" in str(check(found.error, ModelUnreachableError))


async def test_a_slow_start_is_waited_for(rig: Rig) -> None:
    """A server that takes its time before the first byte is given it."""
    begin = asyncio.Event()
    rig.server.plan(Plan(wait=begin))
    listening = asyncio.create_task(heard(rig.model))
    async with asyncio.timeout(30):
        while not rig.server.asked:
            await asyncio.sleep(0.01)
        begin.set()
        assert (await listening).reply.text == "On the 4th."


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_huge_reply_is_cut(protocol: str, keys: None) -> None:
    """A reply that does not end is left at the limit; what came up to there is kept."""
    async with rigged(protocol, Patience(characters=1_000)) as rig:
        rig.server.plan(Plan(said=Said(pieces=("0123456789",) * 5_000)))
        found = await heard(rig.model)
        assert found.error is None
        assert len(found.text) == len(found.reply.text) == 1_000
        assert found.reply.stop_reason is StopReason.CUT


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_huge_event_fills_no_memory(protocol: str, keys: None) -> None:
    """An event that does not end is left as well, before it is whole."""
    async with rigged(protocol, Patience(characters=1_000)) as rig:
        rig.server.plan(Plan(said=Said(pieces=("x" * 3_000_000,))))
        found = await heard(rig.model)
        check(found.error, ModelReplyError)


async def test_an_empty_reply(rig: Rig) -> None:
    """A reply with an end and no words is a reply; a stream with nothing at all is none."""
    rig.server.plan(Plan(said=Said()), Plan(edit=lambda _: []))
    assert (await heard(rig.model)).reply.text == ""
    check((await heard(rig.model)).error, ModelReplyError)


@pytest.mark.parametrize(
    ("content_type", "body", "kind"),
    [
        ("text/html", PAGE, ModelReplyError),
        ("application/json", b'{"hello": 1}', ModelReplyError),
        ("application/json", b"{nope", ModelReplyError),
        ("application/json", b'{"error":{"type":"overloaded_error"}}', ModelBusyError),
        ("application/json", b'{"error":"model m-1 not found"}', ModelUnavailableError),
    ],
)
async def test_wrong_content(
    rig: Rig, content_type: str, body: bytes, kind: type[ModelError]
) -> None:
    """A page, or an error that calls itself a success, is not taken for an answer."""
    rig.server.plan(Plan(content_type=content_type, body=body))
    check((await heard(rig.model)).error, kind)


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_nobody_listens(protocol: str, keys: None) -> None:
    """A server that does not run is told as one."""
    async with rigged(protocol) as rig:
        root = rig.server.root
    provider = provider_at(protocol, root)
    error = (await heard(provider.model("m-1"))).error
    assert "cannot be reached" in str(check(error, ModelNotReachedError))
    await provider.close()


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("url", ["http://[::1", "nonsense", "ftp://x", "http://a:b:c"])
async def test_an_address_that_is_none(protocol: str, url: str, keys: None) -> None:
    """An address that cannot be used is told as such, with the setting that holds it."""
    provider = provider_at(protocol, url)
    error = check((await heard(provider.model("m-1"))).error, ModelUnavailableError)
    assert "base_url" in error.hint
    await provider.close()


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_without_a_key(protocol: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider that wants a key is not asked without one; the message says where to put it."""
    provider = provider_at(protocol, "https://models.example")
    monkeypatch.setattr("minutebook.llm.remote.keys.from_keyring", lambda _: "")
    server = replace(provider.server, needs_key=True)
    with pytest.raises(ModelAccessError) as caught:
        find_key(server, {})
    assert f"{protocol.upper()}_API_KEY" in caught.value.hint


async def test_lists_fail_alike(rig: Rig) -> None:
    """The list of models fails with the same errors as an answer."""
    for plan, kind in (
        (Plan(status=401), ModelAccessError),
        (Plan(status=500), ModelUnreachableError),
        (Plan(body=b"{nope"), ModelReplyError),
        (Plan(body=PAGE, content_type="text/html"), ModelReplyError),
    ):
        rig.server.plan_lists(plan)
        with pytest.raises(kind):
            await rig.provider.list_models()


async def test_a_schema_must_be_one(rig: Rig) -> None:
    """A tool whose schema is not JSON is refused before anybody is asked."""
    request = Request(task=Task.CHAT, tools=(replace(UPDATE, schema="{"),))
    assert isinstance((await heard(rig.model, request)).error, ModelRequestError)
    assert rig.server.asked == []
