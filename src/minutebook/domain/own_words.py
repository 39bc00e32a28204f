"""Which of the words in a Markdown text are its author's own: neither code nor quoted.

Code: fences, indented blocks, spans between backticks. Quoted: block quotes with the lines that go
on lazily, words between double quotation marks, frames such as `<page …>` that are said after.
Blocks are told apart as CommonMark has them (spec 0.31, sections 4 and 5), lists included, as far
as this is needed to know where code begins and ends. A span or a quotation that is left open counts
to the end of its paragraph: what is in doubt is not taken for own words.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import Final, NamedTuple

_HEAD: Final = 256
"""Characters of a line by which it is known what it begins; a longer beginning is no own words."""
_CODE_INDENT: Final = 4
_SPACES: Final = re.compile(r"[ \t]*")
_UNDECIDED: Final = re.compile(
    r"[ \t]*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+)*"
    r"(?:\d{1,9}[.)]?|[-+*]|#{1,6}|`{1,2}|~+|`{3,}[^`\n]*|=+[ \t]*|<[^\n]*"
    r"|(?P<sign>[-*_])(?:[ \t]*(?P=sign))*[ \t]*)?\Z"
)
_CLOSING_UNDECIDED: Final = re.compile(r"[ \t]*(?:`*|~*)[ \t]*\Z")
_RULE: Final = re.compile(r"(?P<sign>[-*_])(?:[ \t]*(?P=sign)){2,}[ \t]*(?:\n|\Z)")
_UNDERLINE: Final = re.compile(r"(?:=+|-+)[ \t]*(?:\n|\Z)")
_ITEM: Final = re.compile(r"(?:[-+*]|(\d{1,9})[.)])(?=[ \t\n]|\Z)")
_HEADING: Final = re.compile(r"#{1,6}(?=[ \t\n]|\Z)")
_OPENING: Final = re.compile(r"~{3,}|`{3,}(?=[^`\n]*(?:\n|\Z))")
_CLOSING: Final = re.compile(r"(`{3,}|~{3,})[ \t]*(?:\n|\Z)")
_FRAME: Final = re.compile(r"<(page|turn|summary|story|passage|file|blockquote|pre)\b")
_PAIRS: Final = {"“": "”", "„": "“", "«": "»"}
_BEHIND_A_WORD: Final = frozenset(".,!?;:)]}…'’%”")


class _Fence(NamedTuple):
    """Code that is open."""

    run: str
    base: int
    """The column at which its container begins."""


class OwnWords:
    """Goes through a text that comes in pieces, and knows whose the words at its place are."""

    def __init__(self) -> None:
        self._is_line_begin = True
        self._is_rest_others = False
        """Whether the rest of the line is code or quoted, whatever comes."""
        self._lists: tuple[int, ...] = ()
        """Columns at which the contents of the open list items begin."""
        self._is_item_empty = False
        """Whether nothing stands behind the list marker of the line before."""
        self._fence: _Fence | None = None
        self._frame = ""
        """Name of the frame that is open."""
        self._is_lazy = False
        """Whether a line of text would go on with a block quote."""
        self._is_in_paragraph = False
        self._code = 0
        """Length of the run of backticks that opened a span; 0 outside."""
        self._run = 0
        """Backticks that have come in a row."""
        self._closer = ""
        """The quotation mark that is waited for."""
        self._last = "\n"
        self.is_escaped = False

    @property
    def are_own(self) -> bool:
        """Whether what comes next is the author's own words."""
        self._settle()
        is_apart = self._is_rest_others or bool(self._code) or bool(self._closer)
        return not is_apart and self._last not in {"'", "‘"}

    def begin(self, text: str, at: int, *, is_end: bool) -> int | None:
        """Look at what begins here; return how many characters to pass at once.

        None when more has to come before that can be said.
        """
        if self._is_line_begin:
            width = self._begin_line(text[at : at + _HEAD], is_end=is_end)
            self._is_line_begin = width is None
            if width is None or width:
                return width
        if not self._is_rest_others:
            return 0
        end = text.find("\n", at)
        return (len(text) if end < 0 else end) - at

    def pass_plain(self, last: str) -> None:
        """Pass words up to and including a last character."""
        self._settle()
        self.is_escaped = False
        self._last = last

    def take(self, sign: str) -> None:
        """Pass one character that may change whose the words are."""
        if sign == "`" and not self.is_escaped:
            self._run += 1
            self._last = sign
            return
        self._settle()
        if sign == "\n":
            self._is_line_begin = True
        elif not self.is_escaped and not self._code:
            self._quote(sign)
        self.is_escaped = sign == "\\" and not self.is_escaped and not self._code
        self._last = sign

    def _settle(self) -> None:
        """End a run of backticks."""
        run, self._run = self._run, 0
        if run and not self._code:
            self._code = run
        elif run and self._code == run:
            self._code = 0

    def _quote(self, sign: str) -> None:
        """Open or close a quotation."""
        if self._closer:
            self._closer = "" if sign == self._closer else self._closer
        elif sign == '"':
            is_behind = self._last.isalnum() or self._last in _BEHIND_A_WORD
            self._closer = "" if is_behind else sign
        else:
            self._closer = _PAIRS.get(sign, "")

    def _begin_line(self, head: str, *, is_end: bool) -> int | None:
        """Find out what a line begins; return how much of it is passed by that."""
        undecided = _CLOSING_UNDECIDED if self._fence else _UNDECIDED
        self._is_rest_others = False
        if undecided.match(head):
            if len(head) == _HEAD:
                self._is_rest_others = True
                self._open_endless(head)
                return 0
            if not is_end:
                return None
        if self._fence is not None and not self._leaves_fence(head, self._fence):
            self._is_rest_others = True
            return 0
        is_item_empty, self._is_item_empty = self._is_item_empty, False
        if self._is_blank(head):
            self._end_block()
            self._is_lazy = False
            if is_item_empty:  # an item may begin with one empty line, not with two
                self._lists = self._lists[:-1]
            return 0
        return self._in_frame(head) or self._block(head)

    def _open_endless(self, head: str) -> None:
        """Begin code whose first line is too long to be looked at whole."""
        start = _SPACES.match(head)
        sign = _OPENING.match(head, start.end() if start else 0)
        if self._fence is None and sign is not None:
            self._fence = _Fence(sign[0], 0)

    def _leaves_fence(self, head: str, fence: _Fence) -> bool:
        """Say whether a line is not in the fence that is open any more; its end is still in it."""
        at, column = _spaces(head, 0, 0)
        if self._is_blank(head):
            return False
        if column < fence.base:
            self._fence = None
            self._end_block()
            return True
        closing = _CLOSING.match(head, at)
        if closing and closing[1].startswith(fence.run) and column - fence.base < _CODE_INDENT:
            self._fence = None
            self._end_block()
        return False

    @staticmethod
    def _is_blank(head: str) -> bool:
        at, _ = _spaces(head, 0, 0)
        return head[at : at + 1] in {"", "\n"}

    def _in_frame(self, head: str) -> int:
        """Go through a frame that is said after, or begin one."""
        at, _ = _spaces(head, 0, 0)
        if self._frame:
            self._is_rest_others = True
            if head.startswith(f"</{self._frame}", at):
                self._frame = ""
            return 0
        if (opened := _FRAME.match(head, at)) is not None:
            self._is_rest_others = True
            line = head[at:].partition("\n")[0]
            self._frame = "" if f"</{opened[1]}" in line else opened[1]
        return 0

    def _block(self, head: str) -> int:
        """Find the containers and the kind of block of a line that is not blank."""
        at, column = _spaces(head, 0, 0)
        lists = tuple(takewhile(lambda each: each <= column, self._lists))
        while True:
            base = lists[-1] if lists else 0
            if column - base >= _CODE_INDENT:
                return self._indented(lists, at)
            if _RULE.match(head, at) or (self._is_in_paragraph and _UNDERLINE.match(head, at)):
                return self._others_line(lists)
            item = _ITEM.match(head, at)
            if item is None or not self._may_begin(item, head, lists):
                break
            at, column, content = _item(head, item.end(), column + item.end() - at)
            lists = (*lists, content)
            self._lists = lists
            self._end_block()
            self._is_lazy = False
            if head[at : at + 1] in {"", "\n"}:
                self._is_item_empty = True
                return at
        return self._leaf(head, at, lists)

    def _leaf(self, head: str, at: int, lists: tuple[int, ...]) -> int:
        base = lists[-1] if lists else 0
        if head[at] == ">":
            self._is_lazy = True
            return self._others_line(lists)
        if (opening := _OPENING.match(head, at)) is not None:
            self._fence = _Fence(opening[0], base)
            self._is_lazy = False
            return self._others_line(lists)
        if _HEADING.match(head, at):
            self._lists, self._is_lazy = lists, False
            self._end_block()
            return at
        return self._text(lists, at)

    def _indented(self, lists: tuple[int, ...], at: int) -> int:
        if self._is_in_paragraph or self._is_lazy:
            return self._text(lists, at)
        return self._others_line(lists)

    def _text(self, lists: tuple[int, ...], at: int) -> int:
        """Begin a paragraph, or go on with one."""
        if self._is_lazy:
            self._is_rest_others = True
            return 0
        if not self._is_in_paragraph:
            self._end_block()
            self._lists, self._is_in_paragraph = lists, True
        return at

    def _others_line(self, lists: tuple[int, ...]) -> int:
        """Let the whole line be code, quoted, or without words."""
        self._lists, self._is_rest_others = lists, True
        self._end_block()
        return 0

    def _may_begin(self, item: re.Match[str], head: str, lists: tuple[int, ...]) -> bool:
        """Say whether a list item may begin here: not each can in the midst of a paragraph."""
        is_in_midst = (self._is_in_paragraph or self._is_lazy) and len(lists) == len(self._lists)
        is_empty = head[item.end() :].partition("\n")[0].strip() == ""
        return not is_in_midst or (not is_empty and item[1] in {None, "1"})

    def _end_block(self) -> None:
        """Let nothing that is open inside a paragraph go beyond it."""
        self._is_in_paragraph = False
        self._code = self._run = 0
        self._closer = ""
        self._last = "\n"
        self.is_escaped = False


def _spaces(text: str, at: int, column: int) -> tuple[int, int]:
    """Return the place behind spaces and tabs, and its column."""
    while text[at : at + 1] in {" ", "\t"}:
        column += 4 - column % 4 if text[at] == "\t" else 1
        at += 1
    return at, column


def _item(head: str, at: int, column: int) -> tuple[int, int, int]:
    """Return where what follows a list marker begins: its place, its column, and the content's."""
    end, behind = _spaces(head, at, column)
    is_empty = head[end : end + 1] in {"", "\n"}
    if is_empty or behind - column > _CODE_INDENT:
        return end, behind, column + 1
    return end, behind, behind
