"""A million messages in one import, killed at random moments and taken up again.

    python tests/benchmarks/million_messages.py [--turns 1000000] [--kills 3] [--seed 1]

The logs are a single file of half of them, files of several formats, and zips. They come in once
undisturbed, and once with `kill -9` at random moments; both records must be the same, turn by turn
and page by page. The floor is a bare `executemany` of the same rows into the same schema. Progress
lines are read from the terminal that the process thinks it has, and held against the store. Prints
one JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from import_rate import floor

from crash.long_imports import Run, record_of, run, write_logs, wrong_claims


def is_time(moment: float, ran: Run) -> bool:
    """Say whether a run has claimed to have come so far: a share of the turns."""
    return bool(ran.claims) and ran.claims[-1].percent >= moment


def memory_over_time(ran: Run) -> list[float]:
    """Return megabytes at each quarter of a run."""
    step = max(1, len(ran.claims) // 4)
    return [round(claim.memory_mb, 1) for claim in ran.claims[step - 1 :: step]]


def errors_of_time_left(ran: Run) -> list[float]:
    """Return, for the claims from the first tenth on, how many times too long or short each was."""
    found = []
    for claim in ran.claims[len(ran.claims) // 10 :]:
        left = ran.seconds - claim.seconds
        if claim.minutes_left is not None and left > 60:
            found.append(claim.minutes_left * 60 / left)
    return sorted(found)


def killed(home: Path, logs: Path, moments: list[float]) -> list[Run]:
    """Import with a kill at each per cent, and then to the end."""
    runs = [run(home, logs, until=partial(is_time, moment)) for moment in sorted(moments)]
    return [*runs, run(home, logs)]


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = write_logs(folder / "logs", asked.turns)
        peace = run(folder / "peace", folder / "logs")
        moments = [chance.uniform(3, 95) for _ in range(asked.kills)]
        runs = killed(folder / "killed", folder / "logs", moments)
        wanted, found = record_of(folder / "peace"), record_of(folder / "killed")
        (folder / "ours.db").symlink_to(folder / "peace" / "minutebook.db")
        bare = floor(folder)
        turns = int(str(wanted["turns"]))
        wrong = [*wrong_claims(peace)]
        before = 0
        for each in runs:
            wrong += wrong_claims(each, before)
            before = each.claims[-1].percent if each.claims else before
        left = errors_of_time_left(peace)
        print(
            json.dumps(
                {
                    "turns": turns,
                    "megabytes": round(size / 1e6, 1),
                    "turns_per_second": round(turns / peace.seconds),
                    "ratio_of_floor": round(bare / peace.seconds, 3),
                    "peak_memory_mb": round(peace.peak_mb, 1),
                    "memory_mb_by_quarter": memory_over_time(peace),
                    "killed_at_percent": [each.claims[-1].percent for each in runs[:-1]],
                    "seconds_undisturbed": round(peace.seconds, 1),
                    "seconds_with_kills": [round(each.seconds, 1) for each in runs],
                    "share_of_time_with_kills": round(
                        sum(each.seconds for each in runs) / peace.seconds, 3
                    ),
                    "missing_or_double": sum(wanted[key] != found[key] for key in wanted)
                    + turns
                    - int(str(found["distinct"])),
                    "record": {key: found[key] for key in ("turns", "pages", "found", "jobs")},
                    "progress_claims": len(peace.claims) + sum(len(each.claims) for each in runs),
                    "wrong_progress_claims": wrong,
                    "time_left_told_by_actual": [
                        round(left[len(left) * at // 10], 2) for at in (1, 5, 9)
                    ]
                    if left
                    else [],
                    "end": peace.said.strip().splitlines()[-1],
                }
            )
        )


if __name__ == "__main__":
    main()
