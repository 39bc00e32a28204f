"""`kill -9` between the steps of an opt-out: whoever comes next finishes it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from opting import BOB, PLANTED, crew_at, files_with, log_of, make_crew

_SCRIPT = Path(__file__).with_name("opting_out_away.py")
_DEADLINE = 60.0
_KILLED_AFTER = (1, 3, 7, 11)
"""Transactions that a process gets done: the first only the row of state, the others a step more
than those before have done."""


def killed(folder: Path, after: int) -> bool:
    """Run a process until it has done so many transactions, and kill it; False when it ended."""
    command = [sys.executable, str(_SCRIPT), str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            for _ in range(after):
                if process.stdout.readline() != "next\n":
                    return False
                process.stdin.write("\n")
                process.stdin.flush()
            return bool(process.stdout.readline() == "next\n")
        finally:
            process.kill()
            process.wait(_DEADLINE)


async def test_an_opt_out_that_is_killed_is_finished(tmp_path: Path) -> None:
    """Wherever it was, nothing of theirs comes in, and in the end nothing is left anywhere."""
    await make_crew(tmp_path)
    async with crew_at(tmp_path) as crew:
        await crew.archive()
    for after in _KILLED_AFTER:
        assert killed(tmp_path, after)
    async with crew_at(tmp_path) as crew:
        (person,) = await crew.engine.opting_out.everybody()
        assert person.name == BOB
        assert await crew.read(log_of(tmp_path / "logs", 36)) == 12
        await crew.engine.do_what_can_be_done()
        assert await crew.derived(PLANTED) == []
        await crew.archive()
        assert (await crew.engine.archive.verify()).problems == ()
    assert files_with(tmp_path / "home", PLANTED) == []
