"""The sample conversations: at the top of a checkout, and inside an installed package."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from minutebook.tui.wording import short_path

_HERE = Path(__file__).resolve()
_INSTALLED = _HERE.with_name("shipped_samples")
_CHECKOUT = _HERE.parents[3]


def find_samples() -> Path | None:
    """Return the folder of the samples; None where they are absent."""
    if (_CHECKOUT / "pyproject.toml").is_file() and (_CHECKOUT / "sample_data").is_dir():
        return _CHECKOUT / "sample_data"
    return _INSTALLED if _INSTALLED.is_dir() else None


def place_name(path: str, room: int) -> str:
    """Return the name of a watched place for people, in at most so many characters."""
    return "the samples" if path == _samples() else short_path(path, room)


@cache
def _samples() -> str:
    """Return the path of the samples; it is asked for with every paint."""
    return str(find_samples() or "")
