"""The form in which every model writes the summary of a page.

    Label: Ferry to Winterbottom
    - Ann: The ferry leaves on the 4th, not on the 5th. [t3] [t7]
    - Bob: …
    Entities: Winterbottom; Ann

The label stands on the first line. Behind a bullet stand the numbers of the turns it came from,
and the last line names what has a name. It is text and not a tool call, because every model can
write it, also one behind a server that knows no tools; so reading is tolerant: a whole answer in
plain prose is a summary all the same, and its first words are its label.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from minutebook.domain.display import one_line, shortened, terminal_safe
from minutebook.errors import ModelError, ModelReplyError, PromptTooLongError
from minutebook.llm.protocol import Reply, StopReason

MAX_LABEL = 80
MAX_SUMMARY = 8_000
MAX_ENTITIES = 40
_MAX_ENTITY = 120
_WIDEST_SPAN = 50
_LABEL = re.compile(r"^[#*\s]*(label\s*[:\uff1a])?[\s*]*(.*?)[\s*]*$", re.IGNORECASE)
_FIRST_WORDS = 60
"""Characters of prose that are its label."""
_BULLET = re.compile(r"^\s*(?:[-*+•\u2013]|\d{1,3}[.)])\s+")
_PREAMBLE = re.compile(
    r"^\s*(?:```\w*|[#*\s]*summary[\s*:]*|(?:sure|of course|certainly|here)\b.{0,80}:)\s*$",
    re.IGNORECASE,
)
_SENTENCE_END = (".", "!", "?", "…", "。")
_SORRY = (
    r"(?:(?:i[\u2019']m|i am)?\s*(?:very |so )?sorry|i apologi[sz]e|unfortunately"
    r"|as an ai\b.{0,40}?)"
)
_CANNOT = (
    r"i\s*(?:[\u2019']m|am)?\s*(?:can[\u2019']t|cannot|can not|won[\u2019']t|will not|unable"
    r"|not able|must decline|not comfortable)\b"
)
_REFUSAL = re.compile(
    rf"^\s*{_SORRY}?[\s,.;:!\u2013\u2014-]*(?:but\s+)?{_CANNOT}.{{0,60}}?"
    r"\b(?:help|assist|summar|comply|provide|do (?:that|this|so)|fulfil|process|write|continue)",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST_REFUSAL = 600
_ENTITIES = re.compile(r"^[-*\s]*(?:\*\*)?entities(?:\*\*)?\s*:\s*(?:\*\*)?(.*)$", re.IGNORECASE)
_NUMBERS = r"\d{1,6}(?:\s?[-–]\s?t?\d{1,6})?"
_REFERENCES = re.compile(
    rf"\s*\[\s*t\s?{_NUMBERS}(?:\s*[,;]\s*t?\s?{_NUMBERS})*\s*\]", re.IGNORECASE
)
_SPAN = re.compile(r"(\d+)(?:\s?[-–]\s?t?\s?(\d+))?", re.IGNORECASE)
_WHY_UNUSABLE = {
    StopReason.MAX_TOKENS: "it did not fit into the tokens it was given",
    StopReason.REFUSAL: "the model refused",
    StopReason.CUT: "it broke off",
    StopReason.TOOL_USE: "the model called a tool instead",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One line of a summary."""

    text: str
    """As it stands, bullet and all, without its references."""
    turns: tuple[int, ...] = ()
    """Numbers of the turns it came from, as the model gave them: some may not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSummary:
    """What stands for a page."""

    label: str
    points: tuple[Point, ...]
    entities: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The lines alone."""
        return "\n".join(point.text for point in self.points)


class RefusedError(ModelReplyError):
    """The model declined to write a summary; asking again changes nothing."""


class FormError(ModelReplyError):
    """A whole answer that is no summary: a model that writes one mostly writes another."""


_OTHER_MODEL = "Set another model for `summary` under [models] if that goes on."


def written(summary: PageSummary) -> str:
    """Return a summary in its form."""
    lines = [f"Label: {summary.label}", *map(_line, summary.points)]
    if summary.entities:
        lines.append(f"Entities: {'; '.join(summary.entities)}")
    return "\n".join(lines)


def read(reply: Reply) -> PageSummary:
    """Return the summary that a model wrote.

    Raises ModelReplyError when it is not whole, RefusedError among them, and PromptTooLongError
    when page and summary did not fit into the model's window.
    """
    if reply.stop_reason is StopReason.CONTEXT_FULL:
        raise PromptTooLongError(
            f"The page and its summary do not fit into the window of {reply.model!r}.",
            hint="It is summarised in parts.",
        )
    if reply.stop_reason is not StopReason.END:
        raise _unusable(reply, _WHY_UNUSABLE[reply.stop_reason])
    if not reply.text.strip():
        raise _unusable(reply, "it is empty")
    lines = [line.rstrip() for line in terminal_safe(reply.text).split("\n") if line.strip()]
    while lines and _PREAMBLE.match(lines[0]):
        del lines[0]
    label, body = _titled(lines)
    if not label and _is_refusal(body):
        raise RefusedError(f"{reply.model!r} refused to write a summary.", hint=_OTHER_MODEL)
    points = tuple(_point(line) for line in body if not _ENTITIES.match(line) and line != "```")
    words = next((point.text for point in points if _says_something(point.text)), "")
    if not words:
        raise FormError(
            f"The summary by {reply.model!r} cannot be used: it says nothing.", hint=_OTHER_MODEL
        )
    return PageSummary(label=label or _first_words(words), points=points, entities=_entities(body))


def _titled(lines: list[str]) -> tuple[str, list[str]]:
    """Return the label, and the lines it is the label of; no label when there is only prose."""
    body = _capped(lines)
    found = _LABEL.match(one_line(lines[0])) if lines else None
    if found is None or _BULLET.match(lines[0]) or _ENTITIES.match(lines[0]):
        return "", body
    is_title = len(lines) > 1 and len(found[2]) <= MAX_LABEL
    if found[1] or (is_title and not found[2].endswith(_SENTENCE_END)):
        return found[2][:MAX_LABEL].strip(), _capped(lines[1:])
    return "", body


def _capped(lines: list[str]) -> list[str]:
    return "\n".join(lines)[:MAX_SUMMARY].split("\n")


def _is_refusal(lines: list[str]) -> bool:
    """Say whether a model has declined in plain words; some tell it in no other way."""
    said = "\n".join(lines)
    return len(said) <= _LONGEST_REFUSAL and _REFUSAL.match(said) is not None


def _says_something(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _first_words(text: str) -> str:
    return shortened(one_line(_BULLET.sub("", text)).strip(" *#_"), _FIRST_WORDS).rstrip(".")


def _line(point: Point) -> str:
    return " ".join([point.text, *(f"[t{number}]" for number in point.turns)])


def _point(line: str) -> Point:
    numbers = [number for found in _REFERENCES.findall(line) for number in _numbers(found)]
    text = _REFERENCES.sub("", line).rstrip()
    return Point(text=text, turns=tuple(dict.fromkeys(numbers)))


def _numbers(reference: str) -> list[int]:
    """Return the numbers of `[t3]`, `[t3, t5]` or `[t3-t5]`."""
    numbers: list[int] = []
    for found in _SPAN.finditer(reference):
        first = int(found[1])
        last = int(found[2] or first)
        numbers += range(first, min(last, first + _WIDEST_SPAN) + 1)
    return numbers


def _entities(lines: list[str]) -> tuple[str, ...]:
    found = [match[1] for line in lines if (match := _ENTITIES.match(line))]
    named = ";".join(found)
    names = [one_line(name).strip(" .*")[:_MAX_ENTITY] for name in _split(named)]
    return tuple(dict.fromkeys(name for name in names if name))[:MAX_ENTITIES]


def _split(named: str) -> list[str]:
    return named.split(";") if ";" in named else named.split(",")


def _unusable(reply: Reply, reason: str) -> ModelError:
    kind = RefusedError if reply.stop_reason is StopReason.REFUSAL else ModelReplyError
    return kind(f"The summary by {reply.model!r} cannot be used: {reason}.", hint=_OTHER_MODEL)
