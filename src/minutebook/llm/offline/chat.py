"""What `offline` says in a chat: that no model is connected, and what the record holds.

Quotes carry a reference: `[pg_…]`, or `[turn 812]` when the turn lies in no closed page yet. They
are word for word: markup is escaped, so that it is shown as it was typed, and lines stay lines.
"""

from __future__ import annotations

import re
from itertools import pairwise

from minutebook.domain.display import one_line, shortened
from minutebook.domain.turns import Role
from minutebook.llm import extractive
from minutebook.llm.markdown import escape, unescape
from minutebook.llm.offline.quoting import to_extract
from minutebook.llm.protocol import Material, Passage

QUOTES = 4
"""At most so many passages are quoted."""
_MAX_EXCERPT = 600
_FOUND = "No model is connected; this is what your own record says."
_NOTHING = "No model is connected, and nothing in your own record fits this question."
_CONNECT = (
    "To talk to a model, set `chat` under `[models]` in the configuration file "
    "(`minutebook config path` shows where it is) or `MINUTEBOOK_MODELS__CHAT` in the environment."
)
_HEAD = re.compile(
    r"\*\*(?P<speaker>.+?)\*\* · (?:.{1,20} · )?\[(?P<reference>pg_\w{1,40}|turn \d{1,20})\]"
)
_MAX_BRIEF, _MAX_SPEAKER = 200, 40
_ITEM = re.compile(r"(?P<mark>[-*+•]|\d{1,3}[.)])[ \t]+(?=\S)")
_WORDLESS = re.compile(r"[-*_=~+|:.>\s]*")
"""A rule, or the line under the heads of a table: without it, a row of a table is only a line."""
_BEGINS_BLOCK = re.compile(
    r"[+*-](?=\s|$)|#(?=#{0,5}(?:\s|$))|>|[-=](?=[-=]*\s*$)|~(?=~~)|\d{1,9}[.)](?=\s|$)"
)


def answer(material: Material) -> str:
    """Return the best passages of the material for its question, as Markdown."""
    asked = " ".join(material.question.split())
    said = [p for p in material.passages if " ".join(p.text.split()) != asked]
    said = [passage for passage in said if passage.role is not Role.SYSTEM]
    excerpts = extractive.best_passages(
        material.question, to_extract(said), QUOTES, max_chars=_MAX_EXCERPT
    )
    if not excerpts:
        return f"{_NOTHING}\n\n{_CONNECT}"
    quotes = [_quote(said[int(str(found.source))], found.text) for found in excerpts]
    return "\n\n".join([_FOUND, *quotes])


def brief(text: str) -> str:
    """Return what an answer of ours says in short: its best quote, and where the others stand."""
    if text.startswith(_NOTHING):
        return "Nothing in the record fits this question."
    parts = text.split("\n\n")
    found = [
        (head, quote)
        for before, quote in pairwise(parts)
        if (head := _HEAD.fullmatch(before)) and quote.startswith("> ")
    ]
    if not found:
        return text
    head, quote = found[0]
    speaker = shortened(unescape(head["speaker"]), _MAX_SPEAKER)
    others = dict.fromkeys(other["reference"] for other, _ in found[1:])
    others.pop(head["reference"], None)
    more = f"; more in {', '.join(others)}" if others else ""
    return f"“{_in_short(quote)}” ({speaker}, {head['reference']}){more}"


def _in_short(quote: str) -> str:
    lines = [unescape(one_line(line.removeprefix("> "))) for line in quote.split("\n")]
    kept = lines[:1]
    for line in lines[1:]:
        if sum(len(each) + 3 for each in kept) + len(line) > _MAX_BRIEF:
            break
        kept.append(line)
    return shortened(" · ".join(kept), _MAX_BRIEF)


def _quote(passage: Passage, text: str) -> str:
    when = passage.when[:16].replace("T", " ")
    reference = passage.page or f"turn {passage.source}"
    parts = [f"**{escape(one_line(passage.speaker))}**", when, f"[{reference}]"]
    head = " · ".join(part for part in parts if part)
    lines = [_line(one_line(line)) for line in text.split("\n") if not _WORDLESS.fullmatch(line)]
    return f"{head}\n\n{_block(lines)}"


def _block(lines: list[str]) -> str:
    """Return lines as a quote in which each stays a line: two spaces break it, where need be."""
    ends = ["" if _ITEM.match(behind) else "  " for behind in lines[1:]]
    return "\n".join(f"> {line}{end}" for line, end in zip(lines, [*ends, ""], strict=True))


def _line(line: str) -> str:
    """Return Markdown that shows a line as it stands; an item of a list is one."""
    item = _ITEM.match(line)
    if item is None:
        return _opening(escape(line))
    mark = "-" if item["mark"] in "*+•" else item["mark"]
    return f"{mark} {_opening(escape(line[item.end() :]))}"


def _opening(line: str) -> str:
    """Escape what would begin a block."""
    if not (found := _BEGINS_BLOCK.match(line)):
        return line
    at = found.end() - 1
    return f"{line[:at]}\\{line[at:]}"
