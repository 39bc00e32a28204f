"""Run the server of batches in a process of its own: `python -m servers [--port N]`.

Prints its port on one line, and ends when its standard input does.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from servers.batches import batch_server


async def main() -> None:
    """Serve until the standard input ends, or for ever when it is a terminal."""
    parser = argparse.ArgumentParser(prog="servers")
    parser.add_argument("--port", type=int, default=0)
    said = parser.parse_args()
    async with batch_server(said.port) as server:
        print(server.root.rpartition(":")[2], flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
