"""What another process does to the same home appears by itself."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from tui.conftest import Opens, whatsapp

if TYPE_CHECKING:
    from pathlib import Path

    from minutebook.paths import Home

WRITER = """
import asyncio, sys
from pathlib import Path
from minutebook.config import load
from minutebook.engine import open_engine
from minutebook.paths import Home

async def main(home, log):
    async with open_engine(home, load(home)) as engine:
        async for report in engine.importer.import_paths([log]):
            assert report.turns_new, report
        await engine.do_what_can_be_done()

asyncio.run(main(Home.at(Path(sys.argv[1])), Path(sys.argv[2])))
"""


async def test_other_process_writes_and_the_screen_shows_it(
    workbench: Opens, home: Home, tmp_path: Path
) -> None:
    """An import by another process comes into the list, and its document with it."""
    log = tmp_path / "WhatsApp Chat with Elsewhere.txt"
    log.write_text(whatsapp(("Ada", "Written by another process entirely.")))
    async with workbench() as bench:
        await bench.leave_welcome()
        other = await asyncio.create_subprocess_exec(
            sys.executable, "-c", WRITER, str(home.data), str(log)
        )
        await bench.shows("Written by another process entirely.")
        assert await other.wait() == 0
        await bench.until(lambda: bool(bench.app.bench.document.text.blocks), "its document")
