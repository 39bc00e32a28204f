"""Rules that no linter knows: where errors are caught, where SQL stands, what data looks like."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar

import pytest

PROJECT = Path(__file__).parents[2]
SOURCE = PROJECT / "src" / "minutebook"

LOOP_EDGES = {
    "engine.py": 1,
    "sources/importer.py": 1,
    "sources/reading.py": 1,
    "sources/registry.py": 2,
    "tui/app.py": 2,
    "tui/guard.py": 2,
    "workers/chores.py": 1,
    "workers/pool.py": 1,
}
"""Where everything may be caught: the edges of loops that must live on, also when code of other
packages fails, and how many a file has."""

_BROAD = frozenset({"Exception", "BaseException"})
_SQL = re.compile(
    r"\b(SELECT\s.+\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s"
    r"|(CREATE|ALTER|DROP)\s+(VIRTUAL\s+)?(TABLE|INDEX|VIEW|TRIGGER)\s|PRAGMA\s+\w|BEGIN\s+IMMEDIATE"
    r"|(INNER|LEFT|CROSS)\s+JOIN\s|ORDER\s+BY\s|GROUP\s+BY\s)",
    re.DOTALL,
)
_TRACKED = ("src", "tests", "themes", "sample_data", ".ci", "README.md", "pyproject.toml")
_NOT_TRACKED = frozenset({"__pycache__", ".hypothesis", ".pytest_cache", ".mypy_cache"})
_SOMEBODY = re.compile(r"/(?:home|Users)/\w+/")
"""The folder of a person: only logs and their tests hold any, of people who do not exist."""

Node = TypeVar("Node", bound=ast.AST)


@cache
def trees() -> dict[str, ast.Module]:
    """Return every module, parsed, by its path below the package."""
    return {
        path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text("utf-8"))
        for path in sorted(SOURCE.rglob("*.py"))
    }


def nodes(kind: type[Node]) -> Iterator[tuple[str, Node]]:
    for name, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, kind):
                yield name, node


def strings() -> Iterator[tuple[str, str]]:
    """Yield the text literals of every module, those in f-strings too, but no docstrings."""
    for name, tree in trees().items():
        spoken = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        literals = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
        for node in literals:
            if isinstance(node.value, str) and id(node) not in spoken:
                yield name, node.value


def caught(handler: ast.ExceptHandler) -> set[str]:
    """Return the names of what a handler catches; a bare one catches everything."""
    if handler.type is None:
        return {"BaseException"}
    return {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}


def raises_again(handler: ast.ExceptHandler) -> bool:
    """Whether a handler only tidies up, and lets the error go on."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def test_only_loop_edges_catch_everything() -> None:
    """A broad `except` hides what went wrong, unless it stands where a loop has to live on."""
    broad = Counter(
        name
        for name, handler in nodes(ast.ExceptHandler)
        if caught(handler) & _BROAD and not raises_again(handler)
    )
    assert {name: count for name, count in broad.items() if count > LOOP_EDGES.get(name, 0)} == {}


def test_only_the_command_line_prints() -> None:
    """Standard output is data, and belongs to the command line."""
    printing = [
        f"{name}:{call.lineno}"
        for name, call in nodes(ast.Call)
        if isinstance(call.func, ast.Name)
        and call.func.id in {"print", "input"}
        and not name.startswith("cli/")
    ]
    assert printing == []


def is_frozen(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and any(
        word.arg == "frozen" and isinstance(word.value, ast.Constant) and word.value.value is True
        for word in decorator.keywords
    )


def test_nouns_are_frozen() -> None:
    """No dataclass of the domain can be changed after it was made."""
    decorators = [
        (f"{name}: {node.name}", decorator)
        for name, node in nodes(ast.ClassDef)
        if name.startswith("domain/")
        for decorator in node.decorator_list
        if "dataclass" in ast.unparse(decorator)
    ]
    assert decorators
    assert [name for name, decorator in decorators if not is_frozen(decorator)] == []


def test_sql_stays_in_the_store() -> None:
    """Outside the store no text in Python is SQL."""
    found = [
        f"{name}: {text[:60]}"
        for name, text in strings()
        if _SQL.search(text) and not name.startswith("store/")
    ]
    assert found == []


@pytest.mark.parametrize(
    "text", ["SELECT a FROM t", "INSERT OR IGNORE INTO t VALUES (1)", "PRAGMA user_version"]
)
def test_sql_is_recognised(text: str) -> None:
    """The rule above knows SQL when it sees it."""
    assert _SQL.search(text)


def files() -> Iterator[Path]:
    """Yield the files of the project, without what tools leave behind."""
    for name in _TRACKED:
        top = PROJECT / name
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            if path.is_file() and not _NOT_TRACKED & set(path.parts):
                yield path


def is_about_people(path: Path) -> bool:
    return path.relative_to(PROJECT).parts[0] in {"tests", "sample_data"}


def test_no_file_knows_this_machine() -> None:
    """No file names where it was written or is tested."""
    here = {str(PROJECT), str(Path.home()), sys.prefix} - {"/", "/usr", "/usr/local"}
    machine = re.compile("|".join(f"{re.escape(place)}(?![\\w-])" for place in sorted(here)))
    found = []
    for path in files():
        text = path.read_bytes().decode("utf-8", "replace")
        if machine.search(text) or (_SOMEBODY.search(text) and not is_about_people(path)):
            found.append(str(path.relative_to(PROJECT)))
    assert found == []


def test_the_files_of_the_project_are_found() -> None:
    """The rule above has something to look at."""
    found = set(files())
    assert {Path(__file__), PROJECT / "README.md", SOURCE / "errors.py"} <= found


def section(markdown: str, title: str) -> str:
    """Return what stands below the headings that contain a word, up to the next heading."""
    pieces = re.split(r"^#+ +(.+)$", markdown, flags=re.MULTILINE)
    pairs = zip(pieces[1::2], pieces[2::2], strict=True)
    return "".join(body for heading, body in pairs if title in heading.lower())


def first_column(table: str) -> set[str]:
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("|")]
    return {re.sub(r"[`*]|\[|\]\(.*\)", "", cell).strip().lower() for cell in rows}


def test_first_columns_are_read() -> None:
    """Names are found in a table whether they are marked up or not."""
    table = "| Package | Why |\n|---|---|\n| `click` | |\n| [rich](https://e.org) | |"
    assert {"click", "rich"} <= first_column(section(f"# Dependencies\n{table}\n", "dependenc"))


def test_every_dependency_has_its_reason() -> None:
    """Where the README speaks of dependencies, its table has a row for each that is installed."""
    readme = (PROJECT / "README.md").read_text("utf-8")
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {re.split(r"[^\w.-]", name, maxsplit=1)[0].lower() for name in project["dependencies"]}
    assert needed
    if "dependencies" in readme.lower():
        assert needed - first_column(section(readme, "dependenc")) == set()


def test_nothing_lies_about_at_the_top() -> None:
    """The top level holds what it should, and what tools leave there."""
    left_by_tools = {"build", "dist", "snapshot_report.html"}
    found = {path.name for path in PROJECT.iterdir() if not path.name.startswith(".")}
    assert found <= {*_TRACKED, *left_by_tools}


def test_every_registry_of_models_that_may_be_asked_has_its_gate() -> None:
    """Whoever makes the models says through what their requests go; the doctor asks none."""
    made = [
        (name, {word.arg for word in call.keywords})
        for name, call in nodes(ast.Call)
        if isinstance(call.func, ast.Name) and call.func.id == "registry_of"
    ]
    assert [name for name, words in made if "gate" not in words] == ["checkup.py"]
    assert [name for name, words in made if "gate" in words] == ["building.py"]
