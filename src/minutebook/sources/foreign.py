"""Tell what a file is that no format fits: people look for what went wrong, and it may be nothing.

The signs are cheap, the beginning of the file alone, and nothing is read by them.
"""

from __future__ import annotations

import re

from minutebook.sources.source import Sample

_UTF_32 = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
_SQLITE = b"SQLite format 3\x00"
_PACKED = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"7z\xbc\xaf", "7-Zip"),
)


_NAME = r"[^\W\d_][\w.' -]{0,38}"
_SPEAKER = re.compile(
    rf"^(?:\*\*(?P<bold>{_NAME})(?::\*\*|\*\*:)"
    rf"|\[\d\d?:\d\d(?::\d\d)?\][ \t]+(?P<timed>{_NAME}):)[ \t]",
    re.MULTILINE,
)
_TOO_SHORT = (
    "It looks like a transcript, but there is too little of it to be sure: two people must speak"
    " three times each, or somebody with a model."
)


def what_it_is(sample: Sample) -> str:
    """Return a sentence that tells what a file is that no format fits."""
    head = sample.head
    if not head.strip():
        return "It is empty."
    if head.startswith(_SQLITE):
        return "It looks like an SQLite database, of no program whose logs are read."
    for magic, name in _PACKED:
        if head.startswith(magic):
            return f"It is compressed with {name}: unpack it, and import what is in it."
    return _how_it_is_written(head) or _what_it_says(sample)


def _how_it_is_written(head: bytes) -> str:
    """Say why the bytes are no text that is read; nothing when they are."""
    if head.startswith(_UTF_32):
        return "It is written in UTF-32: save it as UTF-8, and import that."
    if b"\x00" in head[:4096] and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "It is not text."
    if b"\r" in head and b"\n" not in head:
        return "Its lines end in carriage returns alone: save it with newlines, and import that."
    return ""


def _what_it_says(sample: Sample) -> str:
    text = sample.text()
    return _TOO_SHORT if _speakers_in(text) > 1 else "It has no form of chat log that is known."


def _speakers_in(text: str) -> int:
    """Count whose words a text seems to hold: names set off as transcripts set them off."""
    return len({found["bold"] or found["timed"] for found in _SPEAKER.finditer(text)})
