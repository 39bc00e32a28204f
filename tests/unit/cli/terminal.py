"""What the tests of the command line share: commands as processes see them, and hostile logs."""

from __future__ import annotations

import contextlib
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from minutebook.cli.app import run

OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""What a terminal would obey, or show as something else than it is."""
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
"""What a terminal is sent for bold and the like."""
HOSTILE = "\x1b[31mred\x1b]0;title\x07 \x9b1m \u202eolleh\u202c [bold]\\x[/] \x00 \u2066 \ud83d end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of a command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What stdout says."""
        return json.loads(self.out)


class Terminal(io.StringIO):
    """A terminal, as far as one can tell."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """Say yes."""
        return True


def minutebook(home: Path, *args: str) -> Ran:
    """Run a command on a home."""
    return bare(*args, "--home", str(home))


def bare(*args: str) -> Ran:
    """Run a command line as it stands."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(args)
    return Ran(code=code, out=out.getvalue(), err=err.getvalue())


def hostile_log(path: Path) -> Path:
    """Write a log whose every part tries something."""
    title = f"t {HOSTILE}"
    messages = [
        {"role": "user", "content": f"ferry {HOSTILE}", "name": f"n {HOSTILE}"},
        {"role": "assistant", "content": f"answer {HOSTILE}\r\x08\x08 overwritten"},
    ]
    record = {"id": f"id-{HOSTILE}", "title": title, "messages": messages}
    path.write_text(json.dumps(record) + "\n{broken \x1b[31m\n", "utf-8", "surrogatepass")
    return path
