"""A process that has pages summarised in batches; it is there to be killed.

    python summarising.py HOME

The server of batches is where ANTHROPIC_BASE_URL says. It works until it is stopped.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from minutebook.config import Settings
from minutebook.config.settings import Batches, Calls, Models, Workers
from minutebook.engine import open_engine
from minutebook.paths import Home

GRACE = 3.0
"""Seconds for which a batch is looked for of which nobody knows whether it was made."""


def settings() -> Settings:
    """Return settings by which everything goes fast and nothing is given up."""
    return Settings(
        models=Models(summary=os.environ["SUMMARY_MODEL"]),
        batches=Batches(
            poll_seconds=0.05, linger_seconds=0.05, small=1, requests=7, grace_seconds=GRACE
        ),
        calls=Calls(attempts=1, connect_seconds=2, first_byte_seconds=2, silence_seconds=2),
        workers=Workers(lease_seconds=5, max_attempts=100),
    )


async def _work(folder: Path) -> None:
    async with open_engine(Home.at(folder), settings()) as engine, engine.working():
        print("working", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_work(Path(sys.argv[1])))
