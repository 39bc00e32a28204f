"""Anthropic's messages: blocks, instructions beside them, batch files."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from json_logs import WORDS, json_lines, read, score

from minutebook.domain.turns import Attachment, Content, ToolCall, ToolResult
from minutebook.sources.formats.messages.anthropic import AnthropicMessages
from minutebook.sources.formats.messages.openai import OpenAIMessages

FORMAT = AnthropicMessages()
CALL = {"type": "tool_use", "id": "t1", "name": "tide", "input": {"day": "4th – ü"}}
RESULT = {"type": "tool_result", "tool_use_id": "t1", "content": "high", "is_error": True}


def _one(role: str, *blocks: object) -> str:
    return json.dumps({"messages": [{"role": role, "content": list(blocks)}]})


def test_instructions_come_first() -> None:
    """`system`, a string or blocks, is the first turn."""
    for system in ("Be brief.", [{"type": "text", "text": "Be brief."}]):
        data = json.dumps({"messages": [{"role": "user", "content": "Hi"}], "system": system})
        assert read(FORMAT, data).said == [("system", "Be brief."), ("user", "Hi")]


def test_thinking_calls_and_text_are_one_turn() -> None:
    """The blocks of a reply are sorted into its content."""
    thinking = {"type": "thinking", "thinking": "Hm.", "signature": "xyz"}
    [turn] = read(
        FORMAT, _one("assistant", thinking, {"type": "text", "text": "Wait."}, CALL)
    ).turns
    assert turn.content == Content(
        text="Wait.",
        thinking="Hm.",
        tool_calls=(ToolCall(id="t1", name="tide", arguments='{"day": "4th – ü"}'),),
    )


def test_words_beside_results_stay_the_persons() -> None:
    """A message of results and words is a turn of the tool, and one of the person."""
    found = read(FORMAT, _one("user", RESULT, {"type": "text", "text": "Hurry!"}))
    assert found.said == [("tool", ""), ("user", "Hurry!")]
    [result] = found.turns[0].content.tool_results
    assert result == ToolResult(call_id="t1", content="high", is_error=True)


def test_results_are_flattened() -> None:
    """Blocks in results become text; their files are named; other values become JSON."""
    blocks = [
        {"type": "text", "text": "a"},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
        {"type": "odd", "x": 1},
        None,
        "b",
    ]
    data = _one("user", RESULT | {"content": blocks}, RESULT | {"content": {"k": [1]}})
    [turn] = read(FORMAT, data).turns
    assert [result.content for result in turn.content.tool_results] == [
        'a\n{"type": "odd", "x": 1}\nb',
        '{"k": [1]}',
    ]
    assert turn.content.attachments == (Attachment(name="image", media_type="image/png", size=3),)


def test_documents_are_named_and_their_text_is_read() -> None:
    """A document of plain text was read by the model as text."""
    source = {"type": "text", "media_type": "text/plain", "data": "Article 1"}
    [turn] = read(
        FORMAT, _one("user", {"type": "document", "title": "Law", "source": source})
    ).turns
    assert turn.content.text == "Article 1"
    assert turn.content.attachments[0].name == "Law"


def test_cited_text_flows() -> None:
    """Text that was cut in mid-sentence by citations is put together."""
    blocks = [
        {"type": "text", "text": "The law says "},
        {"type": "text", "text": "so", "citations": [{"cited_text": "so"}]},
        {"type": "text", "text": "."},
        {"type": "text", "text": "Next."},
    ]
    [turn] = read(FORMAT, _one("assistant", *blocks)).turns
    assert turn.content.text == "The law says so.\n\nNext."


def test_batch_files_are_read() -> None:
    """Requests wrap their messages in `params`, results their reply in `result`."""
    request = {
        "custom_id": "q",
        "params": {"system": "S", "messages": [{"role": "user", "content": "Hi"}]},
    }
    reply = {
        "id": "msg_1",
        "role": "assistant",
        "model": "claude-x",
        "content": [{"type": "text", "text": "Yo"}],
    }
    result = {"custom_id": "q", "result": {"type": "succeeded", "message": reply}}
    failed = {"custom_id": "r", "result": {"type": "errored", "error": {}}}
    assert read(FORMAT, json_lines(request)).said == [("system", "S"), ("user", "Hi")]
    found = read(FORMAT, json_lines(result, failed))
    assert found.said == [("assistant", "Yo")]
    assert (found.turns[0].native_id, found.turns[0].author) == ("msg_1", "claude-x")
    assert found.places == ["line 2"]
    assert score(FORMAT, json_lines(request)) > score(OpenAIMessages(), json_lines(request))
    assert score(FORMAT, json_lines(result)) > score(OpenAIMessages(), json_lines(result))


def test_the_dialects_are_told_apart() -> None:
    """Each has signs of its own; without any, the more common one is taken."""
    openai = OpenAIMessages()
    ours = _one("assistant", CALL)
    theirs = json.dumps([{"role": "assistant", "tool_calls": []}, {"role": "tool", "content": ""}])
    plain = json.dumps([{"role": "user", "content": "Hi"}])
    assert score(FORMAT, ours) > 0.8
    assert score(openai, ours) == 0
    assert score(openai, theirs) > 0.8
    assert score(FORMAT, theirs) == 0
    assert score(openai, plain) > score(FORMAT, plain) > 0


TEXT = st.text(min_size=1, max_size=9)
BLOCKS = st.one_of(
    st.builds(lambda text: {"type": "text", "text": text}, TEXT),
    st.builds(lambda text: {"type": "thinking", "thinking": text}, TEXT),
    st.builds(lambda name: {"type": "tool_use", "id": "i", "name": name, "input": {}}, TEXT),
)


def _content_of(blocks: list[dict[str, str]]) -> Content:
    def of(kind: str) -> list[str]:
        return [block[kind] for block in blocks if block["type"] == kind]

    return Content(
        text="\n\n".join(of("text")),
        thinking="\n\n".join(of("thinking")),
        tool_calls=tuple(
            ToolCall(id="i", name=block["name"], arguments="{}")
            for block in blocks
            if block["type"] == "tool_use"
        ),
    )


@given(talk=st.lists(st.lists(BLOCKS, min_size=1, max_size=4), min_size=1, max_size=4), said=WORDS)
@settings(max_examples=60)
def test_what_was_written_is_read(talk: list[list[dict[str, str]]], said: str) -> None:
    """Reading is the inverse of writing."""
    messages = [{"role": "assistant", "content": blocks} for blocks in talk]
    data = json_lines({"messages": [*messages, {"role": "user", "content": said}]})
    *replies, last = read(FORMAT, data).turns
    assert [turn.content for turn in replies] == [_content_of(blocks) for blocks in talk]
    assert last.content.text == said
