"""Formats of other packages are found by their entry points; a broken one harms nothing else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import Desk, desk_in, irc, put

from minutebook.errors import UsageError
from minutebook.sources import registry
from minutebook.sources.choice import Choice
from minutebook.sources.reports import SourceReport

PLUGIN = """
from minutebook.domain.turns import Content, Role, TurnDraft
from minutebook.sources.formats.protocol import Match
from minutebook.sources.parsed import ConversationFound, Identity, TurnFound

name = "{name}"

def detect(sample):
    if sample.head.startswith(b"FAIL"):
        raise OSError("in detect")
    if sample.head.startswith(b"{magic}"):
        return Match(score=0.99, reason="It begins so.")

def parse(source, resume=None):
    yield ConversationFound(identity=Identity.GIVEN, native_id=source.name)
    with source.open() as stream:
        text = stream.read().decode()
    yield TurnFound(draft=TurnDraft(role=Role.PERSON, author="A", content=Content(text=text)))
"""


def install(site: Path, package: str, entries: str, modules: dict[str, str]) -> None:
    """Put a package into a folder of packages, as an installer leaves it."""
    info = site / f"{package}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{registry.GROUP}]\n{entries}")
    for name, code in modules.items():
        (site / f"{name}.py").write_text(code)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder of packages that Python looks into."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    for name in [path.stem for path in folder.glob("*.py")]:
        sys.modules.pop(name, None)


async def test_a_format_of_another_package_is_found_by_its_entry_point(
    site: Path, tmp_path: Path
) -> None:
    """A module will do; its conversations have its name as their source."""
    code = PLUGIN.format(name="tablets", magic="TABLET")
    install(site, "clay", "tablets = clay_tablets\n", {"clay_tablets": code})
    log = put(tmp_path / "log.txt", "TABLET of Ea-nasir")
    async with desk_in(tmp_path) as desk:
        report = await desk.read_one(log)
        assert (report.format, report.turns_new) == ("tablets", 1)
        assert [verdict.format for verdict in report.verdicts] == ["tablets"]
        assert [one.source for one in await desk.library.conversations()] == ["tablets"]


def test_a_class_is_made_and_an_object_is_taken_as_it_is(site: Path) -> None:
    """An entry point names either."""
    code = (
        "class Slabs:\n"
        "    name = 'slabs'\n"
        "    def detect(self, sample): return None\n"
        "    def parse(self, source, resume=None): return iter(())\n"
        "class Stone(Slabs):\n"
        "    name = 'stone'\n"
        "stone = Stone()\n"
    )
    entries = "slabs = clay_slabs:Slabs\nstone = clay_slabs:stone\n"
    install(site, "clay2", entries, {"clay_slabs": code})
    assert {"slabs", "stone"} <= {format_.name for format_ in registry.available().known}


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("raise SystemError('boom')", "cannot be loaded: SystemError('boom')"),
        ("import nothing_of_that_name", "cannot be loaded: ModuleNotFoundError"),
        ("name = 'x'", "it has no `detect`; it has no `parse`"),
        ("name = 'No Name'\ndef detect(s): ...\ndef parse(s, r=None): ...", "has no `name`"),
        ("name = 'irc'\ndef detect(s): ...\ndef parse(s, r=None): ...", "name of another one"),
    ],
)
def test_a_broken_format_is_named_with_its_package(site: Path, code: str, complaint: str) -> None:
    """All others are there as ever; to ask for it by name is answered with what is wrong."""
    install(site, "shards", "shards = shards_of_clay\n", {"shards_of_clay": code})
    formats = registry.available()
    (broken,) = formats.broken
    assert (broken.entry, broken.package) == ("shards", "shards")
    assert complaint in str(broken)
    assert len(formats.known) == len(registry.BUILT_IN)
    with pytest.raises(UsageError, match="package 'shards'"):
        formats.named("shards")


async def test_a_format_that_fails_to_look_leaves_a_file_to_the_others(
    site: Path, tmp_path: Path
) -> None:
    """Its failure is noted where another one fits, and told where none does."""
    code = PLUGIN.format(name="tablets", magic="TABLET")
    install(site, "clay3", "tablets = clay_three\n", {"clay_three": code})
    log = put(tmp_path / "fail.log", "FAIL\n" + "".join(irc(30)))
    none = put(tmp_path / "none.bin", "FAIL")
    async with desk_in(tmp_path) as desk:
        read, unread = await desk.read(log, none)
        assert (read.format, read.turns_new) == ("irc", 30)
        assert "'tablets' failed to look at it: OSError('in detect')" in read.notes[0]
        assert "in detect" in unread.quarantined[0].reason


async def test_a_format_can_be_asked_for(tmp_path: Path) -> None:
    """It is read as that whatever it looks like, also when it has been read as another one."""
    log = put(tmp_path / "log.txt", "".join(irc(6)))
    async with desk_in(tmp_path) as desk:
        asked = Choice(format="aider")
        (first,) = await _read(desk, log, Choice())
        (again,) = await _read(desk, log, asked)
        (same,) = await _read(desk, log, asked)
        assert (first.format, again.format) == ("irc", "aider")
        assert (again.reason, same.is_unchanged) == ("It was asked for by name.", True)
        with pytest.raises(UsageError, match="There is no format 'nope'"):
            await _read(desk, log, Choice(format="nope"))


async def _read(desk: Desk, path: Path, choice: Choice) -> list[SourceReport]:
    return [report async for report in desk.importer.import_paths([path], choice)]
