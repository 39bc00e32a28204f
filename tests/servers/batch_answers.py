"""What the server of batches answers to a request, and what that costs.

The answer is made of the page that was sent, so that a test can see whether a summary belongs to
its page; the usage follows from the size of what was sent, so that it can be added up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

from servers.batch_values import Fate, Spent, Told, listed, text
from servers.saying import as_json

_TURN = re.compile(
    r'<turn(?: n="(?P<n>\d+)")? speaker="(?P<who>[^"]*)" time="[^"]*">\n(?P<said>.*?)\n</turn>',
    re.DOTALL,
)
_PART = re.compile(r"<part>\n(.*?)\n</part>", re.DOTALL)
_NAME = re.compile(r"\b[A-Z][a-z]{2,}\b")
_SHOWN_TURNS = 4
_SHOWN = 80
"""Characters of each."""
_MOST_NAMES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request of a batch, of which only what is needed is kept."""

    custom_id: str
    request: str
    """Hash of what was asked, without the custom id."""
    model: str
    reply: str
    spent: Spent
    problem: str = ""
    """Why it is going to be refused."""
    fate: Fate | None = None


def mark_of(page: str) -> str:
    """Return the mark by which an answer names the text that was sent."""
    return sha256(page.encode()).hexdigest()[:12]


def reply_to(page: str) -> str:
    """Return the summary of a page, or of the parts of one, in the form of `llm/summaries.py`."""
    if parts := _PART.findall(page):
        return _merged(page, parts)
    turns = list(_TURN.finditer(page))
    opening = turns[0]["said"] if turns else page
    told = [_bullet(turn) for turn in turns[:_SHOWN_TURNS]] or [f"- Somebody: {_line(page)}"]
    mark = f"- Page {mark_of(page)}: {len(turns)} turns"
    return _written(opening, [*told, mark], _NAME.findall("\n".join(told)))


def _merged(page: str, parts: list[str]) -> str:
    """Return every bullet of every part, so that no reference is lost."""
    lines = [line for part in parts for line in part.splitlines()]
    bullets = [line for line in lines if line.startswith("- ")]
    listed = (line.partition(":")[2] for line in lines if line.startswith("Entities:"))
    names = [name.strip() for line in listed for name in line.split(";")]
    opening = lines[0].removeprefix("Label: ") if lines else ""
    return _written(opening, [*bullets, f"- Page {mark_of(page)}: {len(parts)} parts"], names)


def _written(opening: str, bullets: list[str], names: list[str]) -> str:
    label = " ".join(opening.split()[:5])[:_SHOWN] or "Page"
    known = list(dict.fromkeys(filter(None, names)))[:_MOST_NAMES]
    ends = [f"Entities: {'; '.join(known)}"] if known else []
    return "\n".join([f"Label: {label}", *bullets, *ends])


def _bullet(turn: re.Match[str]) -> str:
    reference = f" [t{turn['n']}]" if turn["n"] else ""
    return f"- {turn['who']}: {_line(turn['said'])}{reference}"


def _line(words: str) -> str:
    return " ".join(words.split())[:_SHOWN]


def prompt_of(params: Told) -> str:
    """Return the text of the last message of a user, in either protocol."""
    for turn in reversed(listed(params, "messages")):
        if isinstance(turn, dict) and turn.get("role") == "user":
            return _content(turn.get("content"))
    return ""


def _content(content: object) -> str:
    if isinstance(content, str):
        return content
    blocks = content if isinstance(content, list) else []
    return "\n".join(text(block, "text") for block in blocks if isinstance(block, dict))


def digest_of(params: Told) -> str:
    """Return the hash by which a request is known, whatever its custom id is."""
    return sha256(as_json(params).encode("utf-8", "replace")).hexdigest()[:24]


def spent_on(params: Told, reply: str, fate: Fate | None) -> Spent:
    """Return what a request costs."""
    asked = as_json([params.get("system"), params.get("messages")])
    return Spent(
        input_tokens=len(asked) // 4 + 1,
        output_tokens=len(reply) // 4 + 1,
        cache_read_tokens=fate.cache_read_tokens if fate else 0,
        cache_write_tokens=fate.cache_write_tokens if fate else 0,
    )


def ask_of(custom_id: str, params: Told, problem: str, fate: Fate | None) -> Ask:
    """Return what is kept of a request."""
    reply = reply_to(prompt_of(params))
    return Ask(
        custom_id=custom_id,
        request=digest_of(params),
        model=text(params, "model"),
        reply=reply,
        spent=spent_on(params, reply, fate),
        problem=problem,
        fate=fate,
    )
