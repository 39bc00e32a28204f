"""A long import that is killed goes on where it was, and says how far it is as it is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from crash.long_imports import record_of, run, turns_in, write_logs, wrong_claims

_BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "million_messages.py"


def test_killed_once_it_goes_on(tmp_path: Path) -> None:
    """Nothing is missing, nothing is there twice, and no claim was wrong."""
    logs = tmp_path / "logs"
    write_logs(logs, 4_000)
    killed = run(tmp_path / "home", logs, until=lambda _: turns_in(tmp_path / "home") > 0)
    again = run(tmp_path / "home", logs)
    assert again.code == 0
    assert run(tmp_path / "peace", logs).code == 0
    assert record_of(tmp_path / "home") == record_of(tmp_path / "peace")
    assert [*wrong_claims(killed), *wrong_claims(again)] == []


@pytest.mark.long
@pytest.mark.timeout(7_200)
def test_a_million_messages_killed_three_times() -> None:
    """As the benchmark does it."""
    ran = subprocess.run([sys.executable, _BENCHMARK], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert found["missing_or_double"] == 0
    assert found["wrong_progress_claims"] == []
