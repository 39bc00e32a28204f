"""`python -m minutebook` is the command `minutebook`, for where no script was installed."""

from __future__ import annotations

from minutebook.cli.__main__ import main

if __name__ == "__main__":
    main()
