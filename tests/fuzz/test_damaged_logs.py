"""Damaged logs of every format are read, or set aside with a reason; nothing breaks or hangs.

    pytest tests/fuzz                     200 cases
    pytest -m long tests/fuzz             20,000 cases, 12 minutes on two cores

Logs of cases that fail are kept in a folder that the failure names.
"""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fuzz.running import Outcome, kept, run

SEED = 1
_PROCESSES = 2


def _all(count: int, folder: Path) -> list[Outcome]:
    shares = [range(first, count, _PROCESSES) for first in range(_PROCESSES)]
    with ThreadPoolExecutor(_PROCESSES) as pool:
        read = [
            pool.submit(lambda s=share: list(run(s, SEED, folder / str(s.start))))  # type: ignore[misc]
            for share in shares
        ]
        return [outcome for future in read for outcome in future.result()]


def _check(count: int, folder: Path) -> None:
    outcomes = _all(count, folder)
    assert len({outcome.number for outcome in outcomes}) == count
    failed = [outcome for outcome in outcomes if outcome.faults]
    told = kept(failed, SEED, Path(tempfile.gettempdir(), "minutebook-fuzz"))
    assert not told, "\n".join(told)
    assert sum(outcome.turns > 0 for outcome in outcomes) > count // 2
    assert sum(outcome.quarantined > 0 for outcome in outcomes) > count // 4


def test_damaged_logs_are_read_or_set_aside(tmp_path: Path) -> None:
    """Of every format, in any layout."""
    _check(200, tmp_path)


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_thousands_of_damaged_logs_are_read_or_set_aside(tmp_path: Path) -> None:
    """As above; more of what happens rarely."""
    _check(20_000, tmp_path)
