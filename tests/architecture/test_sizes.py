"""How long files and functions are. `pytest -s` shows the report, as JSON lines."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from statistics import median, quantiles

SOURCE = Path(__file__).parents[2] / "src" / "minutebook"
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
MEDIAN_FUNCTION = 10
SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many lines something has, its docstring and comments included."""

    kind: str
    name: str
    lines: int


def functions_of(path: Path, tree: ast.Module) -> Iterator[Size]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            last = node.end_lineno or node.lineno
            name = f"{path.relative_to(SOURCE)}:{node.lineno} {node.name}"
            yield Size(kind="function", name=name, lines=last - node.lineno + 1)


@cache
def sizes() -> tuple[list[Size], list[Size]]:
    """Return the sizes of all files and of all functions, longest first."""
    files: list[Size] = []
    functions: list[Size] = []
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text("utf-8")
        lines = len(text.splitlines())
        files.append(Size(kind="file", name=str(path.relative_to(SOURCE)), lines=lines))
        functions.extend(functions_of(path, ast.parse(text)))
    return longest_first(files), longest_first(functions)


def longest_first(found: list[Size]) -> list[Size]:
    return sorted(found, key=lambda size: size.lines, reverse=True)


def summary(kind: str, found: list[Size]) -> dict[str, object]:
    lines = [size.lines for size in found]
    return {
        "kind": f"all {kind}s",
        "count": len(lines),
        "lines": sum(lines),
        "median": median(lines),
        "p95": quantiles(lines, n=20)[-1],
        "longest": max(lines),
    }


def test_sizes_are_reported() -> None:
    """The longest files and functions are listed, so that growth is seen before it hurts."""
    files, functions = sizes()
    assert len(functions) > len(files) > SHOWN
    print()
    for kind, found in (("file", files), ("function", functions)):
        print(json.dumps(summary(kind, found)))
        for size in found[:SHOWN]:
            print(json.dumps(asdict(size)))


def test_no_file_is_too_long() -> None:
    """A file that nobody can hold in mind is two files."""
    assert [size for size in sizes()[0] if size.lines > LONGEST_FILE] == []


def test_no_function_is_too_long() -> None:
    """A function fits on a screen."""
    assert [size for size in sizes()[1] if size.lines > LONGEST_FUNCTION] == []


def test_most_functions_are_short() -> None:
    """Half of all functions have ten lines or fewer."""
    assert median(size.lines for size in sizes()[1]) <= MEDIAN_FUNCTION
