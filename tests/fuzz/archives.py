"""Archives that somebody has made with intent, or that were damaged on the way."""

from __future__ import annotations

import io
import random
import stat
import warnings
import zipfile
from collections.abc import Callable, Mapping

from fuzz.damage import cut, dropped, flipped

Files = Mapping[str, bytes]

NAMES = (
    *("../../outside.json", "/etc/outside.json", "C:\\outside.json", "..", "a/../../b.json", "/"),
    *("", ".", "a\x00b.json", "\u202egnp.json", "x" * 5_000 + ".json", "d/" * 2_000 + "x.json"),
    *("CON.json", "a\nb.json", "\x1b[31m.json", "-rf.json", "con\u0301versations.json", "~/x.json"),
    *("\\\\server\\x.json", "a//b.json", "__MACOSX/._x.json", "x.json/", "\ud800.json", "x" * 255),
)
_BOMB = 80 * 1024**2
_LARGE = 20 * 1024**2


def plain(files: Files) -> bytes:
    """Write a zip."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def _hostile(chance: random.Random, files: Files) -> bytes:
    """Give members names that lead elsewhere, or nowhere."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for data in files.values():
            member = zipfile.ZipInfo("x")
            member.filename = chance.choice(NAMES).encode("utf-8", "replace").decode()
            archive.writestr(member, data)
    return stream.getvalue()


def _nested(chance: random.Random, files: Files) -> bytes:
    """Put the archive into archives."""
    data = plain(files)
    for _ in range(chance.randint(1, 4)):
        data = plain({"inner.zip": data, "inner.json": data})
    return data


def _linked(_: random.Random, files: Files) -> bytes:
    """Let members be links."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in files:
            member = zipfile.ZipInfo(name)
            member.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(member, "/etc/passwd")
    return stream.getvalue()


def _bomb(chance: random.Random, files: Files) -> bytes:
    """Let a member be much larger than it looks."""
    size = chance.choice((_BOMB, _LARGE, 3 * _BOMB))
    stuff = chance.choice((b"\x00", b"[", b'{"a":', b" ", b"> x  \n", b"[1,2],\n"))
    return plain({**files, "large.json": stuff * (size // len(stuff))})


def _twice(_: random.Random, files: Files) -> bytes:
    """Have two members of every name."""
    stream = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(stream, "w") as archive:
        for _time in range(2):
            for name, data in files.items():
                member = zipfile.ZipInfo("x")
                member.filename = name
                archive.writestr(member, data)
    return stream.getvalue()


def _many(chance: random.Random, files: Files) -> bytes:
    """Have hundreds of members that are nothing, beside those that are something."""
    stuff = chance.choice((b"", b"x", b"{}", b"[]"))
    return plain({**{f"d/{number}.json": stuff for number in range(300)}, **files})


def _broken(chance: random.Random, files: Files) -> bytes:
    """Damage the archive itself: what is in it, or its directory."""
    return chance.choice((flipped, flipped, cut, dropped))(chance, plain(files))


def _lying(chance: random.Random, files: Files) -> bytes:
    """Let the directory say other sizes, flags, methods and dates."""
    data = bytearray(plain(files))
    at = data.find(b"PK\x01\x02")
    for _ in range(3):
        data[at + chance.randint(4, 45)] = chance.randrange(256)
    return bytes(data)


WAYS: tuple[Callable[[random.Random, Files], bytes], ...] = (
    *(_hostile, _nested, _linked, _twice, _many, _broken, _broken, _lying, _lying),
)
RARE = _bomb


def attacked(chance: random.Random, files: Files) -> tuple[bytes, list[str]]:
    """Return an archive made in one of these ways, and which."""
    way = RARE if chance.random() < 0.03 else chance.choice(WAYS)
    return way(chance, files), [way.__name__]
