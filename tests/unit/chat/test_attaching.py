"""Files that are sent along: text, whole, and not too much of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from minutebook.chat import attaching
from minutebook.domain.turns import Attachment
from minutebook.errors import UsageError


def test_a_text_file_is_read_whole(tmp_path: Path) -> None:
    """With its name, kind and size; a byte order mark is no part of the text."""
    path = tmp_path / "plan.md"
    path.write_bytes(b"\xef\xbb\xbf# Plan\r\n\xc3\xa9\n")
    expected = Attachment(
        name="plan.md", media_type="text/markdown", size=14, content="# Plan\r\né\n"
    )
    assert attaching.read(path) == expected


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0\0", b"\xff\xfe\xfa", b"a\0b"])
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes) -> None:
    """By its content, whatever its name."""
    path = tmp_path / "notes.txt"
    path.write_bytes(data)
    with pytest.raises(UsageError, match="not a text"):
        attaching.read(path)


def test_what_is_too_large_is_refused(tmp_path: Path) -> None:
    """It is not even read to its end."""
    path = tmp_path / "big.txt"
    path.write_bytes(b"x" * (attaching.MOST_BYTES + 1))
    with pytest.raises(UsageError, match="larger than"):
        attaching.read(path)


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    """A missing file and a folder."""
    with pytest.raises(UsageError, match="No such file"):
        attaching.read(tmp_path / "none.txt")
    with pytest.raises(UsageError, match="directory"):
        attaching.read(tmp_path)
