"""ctrl+c ends `minutebook sql`, and the process that answers it."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

from flow.processes import COMMAND, DEADLINE
from minutebook.cli.exits import Exit


def test_ctrl_c_ends_a_query(tmp_path: Path) -> None:
    """While rows come without end, an interruption is code 130, and nothing is left running."""
    args = ["--home", str(tmp_path / "home"), "sql", "--format", "csv"]
    query = "SELECT range AS n FROM range(1000000000000)"
    with subprocess.Popen(
        [*COMMAND, *args, query], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "n\n"
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=DEADLINE)
    assert process.returncode == Exit.INTERRUPTED
    assert "Traceback" not in told
