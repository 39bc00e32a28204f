"""Entry point. Says the version before anything is imported that takes time."""

from __future__ import annotations

import sys


def main() -> None:
    """Run `minutebook` with the arguments of this process."""
    if sys.argv[1:] == ["--version"] and _say_version():
        return
    from minutebook.cli.app import run

    sys.exit(run(sys.argv[1:]))


def _say_version() -> bool:
    """Write the version; False when that failed, so that it is tried again and complained of."""
    from minutebook import __version__

    try:
        print(f"minutebook {__version__}", flush=True)  # noqa: T201 - before any import of ours
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
