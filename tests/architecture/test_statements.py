"""Statements in `.sql` files, and the Python that runs them."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

STORE = Path(__file__).parents[2] / "src" / "minutebook" / "store"
STATEMENTS = sorted(STORE.glob("*/statements"))

_STATEMENT = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


def literals() -> Iterator[str]:
    """Yield every text literal of the store."""
    for path in sorted(STORE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def defined(folder: Path) -> list[str]:
    """Return the full names of the statements of a dialect, each as often as it is defined."""
    return [
        f"{file.stem}.{name}"
        for file in sorted(folder.glob("*.sql"))
        for name in _STATEMENT.findall(file.read_text("utf-8"))
    ]


@pytest.mark.parametrize("folder", STATEMENTS, ids=lambda folder: folder.parent.name)
def test_every_statement_has_a_name_of_its_own(folder: Path) -> None:
    """Nothing stands before the first name of a file, and no name is given twice."""
    names = defined(folder)
    assert [name for name, count in Counter(names).items() if count > 1] == []
    nameless = [
        file.name
        for file in folder.glob("*.sql")
        if not _STATEMENT.match(file.read_text("utf-8").lstrip())
    ]
    assert nameless == []


@pytest.mark.parametrize("folder", STATEMENTS, ids=lambda folder: folder.parent.name)
def test_every_statement_is_used_and_every_used_one_exists(folder: Path) -> None:
    """Names in Python and names in `.sql` files are the same."""
    names = set(defined(folder))
    nouns = {name.split(".")[0] for name in names}
    form = re.compile(rf"(?:{'|'.join(sorted(nouns))})\.[a-z_]+")
    used = {text for text in literals() if form.fullmatch(text)}
    assert names
    assert used == names


def test_there_is_a_dialect() -> None:
    """The rules above have something to look at."""
    assert [folder.parent.name for folder in STATEMENTS]
