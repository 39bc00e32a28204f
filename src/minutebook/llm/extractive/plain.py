"""Messages become plain text: no control characters, no code, no markup; one block per line.

Everything later works on this text and only cuts it, so whatever comes out is a substring of
`plain_text`. A message longer than `MAX_CHARS` is read at its head and its tail: what was asked
stands at the one, what came of it at the other. All patterns are linear in the length of the text,
whatever the text is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from minutebook.llm.extractive.values import BlockKind

MAX_CHARS = 60_000
"""The most that is read of one message, in characters."""
_HEAD_SHARE = 0.7

_NEWLINES = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]{0,2048}(?:\x07|\x9c|\x1b\\)?"
    r"|\x1b[ -/]{0,4}[0-~]?"
)
_CONTROLS = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffd\ud800-\udfff\U000e0000-\U000e007f]"
)
_RUNS = re.compile(r"([^\w\s])\1{7,}")

_FENCE = re.compile(r"[ \t]{0,16}(?:>[ \t]?){0,4}[ \t]{0,16}(`{3,}|~{3,})(.*)")
_QUOTE = re.compile(r"[ \t]{0,16}(?:>[ \t]?){1,8}")
_HEADING = re.compile(r"#{1,6}[ \t]+(?=\S)")
_ITEM = re.compile(r"(?:[-*+•‣◦·▪–—]|\(?\d{1,3}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?(?=\S)")
_RULE = re.compile(r"[-*_=~+|:. \t]+")
_IMAGE_OR_LINK = re.compile(
    r"!?\[([^\[\]\n]{0,300})\]\([^()\s]{0,500}(?:[ \t]\"[^\"\n]{0,100}\")?\)"
)
_STRONG = re.compile(r"\*\*+|~~+|`+")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,300})(?<=\S)\*(?![\w*])")
_UNDERLINE = re.compile(r"(?<![\w/_])_(?=[^\s_])([^_\n]{1,300})(?<=\S)_(?![\w/_])")
_TAG = re.compile(
    r"</?(?:br|p|div|span|b|i|u|s|em|strong|code|pre|a|li|ul|ol|details|summary|img|table|tr|td|th"
    r"|h[1-6]|hr|sub|sup|kbd|blockquote)(?:[ \t/][^<>\n]{0,300})?>",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"<!--.{0,200}?-->")

_CODE_START = re.compile(
    r"(?:import [\w.{*]|from [\w.]+ import\b|(?:async )?def \w+\(|class \w+[(:{]|function\b *\w*\("
    r"|(?:const|let|var) [\w{\[]+.{0,40}=|return\b.{0,80};|(?:if|for|while|switch) ?\(|#include\b"
    r"|(?:public|private|protected|static|export) [a-z]|\$ \w|>>> |@@ |diff --git|[+-]{3} [ab]/"
    r"|Traceback \(|File \".{1,200}\", line|at [\w.$<>]{1,100}\(|SELECT .{1,200} FROM\b"
    r"|\d+ ?[│|→]|(?=[\w-]{0,100}[./])[\w./-]{1,200}:\d+(?::\d+)?[: ]|[d-][rwx-]{9}\s)"
)
_CODE_END = re.compile(r"(?:[{}\\]|=>|[\])}]\s?[,;])\Z")
_SYMBOLS = re.compile(r"[{}\[\]()<>;=|\\&$#@^~+\"]")
_URL = re.compile(r"https?://\S{1,400}")
_WRAP_WIDTHS = range(55, 101)
_SENTENCE_ENDS = frozenset(".!?…:;。！？؟۔।")
_WRAPPABLE = frozenset({BlockKind.PROSE, BlockKind.ITEM, BlockKind.QUOTE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One line of plain text: a paragraph, a list item, a heading, a table row."""

    kind: BlockKind
    text: str


def plain_text(text: str) -> str:
    """Return the words of a message without markup and code, one block on each line."""
    return "\n".join(block.text for block in blocks(clean(text)))


def clean(text: str) -> str:
    """Return at most `MAX_CHARS` of a text, without control characters and escape sequences.

    Runs of one mark are shortened.
    """
    return _RUNS.sub(r"\1\1\1", harmless(text))


def harmless(text: str) -> str:
    """Return the same with every character that can be seen: runs of one mark are kept."""
    text = _NEWLINES.sub("\n", _bounded(text))
    if "\x1b" in text or "\x9b" in text:
        text = _ESCAPES.sub("", text)
    return _CONTROLS.sub("", text)


def prose_lines(text: str) -> Iterator[str]:
    """Yield the lines of a cleaned text that stand outside code fences, markup and all."""
    fence = ""
    for line in text.split("\n"):
        marks = _FENCE.match(line)
        if marks is None:
            if not fence:
                yield line
        elif not fence:
            fence = marks[1]
        elif marks[1].startswith(fence) and not marks[2].strip():
            fence = ""


def quotable(text: str) -> list[Block]:
    """Return the blocks of a harmless text as they were written, markup and all, but for code."""
    gathered = _Gathered()
    for line in prose_lines(text):
        stripped = line.strip()
        kind = _classify(stripped)[0] if stripped else BlockKind.PROSE
        gathered.take(kind, stripped)
    gathered.flush()
    return gathered.blocks


def blocks(text: str) -> list[Block]:
    """Return the blocks of a cleaned text, in order; none of them is empty."""
    gathered = _Gathered()
    for line in prose_lines(text):
        _take(gathered, line)
    gathered.flush()
    return gathered.blocks


@dataclass(slots=True)
class _Gathered:
    """The blocks so far, and the lines of the one that is open."""

    blocks: list[Block] = field(default_factory=list)
    kind: BlockKind = BlockKind.PROSE
    lines: list[str] = field(default_factory=list)

    def flush(self) -> None:
        kind = self.kind
        for text in _paragraphs(self.lines):
            self.blocks.append(Block(kind=kind, text=text))
            kind = BlockKind.PROSE
        self.lines = []

    def take(self, kind: BlockKind, line: str) -> None:
        """Add a line to the paragraph that is open, or begin another; an empty one only ends it."""
        goes_on = kind is BlockKind.PROSE and self.lines and self.kind in _WRAPPABLE
        if not goes_on or not line:
            self.flush()
            self.kind = kind
        if line:
            self.lines.append(line)


def _take(gathered: _Gathered, line: str) -> None:
    stripped = line.strip()
    if not stripped or _RULE.fullmatch(stripped):
        gathered.flush()
        return
    kind, marked = _classify(stripped)
    rest = _inline(marked)
    gathered.take(kind, "" if not rest or _is_code(rest) else rest)


def _classify(line: str) -> tuple[BlockKind, str]:
    first = line[0]
    if first == ">" and (quote := _QUOTE.match(line)):
        return BlockKind.QUOTE, line[quote.end() :]
    if first == "#" and (heading := _HEADING.match(line)):
        return BlockKind.HEADING, line[heading.end() :].rstrip("#").rstrip()
    if first == "|":
        return BlockKind.ROW, " · ".join(c for cell in line.split("|") if (c := cell.strip()))
    if not first.isalpha() and (item := _ITEM.match(line)):
        return BlockKind.ITEM, line[item.end() :]
    return BlockKind.PROSE, line


def _paragraphs(lines: Sequence[str]) -> Iterator[str]:
    """Join the lines of a paragraph that was wrapped at a column; lines sent as lines stay lines.

    A line that ends before the column and ends no sentence was sent as a line, and then so were
    those around it: nothing says that the long ones go on.
    """
    wrapped = all(len(line) in _WRAP_WIDTHS or line[-1] in _SENTENCE_ENDS for line in lines[:-1])
    whole: list[str] = []
    for line in lines:
        if whole and not (wrapped and _goes_on(whole[-1])):
            yield " ".join(whole)
            whole = []
        whole.append(line)
    if whole:
        yield " ".join(whole)


def _goes_on(line: str) -> bool:
    return len(line) in _WRAP_WIDTHS and line[-1] not in _SENTENCE_ENDS


def _is_code(line: str) -> bool:
    """Return whether a line outside a fence is source code, a log line or a listing."""
    if _CODE_START.match(line) or _CODE_END.search(line[-3:]):
        return True
    if line[0] == "<" and line[-1] == ">":
        return True
    if "://" in line:
        line = _URL.sub("", line)
    return len(line) > 8 and len(_SYMBOLS.findall(line)) * 6 > len(line)


def _inline(text: str) -> str:
    """Return a line without inline markup and with single spaces."""
    if "](" in text:
        text = _IMAGE_OR_LINK.sub(r"\1", text)
    if "<" in text:
        text = _TAG.sub(" ", _COMMENT.sub(" ", text))
    if "*" in text or "`" in text or "~~" in text:
        text = _EMPHASIS.sub(r"\1", _STRONG.sub("", text))
    if "_" in text:
        text = _UNDERLINE.sub(r"\1", text)
    return " ".join(text.split())


def _bounded(text: str) -> str:
    if len(text) <= MAX_CHARS:
        return text
    head = int(MAX_CHARS * _HEAD_SHARE)
    return f"{text[:head]}\n{text[head - MAX_CHARS :]}"
