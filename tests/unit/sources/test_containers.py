"""From paths to sources: which files are looked at, and what a zip may do."""

from __future__ import annotations

import os
import random
import stat
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from desk import OPTIONS, put

from minutebook.sources.containers import (
    BROKEN_STREAM,
    Filter,
    Refused,
    files_of,
    named_paths,
    place_of,
    sources_of,
)
from minutebook.sources.source import Source


def names(folder: Path, chosen: Filter | None = None) -> list[str]:
    """Return the files below a folder, as paths within it."""
    found = files_of(folder, (chosen or Filter()).admits)
    return [file.relative_to(folder).as_posix() for file in found]


def archive(path: Path, **members: str | bytes) -> Path:
    """Write a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in members.items():
            opened.writestr(name, content)
    return path


def found(path: Path) -> tuple[list[Source], dict[str, str]]:
    """Return the sources in a file, and the reasons for what is refused by the end of its place."""
    items = list(sources_of(path, OPTIONS))
    refused = [item for item in items if isinstance(item, Refused)]
    reasons = {item.place.rpartition("!")[2]: item.rejected.reason for item in refused}
    return [item for item in items if isinstance(item, Source)], reasons


def test_a_folder_is_walked_in_a_fixed_order(tmp_path: Path) -> None:
    """By name, the files of a folder before those of its folders."""
    for name in ("b.log", "a.log", "z/1.log", "c/2.log", "c/d/3.log"):
        put(tmp_path / name, "x")
    assert names(tmp_path) == ["a.log", "b.log", "c/2.log", "c/d/3.log", "z/1.log"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    """Neither to files nor to folders, nor in circles."""
    put(tmp_path / "in" / "a.log", "x")
    (tmp_path / "in" / "file.log").symlink_to(tmp_path / "in" / "a.log")
    (tmp_path / "in" / "folder").symlink_to(tmp_path)
    assert names(tmp_path / "in") == ["a.log"]


def test_what_goes_along_with_chats_is_left_out(tmp_path: Path) -> None:
    """Pictures, databases' side files and the like, by their endings."""
    for name in ("a.log", "b.JPG", "c.opus", "d.db-wal", "e.tar.gz"):
        put(tmp_path / name, "x")
    assert names(tmp_path) == ["a.log"]


def test_patterns_choose_files_and_exclude_folders(tmp_path: Path) -> None:
    """Include by name, exclude by name or any folder above."""
    for name in ("a.log", "a.txt", "b.tmp.log", ".git/c.log", "x/.git/y/d.log"):
        put(tmp_path / name, "x")
    chosen = Filter(include=("*.log",), exclude=("*.tmp.*", ".git"))
    assert names(tmp_path, chosen) == ["a.log"]


def test_a_file_that_is_named_is_taken(tmp_path: Path) -> None:
    """Whatever the patterns say; and through a link."""
    file = put(tmp_path / "a.jpg", "x")
    link = tmp_path / "link"
    link.symlink_to(file)
    chosen = Filter(exclude=("*",))
    assert list(files_of(file, chosen.admits)) == [file]
    assert list(files_of(link, chosen.admits)) == [link]


def test_paths_are_absolute_and_each_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order they were given; a tilde of nobody is a name."""
    monkeypatch.chdir(tmp_path)
    paths = [Path("b"), Path("a"), tmp_path / "b", Path("~nobody-at-all/x")]
    assert named_paths(paths) == [tmp_path / "b", tmp_path / "a", tmp_path / "~nobody-at-all/x"]


def test_bytes_that_are_no_text_are_written_out() -> None:
    """A place is text that any store and terminal can take."""
    assert place_of(Path(os.fsdecode(b"/x/\xffa"))) == r"/x/\xffa"
    assert place_of(Path("/x/ö字")) == "/x/ö字"


def test_a_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    """To open it would wait for a writer that never comes."""
    os.mkfifo(tmp_path / "pipe")
    assert found(tmp_path / "pipe")[1] == {str(tmp_path / "pipe"): "It is not a regular file."}


@pytest.mark.parametrize("seconds", [-10_000_000_000, 253_402_300_800, 2**40])
def test_any_time_of_a_file_is_borne(tmp_path: Path, seconds: int) -> None:
    """Before 1970 and behind year 9999."""
    path = put(tmp_path / "a.log", "x")
    try:
        os.utime(path, (seconds, seconds))
    except OSError:
        pytest.skip("the file system has no such time")
    (source,), _ = found(path)
    assert source.modified_at.tzinfo is not None


def test_members_are_sources(tmp_path: Path) -> None:
    """By name and folder, with a checksum; they only go forward."""
    path = archive(tmp_path / "all.zip", **{"b/x.txt": "bb", "a.txt": "aaa"})
    (first, second), refused = found(path)
    assert (first.place, first.name, first.size) == (f"{path}!a.txt", "a.txt", 3)
    assert second.folders == ("all", "b")
    assert refused == {}
    with first.open() as stream:
        assert not stream.seekable()
        assert stream.read() == b"aaa"
    assert first.checksum != second.checksum


def test_a_zip_is_opened_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many members it has, and however often each is read, even side by side."""
    path = archive(tmp_path / "all.zip", **{f"{n}.txt": f"text {n}" for n in range(20)})
    opened: list[object] = []

    class Counted(zipfile.ZipFile):
        def __init__(self, file: Path) -> None:
            opened.append(file)
            super().__init__(file)

    monkeypatch.setattr(zipfile, "ZipFile", Counted)
    sources, _ = found(path)
    with ExitStack() as stack:
        streams = [stack.enter_context(source.open()) for source in sources for _ in range(2)]
        read = {stream.read() for stream in streams}
    assert read == {f"text {n}".encode() for n in range(20)}
    assert opened == [path]


def test_names_that_lead_out_are_refused(tmp_path: Path) -> None:
    """Absolute, upwards, with a drive, in either kind of slash; the others come in."""
    bad = ("../up.log", "/abs.log", "C:\\x.log", "a/../../b.log", "\\\\host\\c.log", "..\\d.log")
    path = archive(tmp_path / "all.zip", **dict.fromkeys([*bad, "good.log"], "x"))
    sources, refused = found(path)
    assert [source.name for source in sources] == ["good.log"]
    assert len(refused) == len(bad)
    assert set(refused.values()) == {"Its name leads out of the archive."}


def test_members_that_are_beside_the_point_are_passed_over(tmp_path: Path) -> None:
    """Folders, what macOS adds, pictures, and members without a name."""
    beside = ("__MACOSX/._a.txt", "x/.DS_Store", "photo.jpg", "folder/", ".", "NONE")
    path = archive(tmp_path / "all.zip", **dict.fromkeys(beside, ""))
    path.write_bytes(path.read_bytes().replace(b"NONE", bytes(4)))
    assert found(path) == ([], {})


def edited(path: Path, change: Callable[[zipfile.ZipInfo], None]) -> Path:
    """Write a zip of one member whose entry was changed."""
    entry = zipfile.ZipInfo("a.log")
    change(entry)
    with zipfile.ZipFile(path, "w") as opened:
        opened.writestr(entry, "x")
    return path


def test_a_link_is_refused(tmp_path: Path) -> None:
    """It may lead anywhere."""

    def link(entry: zipfile.ZipInfo) -> None:
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16

    assert found(edited(tmp_path / "a.zip", link))[1] == {"a.log": "It is a link."}


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    """With what to do."""
    path = archive(tmp_path / "a.zip", **{"a.log": "x"})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert "password" in found(path)[1]["a.log"]


def test_a_zip_in_a_zip_is_refused(tmp_path: Path) -> None:
    """However it is written."""
    path = archive(tmp_path / "a.zip", **{"b.ZIP": "x"})
    assert "zip inside a zip" in found(path)[1]["b.ZIP"]


def test_a_bomb_is_refused_unopened(tmp_path: Path) -> None:
    """One member that unpacks to a thousand times its size; and many that do so together."""
    one = archive(tmp_path / "one.zip", **{"a.log": bytes(70 * 1024**2)})
    assert any("times its size" in reason for reason in found(one)[1].values())
    members = {f"{n}.log": bytes(8 * 1024**2) for n in range(12)}
    many = archive(tmp_path / "many.zip", **members)
    sources, refused = found(many)
    assert sources == []
    assert "times its size" in refused[str(many)]


def test_ordinary_compression_is_no_bomb(tmp_path: Path) -> None:
    """A small member may be packed as well as it likes."""
    path = archive(tmp_path / "a.zip", **{"a.log": b"x" * 5 * 1024**2})
    assert len(found(path)[0]) == 1


def test_a_half_written_zip_is_refused(tmp_path: Path) -> None:
    """It has no directory yet."""
    path = archive(tmp_path / "a.zip", **{"a.log": "x" * 999})
    path.write_bytes(path.read_bytes()[:60])
    assert "not a sound zip" in found(path)[1][str(path)]


@pytest.mark.parametrize(
    ("raw", "shown"), [("Zoë.txt".encode(), "Zoë.txt"), (b"Zo\x89.txt", "Zoë.txt")]
)
def test_names_without_an_encoding(tmp_path: Path, raw: bytes, shown: str) -> None:
    """UTF-8 that does not say so is read as such; else it is the code page of DOS."""
    path = archive(tmp_path / "a.zip", **{"N" * len(raw): "x"})
    path.write_bytes(path.read_bytes().replace(b"N" * len(raw), raw))
    (source,), _ = found(path)
    assert source.name == shown


def test_damage_anywhere_is_a_known_error(tmp_path: Path) -> None:
    """A zip with wrong bytes is refused, or breaks off with an error that importing expects."""
    whole = archive(
        tmp_path / "a.zip", **{f"{n}.log": random.Random(n).randbytes(900) * 3 for n in range(4)}
    ).read_bytes()
    chance = random.Random(4)
    path = tmp_path / "damaged.zip"
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data)
        for source in found(path)[0]:
            try:
                with source.open() as stream:
                    read = stream.read()
            except BROKEN_STREAM:
                continue
            assert len(read) <= source.size
