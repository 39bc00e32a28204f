"""How fast tokens are counted, and what it takes to be able to.

    python tests/benchmarks/token_counting.py [--megabytes 4]

Counts the same texts with our vocabulary and with a bare tiktoken encoding made of the same ranks,
in one run; then texts that are made to be slow. Prints one JSON object; times are in seconds.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from minutebook.domain.tokens import estimate
from minutebook.llm.tokens import vocabulary
from minutebook.llm.tokens.vocabulary import CL100K, O200K, Published, Vocabulary

_SOURCE = Path(__file__).parents[2]
_ROUNDS = 5
_HOSTILE = {
    "letters": "a" * 1_000_000,
    "spaces": " " * 1_000_000,
    "newlines": "\n" * 1_000_000,
    "surrogates": "\ud800" * 1_000_000,
    "ten_million": "!" * 10_000_000,
}


def _texts(megabytes: float) -> list[str]:
    """Return texts as they are found in a record: sources and prose, of the size of turns."""
    files = [*(_SOURCE / "src").rglob("*.py"), *(_SOURCE / "sample_data").rglob("*.*")]
    pieces = [
        text[at : at + 2_000]
        for file in sorted(files)
        if file.is_file() and file.suffix in {".py", ".md", ".txt", ".json", ".jsonl", ".log"}
        for text in [file.read_text("utf-8", "replace")]
        for at in range(0, len(text), 2_000)
    ]
    dice, taken, size = random.Random(1), [], 0.0
    while size < megabytes * 1e6:
        taken.append(dice.choice(pieces))
        size += len(taken[-1].encode())
    return taken


def _load(published: Published) -> tuple[Vocabulary, dict[str, float]]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = time.perf_counter(), time.process_time()
    loaded = vocabulary.load(published)
    return loaded, {
        "wall_s": round(time.perf_counter() - wall, 3),
        "cpu_s": round(time.process_time() - cpu, 3),
        "memory_mb": round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, 1),
    }


def _seconds(work: Callable[[str], object], texts: list[str]) -> float:
    begun = time.perf_counter()
    for text in texts:
        work(text)
    return time.perf_counter() - begun


def _measure(published: Published, texts: list[str]) -> dict[str, object]:
    ours, load = _load(published)
    from tiktoken import Encoding

    bare = Encoding(
        published.name,
        pat_str=published.pattern,
        mergeable_ranks=vocabulary.ranks(published),
        special_tokens={},
    )
    size = sum(len(text.encode()) for text in texts) / 1e6
    rounds = [
        (_seconds(ours.count, texts), _seconds(bare.encode_ordinary, texts)) for _ in range(_ROUNDS)
    ]
    counted = sum(map(ours.count, texts))
    return {
        "load": load,
        "mb_per_s": round(size / median(ours for ours, _ in rounds), 2),
        "bare_mb_per_s": round(size / median(bare for _, bare in rounds), 2),
        "ratio": round(median(bare / ours for ours, bare in rounds), 3),
        "estimate_off_by": round(sum(map(estimate, texts)) / counted - 1, 3),
        "hostile_s": {name: round(_seconds(ours.count, [t]), 3) for name, t in _HOSTILE.items()},
    }


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=4)
    texts = _texts(parser.parse_args().megabytes)
    print(json.dumps({each.name: _measure(each, texts) for each in (CL100K, O200K)}, indent=1))


if __name__ == "__main__":
    main()
