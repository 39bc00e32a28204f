"""What an import loads: heavy packages wait until somebody needs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = frozenset(
    "anthropic duckdb httpx ijson openai pyarrow rich textual tiktoken watchfiles".split()
)
LIGHT = "minutebook.cli minutebook.cli.__main__ minutebook".split()

_REPORT = """
import atexit, json, sys
with_it = open(sys.argv.pop(1), "w")
atexit.register(lambda: (json.dump(sorted(sys.modules), with_it), with_it.close()))
"""


def loaded_after(code: str, tmp_path: Path, *arguments: str, result: int = 0) -> set[str]:
    """Run code in an interpreter of its own; return the names of all modules at its end."""
    report = tmp_path / "modules.json"
    home = {"MINUTEBOOK_HOME": str(tmp_path / "home"), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", _REPORT + code, str(report), *arguments],
        env={name: value for name, value in os.environ.items() if name in {"PATH", "LANG"}} | home,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == result, done.stderr
    return set(json.loads(report.read_text()))


def packages(modules: set[str]) -> set[str]:
    return {module.split(".")[0] for module in modules}


def test_the_probe_sees_what_is_loaded(tmp_path: Path) -> None:
    """A package that is imported shows up, so that the other tests can fail."""
    assert "rich" in packages(loaded_after("import rich.text", tmp_path))


def test_the_package_itself_loads_nothing(tmp_path: Path) -> None:
    """`import minutebook` brings in that one module."""
    modules = loaded_after("import minutebook", tmp_path)
    assert {name for name in modules if name.startswith("minutebook")} == {"minutebook"}


def test_the_version_is_said_before_anything_is_loaded(tmp_path: Path) -> None:
    """`minutebook --version` needs neither rooms nor packages of others."""
    code = "from minutebook.cli.__main__ import main; main()"
    modules = loaded_after(code, tmp_path, "--version")
    assert {name for name in modules if name.startswith("minutebook")} == set(LIGHT)
    assert not packages(modules) & (HEAVY | {"asyncio", "click", "sqlite3"})


@pytest.mark.parametrize("module", ["minutebook.engine", "minutebook.cli.app"])
def test_importing_the_engine_is_light(tmp_path: Path, module: str) -> None:
    """Neither the engine nor the command line loads a heavy package when it is imported."""
    modules = loaded_after(f"import {module}", tmp_path)
    assert module in modules
    assert not packages(modules) & HEAVY


def test_a_run_without_a_screen_loads_no_widgets(tmp_path: Path) -> None:
    """`minutebook --no-ui --once` on an empty folder works without anything for the screen."""
    empty = tmp_path / "logs"
    empty.mkdir()
    code = "from minutebook.cli.__main__ import main; main()"
    modules = loaded_after(code, tmp_path, "--no-ui", "--once", str(empty))
    assert "minutebook.engine" in modules
    assert not packages(modules) & (HEAVY - {"rich", "watchfiles"})
