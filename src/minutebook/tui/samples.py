"""The sample conversations: at the top of a checkout, and inside an installed package."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve()
_INSTALLED = _HERE.with_name("shipped_samples")
_CHECKOUT = _HERE.parents[3]


def find_samples() -> Path | None:
    """Return the folder of the samples; None where they are absent."""
    if (_CHECKOUT / "pyproject.toml").is_file() and (_CHECKOUT / "sample_data").is_dir():
        return _CHECKOUT / "sample_data"
    return _INSTALLED if _INSTALLED.is_dir() else None
