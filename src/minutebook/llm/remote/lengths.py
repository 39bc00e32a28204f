"""How servers say that a prompt is too long, or that a reply may not be as long as was asked."""

from __future__ import annotations

import re

TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|(?:prompt|text|input) is too long|prompt too long"
    r"|maximum context length|maximum prompt length|exceed context limit"
    r"|exceeds? the (?:available |model's )?context|context window exceeds"
    r"|context window of this model|longer than the (?:maximum model length|model's context length)"
    r"|greater than the context length|when context the overflows"
    r"|context length (?:of|is) only|cannot exceed \d+ - received"
    r"|token count of \d+ exceeds|exceeded model token limit"
    r"|input length exceeds|input tokens? (?:count )?.{0,20}exceeds?"
    r"|reduce the length of the (?:messages|prompt|input)|string_above_max_length"
    r"|request too large for .{1,120}\bLimit\b|request_too_large"
    r"|`?inputs`? must have less than|`inputs` tokens \+ `max_new_tokens` must be",
    re.IGNORECASE,
)
_NUMBER = r"([\d,_]{1,12})"
_NUMBERS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern.replace("#", _NUMBER), re.IGNORECASE | re.DOTALL), order)
    for pattern, order in (
        (r"too long: # tokens > # maximum", "tl"),
        (r"too long: #, model maximum context length: #", "tl"),
        (r"exceed context limit: # \+ (?:[\d,_]+) > #", "tl"),
        (
            r"maximum context length (?:is|of) # .{0,200}?\(# (?:in the messages|of text input)",
            "lt",
        ),
        (r"maximum context length (?:is|of) # .{0,200}?request has # input tokens", "lt"),
        (r"maximum context length (?:is|of) # .{0,200}?: # tokens from the input", "lt"),
        (
            r"maximum context length (?:is|of) # .{0,200}?prompt contains (?:at least )?# input",
            "lt",
        ),
        (r"passed # input tokens .{0,120}?context length is only # tokens", "tl"),
        (
            r"(?:context length|limit) (?:is|of) # .{0,200}?(?:resulted in|requested) (?:about )?#",
            "lt",
        ),
        (r"request \(# tokens\) exceeds the available context size \(# tokens\)", "tl"),
        (r"input \(# tokens\) is longer than the model's context length \(# tokens\)", "tl"),
        (r"contains # tokens.{0,80}?with # maximum", "tl"),
        (r"maximum prompt length is # but the request contains #", "lt"),
        (r"prompt \(length #\).{0,80}?length of #", "tl"),
        (r"token count \(#\) exceeds.{0,60}?\(#\)", "tl"),
        (r"token count of # exceeds the limit of #", "tl"),
        (r"token limit: # \(requested: #\)", "lt"),
        (r"cannot exceed # - received #", "lt"),
        (r"current length is # while limit is #", "tl"),
        (r"first # tokens when .{0,80}?context length of only # tokens", "tl"),
        (r"Limit #, Requested #", "lt"),
        (r"less than # tokens\. Given: #", "lt"),
        (r"must be <= #\. Given: # `inputs`", "lt"),
        (r"n_prompt_tokens\D{1,4}#.{0,80}?n_ctx\D{1,4}#", "tl"),
        (r"n_ctx\D{1,4}#.{0,80}?n_prompt_tokens\D{1,4}#", "lt"),
    )
)
_OUTPUT = re.compile(
    rf"max_tokens: [\d,_]+ > {_NUMBER}, which is the maximum"
    rf"|supports at most {_NUMBER} completion tokens",
    re.IGNORECASE,
)


def numbers(message: str) -> tuple[int | None, int | None]:
    """Return how many tokens a prompt has, and how many fit; None for what is not said."""
    for pattern, order in _NUMBERS:
        if found := pattern.search(message):
            first, second = (_value(number) for number in found.groups())
            return (first, second) if order == "tl" else (second, first)
    return None, None


def longest_reply(message: str) -> int | None:
    """Return how many tokens a reply may have, as a refusal of more says; None when it does not."""
    found = _OUTPUT.search(message)
    return _value(found[1] or found[2]) or None if found else None


def _value(number: str) -> int:
    return int(re.sub(r"\D", "", number) or 0)
