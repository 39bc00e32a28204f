"""Entry point. Says the version before anything is imported that takes time."""

from __future__ import annotations

import sys


def main() -> None:
    """Run `minutebook` with the arguments of this process."""
    if sys.argv[1:] == ["--version"]:
        from minutebook import __version__

        sys.stdout.write(f"minutebook {__version__}\n")
        return
    from minutebook.cli.app import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
