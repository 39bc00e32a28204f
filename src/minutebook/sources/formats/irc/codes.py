"""Bytes to text, for channels where every client chose its own encoding and colours."""

from __future__ import annotations

import re
from contextlib import suppress

from minutebook.sources.formats.text.lines import decode_legacy

_FORMATTING = re.compile(
    "\x03(?:\\d{1,2}(?:,\\d{1,2})?)?"
    "|\x04(?:[0-9A-Fa-f]{6}(?:,[0-9A-Fa-f]{6})?)?"
    "|[\x02\x0f\x11\x16\x1d\x1e\x1f]"
)
_KANA = re.compile(rb"\x82[\x9f-\xf1]|\x83[\x40-\x96]")
_ESCAPED = re.compile(rb"\\(?:x([0-9a-f]{2})|(['\"\\])|([ntr]))")
_CONTROL = {b"n": b"\n", b"t": b"\t", b"r": b"\r"}


def strip_formatting(text: str) -> str:
    """Remove bold, colours and the other control codes of mIRC."""
    return _FORMATTING.sub("", text)


class LineDecoder:
    """Decodes line by line; remembers only whether the channel writes Japanese in Shift-JIS."""

    def __init__(self, *, is_japanese: bool = False) -> None:
        self.is_japanese = is_japanese

    def __call__(self, raw: bytes) -> str:
        """Decode one line. ISO-2022-JP shows by its escapes, Shift-JIS (CP932) by its kana."""
        if b"\x1b" in raw and (b"\x1b$" in raw or b"\x1b(" in raw):
            with suppress(UnicodeDecodeError):
                return raw.decode("iso2022_jp_ext")
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            return self._legacy(raw, error)

    def _legacy(self, raw: bytes, error: UnicodeDecodeError) -> str:
        if self.is_japanese or _KANA.search(raw):
            with suppress(UnicodeDecodeError):
                text = raw.decode("cp932")
                self.is_japanese = True
                return text
        return decode_legacy(raw, error)


def unescape(text: str) -> str:
    """Undo what writing bytes as a Python literal did to a line: `\\'`, `\\xc3\\xa9`."""
    if "\\" not in text:
        return text
    plain = _ESCAPED.sub(_unescaped, text.encode())
    try:
        return plain.decode()
    except UnicodeDecodeError as error:
        return decode_legacy(plain, error)


def _unescaped(found: re.Match[bytes]) -> bytes:
    code, quoted, control = found.groups()
    if code:
        return bytes.fromhex(code.decode())
    return bytes(quoted) if quoted else _CONTROL[control]
