"""What could be typed next in a query: tables, columns, functions, keywords.

The text is looked at by words, not parsed: half a query is no query. What is offered first depends
on the word before, and on the tables that the text names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from minutebook.tui.slash.completion import Completion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from minutebook.engine import Vocabulary

_MOST = 60
_BEGUN = re.compile(r"(?:(\w+)\.)?(\w*)\Z")
_BEFORE = re.compile(r"(\w+)\s*\Z")
_INSIDE = re.compile(r"'[^']*(?:'|\Z)|\"[^\"]*(?:\"|\Z)|--[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_ALIAS = r"\b({})\b(?:\s+(?:AS\s+)?(\w+))?"
_OF_TABLES = frozenset({"FROM", "JOIN", "DESCRIBE"})
_COMMON = (
    "SELECT", "FROM", "WHERE", "GROUP BY", "ORDER BY", "LIMIT", "HAVING", "JOIN", "LEFT JOIN",
    "ON", "USING", "AND", "OR", "NOT", "IN", "IS NULL", "IS NOT NULL", "LIKE", "ILIKE", "BETWEEN",
    "CASE", "WHEN", "THEN", "ELSE", "END", "AS", "DISTINCT", "WITH", "UNION ALL", "ASC", "DESC",
)  # fmt: skip
"""Keywords that are offered before the others."""
_ENOUGH = 2
"""Letters from which on something is offered unasked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The word at the cursor, as far as it is typed."""

    letters: str
    owner: str = ""
    """The table or alias before the dot."""
    is_table: bool = False
    """Whether a table is what comes here."""

    @property
    def is_enough(self) -> bool:
        """Whether something is to be offered unasked."""
        return bool(self.owner) or len(self.letters) >= _ENOUGH or (self.is_table)


def begun(before: str) -> Begun | None:
    """Return the word that ends a text; None inside a string or a comment."""
    for found in _INSIDE.finditer(before):
        is_open = found.end() == len(before) and not _is_closed(found[0])
        if is_open:
            return None
    word = _BEGUN.search(before)
    if word is None or word[2][:1].isdigit():
        return None
    last = _BEFORE.search(before[: word.start()])
    is_table = last is not None and last[1].upper() in _OF_TABLES
    return Begun(letters=word[2], owner=word[1] or "", is_table=is_table and not word[1])


def offered(vocabulary: Vocabulary, word: Begun, text: str) -> tuple[Completion, ...]:
    """Return what fits: what begins with the letters first, then what has them inside."""
    letters = word.letters.casefold()
    begins: list[Completion] = []
    inside: list[Completion] = []
    for each in _candidates(vocabulary, word, text):
        name = each.label.casefold()
        if name.startswith(letters):
            begins.append(each)
        elif len(letters) >= _ENOUGH and letters in name and not each.label.isupper():
            inside.append(each)
    if any(each.text == word.letters for each in begins):
        return ()  # it is typed already
    return tuple([*begins, *inside][:_MOST])


def _candidates(vocabulary: Vocabulary, word: Begun, text: str) -> Iterator[Completion]:
    named = _tables_named(vocabulary, text)
    if word.owner:
        owner = named.get(word.owner.casefold(), word.owner.casefold())
        yield from _columns(vocabulary, {owner})
        return
    if word.is_table:
        yield from _tables(vocabulary)
        return
    tables = set(named.values()) or set(vocabulary.tables)
    yield from _columns(vocabulary, tables)
    yield from _tables(vocabulary)
    is_small = not word.letters.isupper()
    for keyword in dict.fromkeys((*_COMMON, *vocabulary.keywords)):
        shown = keyword.lower() if is_small else keyword
        yield Completion(text=shown, label=keyword, help="keyword")
    for name in vocabulary.functions:
        yield Completion(text=f"{name}(", label=name, help="function")


def _columns(vocabulary: Vocabulary, tables: Iterable[str]) -> Iterator[Completion]:
    """Yield columns, each name once, with the tables that have it."""
    wanted = set(tables)
    found: dict[str, list[str]] = {}
    kinds: dict[str, str] = {}
    for column in vocabulary.columns:
        if column.table in wanted:
            found.setdefault(column.name, []).append(column.table)
            kinds.setdefault(column.name, column.type)
    for name, owners in found.items():
        yield Completion(text=name, label=name, help=f"{', '.join(owners)} · {kinds[name]}")


def _tables(vocabulary: Vocabulary) -> Iterator[Completion]:
    for table in vocabulary.tables:
        yield Completion(text=table, label=table, help="table")


def _tables_named(vocabulary: Vocabulary, text: str) -> dict[str, str]:
    """Return the tables that a text names, by name and by alias."""
    keywords = {keyword.casefold() for keyword in vocabulary.keywords}
    tables = "|".join(map(re.escape, vocabulary.tables))
    found: dict[str, str] = {}
    for name, alias in re.findall(_ALIAS.format(tables), _INSIDE.sub(" ", text), re.IGNORECASE):
        table = name.casefold()
        found[table] = table
        if alias and alias.casefold() not in keywords:
            found[alias.casefold()] = table
    return found


def _is_closed(part: str) -> bool:
    """Say whether a string or comment has its end."""
    if part.startswith("--"):
        return False
    if part.startswith("/*"):
        return part.endswith("*/") and len(part) > 3
    return len(part) > 1 and part.endswith(part[0])
