"""The sample conversations: they lie beside the sources; a checkout has them, a wheel has not."""

from __future__ import annotations

from pathlib import Path

_FOLDER = "sample_data"
_ABOVE = 3
"""Folders from this module up to the top of a checkout's `src`."""


def find_samples() -> Path | None:
    """Return the folder of the samples; None where they are absent."""
    top = Path(__file__).resolve().parents[_ABOVE]
    folder = top / _FOLDER
    return folder if (top / "pyproject.toml").is_file() and folder.is_dir() else None
