"""Run cases in a process of their own, and name the one that ends it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fuzz.cases import Layout, case

TESTS = Path(__file__).parents[1]
SLOW = 30.0
"""Seconds of CPU that no case may take; the largest unpacks to 80 MB of nothing."""
LARGE = 400
"""MB by which no case may raise the memory of the process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a case."""

    number: int
    faults: tuple[str, ...]
    turns: int = 0
    quarantined: int = 0
    seconds: float = 0.0
    grown_mb: int = 0


def run(numbers: range, seed: int, folder: Path) -> Iterator[Outcome]:
    """Read cases; go on behind one that ends the process."""
    while numbers:
        begun: int | None = None
        process = _started(numbers, seed, folder)
        assert process.stdout is not None
        with process:
            for line in process.stdout:
                said = json.loads(line)
                begun = said.get("begun", begun)
                if "ended" in said:
                    yield _outcome(said)
                    begun = None
                elif said.get("faults"):
                    yield Outcome(number=said["store"], faults=tuple(said["faults"]))
        if process.returncode == 0:
            return
        trace = (folder / "stderr.txt").read_text("utf-8", "replace")[:4_000]
        if begun is None:
            raise RuntimeError(f"the process ended between two cases: {trace}")
        yield Outcome(number=begun, faults=(f"ended the process: {trace}",))
        numbers = numbers[numbers.index(begun) + 1 :]


def _started(numbers: range, seed: int, folder: Path) -> subprocess.Popen[str]:
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "fuzz", str(numbers.start), str(numbers.stop), str(folder)]
    command += ["--seed", str(seed), "--step", str(numbers.step)]
    with (folder / "stderr.txt").open("w") as errors:
        return subprocess.Popen(
            command, cwd=TESTS, stdout=subprocess.PIPE, stderr=errors, text=True
        )


def _outcome(said: dict[str, object]) -> Outcome:
    numbers = {key: said[key] for key in ("turns", "quarantined", "seconds", "grown_mb")}
    faults = [str(fault) for fault in _listed(said["faults"])]
    if float(str(said["seconds"])) > SLOW:
        faults.append(f"took {said['seconds']} s")
    if int(str(said["grown_mb"])) > LARGE:
        faults.append(f"took {said['grown_mb']} MB")
    return Outcome(number=int(str(said["ended"])), faults=tuple(faults), **numbers)  # type: ignore[arg-type]


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else []


def kept(outcomes: Sequence[Outcome], seed: int, folder: Path) -> list[str]:
    """Keep the logs of cases with faults, and describe each."""
    told = []
    for outcome in outcomes:
        one = case(seed, outcome.number)
        place = folder / f"case-{seed}-{outcome.number}"
        shutil.rmtree(place, ignore_errors=True)
        one.put(place)
        grows = f", read first to {one.cut:.2f}" if one.layout is Layout.GROWING else ""
        how = f"{one.form}, {one.layout}{grows}, {' + '.join(one.ways)}"
        told.append(f"{place}: {how}: {'; '.join(outcome.faults)[:2_000]}")
    return told
