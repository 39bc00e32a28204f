"""A required tool where no tools can be called: its arguments are asked for as the text of a reply.

Some servers refuse tools, others pass over them, and some models write what should have been a call
into their text. What is taken for a call is strict: one JSON object and nothing that could be
another one. Whether its arguments are right, whoever asked for them decides, as of any call.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace

from minutebook.domain.turns import Role, ToolCall
from minutebook.llm import prompts
from minutebook.llm.protocol import Message, Reply, Request, StopReason, Tool

NO_TOOLS = re.compile(
    r"does(?: not|n't) support (?:tools?|tool use|tool calls?|function)\b"
    r"|(?:tools?|tool use|tool calls?|function calling)(?: param)?s?"
    r" (?:is|are) not (?:supported|enabled|available)"
    r"|no endpoints found that support tool|tools param requires|requires --jinja"
    r"|requires --enable-auto-tool-choice"
    r"|\btools\b.{0,40}(?:extra inputs|unrecognized|not permitted)"
    r"|(?:unrecognized|unknown|unsupported).{0,40}\btools\b",
    re.IGNORECASE | re.DOTALL,
)
"""How servers say that they know no tools: Ollama, OpenRouter, llama.cpp, vLLM, and others."""
_THOUGHT = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
_FENCED = re.compile(
    r"^ {0,3}```[a-zA-Z]*[ \t]*\n(.*?)\n {0,3}```[ \t]*$", re.DOTALL | re.MULTILINE
)
_TAGGED = re.compile(r"<tool_call>(.*?)</tool_call>", re.DOTALL)
_ENDED = frozenset({StopReason.END, StopReason.TOOL_USE})


def in_text(request: Request) -> Request:
    """Return a request without tools, in which the required one is asked for as text."""
    wanted = [tool for tool in request.tools if tool.name == request.required_tool]
    return replace(
        request,
        system="\n\n".join([request.system, *map(_described, wanted)]).strip(),
        messages=tuple(_plain(message) for message in request.messages),
        tools=(),
        required_tool="",
    )


def with_call(reply: Reply, name: str) -> Reply:
    """Return a reply with the call that its text is; as it is when that is none."""
    arguments = _in(reply.text, name) if is_without_call(reply) else None
    if arguments is None:
        return reply
    call = ToolCall(id="call_0", name=name, arguments=arguments)
    return replace(reply, text="", tool_calls=(call,), stop_reason=StopReason.TOOL_USE)


def is_without_call(reply: Reply) -> bool:
    """Whether a reply ended well, and calls no tool."""
    return not reply.tool_calls and reply.stop_reason in _ENDED


def _described(tool: Tool) -> str:
    return (
        f"{prompts.tool_in_text()}\n\nThe tool `{tool.name}`: {tool.description}\n\n"
        f"The schema of its arguments:\n\n{tool.schema}"
    )


def _plain(message: Message) -> Message:
    """Return a message whose calls are told as they are asked for, and results as words."""
    if not message.tool_calls and not message.tool_results:
        return message
    results = [result.content for result in message.tool_results]
    calls = [call.arguments for call in message.tool_calls]
    return replace(
        message,
        role=Role.USER if results else message.role,
        text="\n\n".join(filter(None, [*results, message.text, *calls])),
        tool_calls=(),
        tool_results=(),
    )


def _in(text: str, name: str) -> str | None:
    """Return the arguments that a text is; None when it is anything else."""
    said = _THOUGHT.sub("", text).strip()
    candidates = [said] if said.startswith("{") else _FENCED.findall(said) or _TAGGED.findall(said)
    if len(candidates) != 1:
        return None
    try:
        value = json.loads(candidates[0])
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    return json.dumps(_unwrapped(value, name), ensure_ascii=False)


def _unwrapped(value: dict[str, object], name: str) -> object:
    """Return the arguments of a call that was written out with its name."""
    match value:
        case {"name": said, "arguments": dict(inner)} | {"name": said, "parameters": dict(inner)}:
            return inner if said == name else value
    return value
