"""Colours for code, found by Pygments a few lines at a time.

Code is shown at once and coloured when there is time; colours never change where anything stands.
Tokens become a handful of roles, so that code follows the theme of the app.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from minutebook.tui.prose.rows import Role, Run

if TYPE_CHECKING:
    from pygments.lexer import Lexer  # type: ignore[import-untyped]
    from pygments.token import _TokenType  # type: ignore[import-untyped]

_LONGEST_CODE: Final = 64_000
_LONGEST_LINE: Final = 1_000
_AT_ONCE: Final = 2_000
"""Characters of nested code that are coloured while it is laid out."""


class Colour(NamedTuple):
    """A part of a line of code that has a role."""

    start: int
    end: int
    role: Role


class Highlighting:
    """The colours of one code, as far as they have been found."""

    def __init__(self, code: str, language: str) -> None:
        self.lines: list[list[Colour]] = []
        """The colours of each line that is ready."""
        self._line: list[Colour] = []
        self._column = 0
        self._tokens = _tokens(code, language)
        self.done = self._tokens is None

    def advance(self, characters: int) -> int:
        """Colour about so many characters more; return how many of the allowance are left."""
        while characters > 0 and self._tokens is not None:
            token = next(self._tokens, None)
            if token is None:
                self._end_line()
                self._tokens, self.done = None, True
                break
            kind, value = token
            self._add(kind, value)
            characters -= len(value)
        return characters

    def _add(self, kind: _TokenType, value: str) -> None:
        role = _role(kind)
        for index, part in enumerate(value.split("\n")):
            if index:
                self._end_line()
            end = self._column + len(part)
            if role is not None and part:
                self._line.append(Colour(self._column, end, role))
            self._column = end

    def _end_line(self) -> None:
        self.lines.append(self._line)
        self._line, self._column = [], 0


def code_runs(code: str, language: str) -> list[list[Run]]:
    """Return the lines of short code in colour; long code stays plain."""
    lines = code.removesuffix("\n").split("\n")
    if len(code) > _AT_ONCE:
        return [[Run(line)] for line in lines]
    found = Highlighting(code, language)
    found.advance(2 * _AT_ONCE)
    colours = found.lines + [[] for _ in lines]
    return [coloured(line, 0, part) for line, part in zip(lines, colours, strict=False)]


def coloured(text: str, offset: int, colours: list[Colour]) -> list[Run]:
    """Return `text`, which starts at column `offset` of its line, cut where its colours change."""
    runs: list[Run] = []
    position = 0
    for start, end, role in colours:
        first, last = max(position, start - offset), min(len(text), end - offset)
        if last <= first:
            continue
        runs += [Run(text[position:first]), Run(text[first:last], (role,))]
        position = last
    return [run for run in (*runs, Run(text[position:])) if run.text]


def _tokens(code: str, language: str) -> Iterator[tuple[_TokenType, str]] | None:
    """Return a generator of tokens; None when the code is to stay plain."""
    if len(code) > _LONGEST_CODE or max(map(len, code.split("\n"))) > _LONGEST_LINE:
        return None
    lexer = _lexer(language.lower())
    return None if lexer is None else iter(lexer.get_tokens(code))


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    """Return the lexer for a language that Pygments itself knows; plug-ins are not looked for."""
    if language not in _languages():
        return None
    from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]

    options: dict[str, Any] = {"stripnl": False, "ensurenl": False}
    lexer: Lexer = get_lexer_by_name(language, **options)
    return lexer


@cache
def _languages() -> frozenset[str]:
    from pygments.lexers import get_all_lexers

    names = {name for _, aliases, *_ in get_all_lexers(plugins=False) for name in aliases}
    return frozenset(names - {"text", "plain", "plaintext", "txt"})


@lru_cache(maxsize=512)
def _role(kind: _TokenType) -> Role | None:
    from pygments.token import Token

    roles = {
        Token.Comment: Role.CODE_COMMENT,
        Token.Keyword: Role.CODE_KEYWORD,
        Token.Operator.Word: Role.CODE_KEYWORD,
        Token.Literal.String: Role.CODE_STRING,
        Token.Generic.Inserted: Role.CODE_STRING,
        Token.Literal.Number: Role.CODE_NUMBER,
        Token.Generic.Deleted: Role.CODE_NUMBER,
        Token.Name.Function: Role.CODE_NAME,
        Token.Name.Class: Role.CODE_NAME,
        Token.Name.Decorator: Role.CODE_NAME,
        Token.Name.Builtin: Role.CODE_NAME,
        Token.Name.Tag: Role.CODE_NAME,
        Token.Generic.Heading: Role.CODE_NAME,
    }
    while kind.parent is not None:
        if kind in roles:
            return roles[kind]
        kind = kind.parent
    return None
