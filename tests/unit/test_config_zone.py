"""The zone that a name, or the machine, stands for."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from minutebook.config import resolve_zone

SUMMER = datetime(2026, 7, 1)  # noqa: DTZ001


def offset(zone: ZoneInfo) -> timedelta | None:
    return SUMMER.replace(tzinfo=zone).utcoffset()


def test_named_zone_is_taken_by_name() -> None:
    """An IANA name wins over the machine."""
    assert resolve_zone("Asia/Tokyo", {"TZ": "Europe/Berlin"}).key == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("variable", "hours"),
    [
        ("Europe/Berlin", 2),
        (":Europe/Berlin", 2),
        ("CET-1CEST,M3.5.0,M10.5.0/3", 2),
        ("JST-9", 9),
        ("", 0),
        ("no such zone", 0),
        ("/no/such/file", 0),
        ("\n", 0),
    ],
)
def test_variable_decides_as_for_the_c_library(variable: str, hours: int, tmp_path: Path) -> None:
    """TZ may be a name, a rule or a file; set but unusable it means UTC."""
    tokyo = tmp_path / "localtime"
    tokyo.symlink_to("/usr/share/zoneinfo/Asia/Tokyo")
    assert offset(resolve_zone("", {"TZ": variable}, tokyo)) == timedelta(hours=hours)


def test_machine_zone_is_named_by_the_link(tmp_path: Path) -> None:
    """Without TZ, the target of /etc/localtime names the zone."""
    folder = tmp_path / "zoneinfo" / "Asia"
    folder.mkdir(parents=True)
    (folder / "Tokyo").touch()
    link = tmp_path / "localtime"
    link.symlink_to(folder / "Tokyo")
    assert resolve_zone("", {}, link).key == "Asia/Tokyo"


def test_machine_zone_is_read_from_a_copied_file(tmp_path: Path) -> None:
    """Where /etc/localtime is a copy, its rules are used without a name."""
    header = b"TZif2" + bytes(15) + bytes(12) + bytes(4) + b"\0\0\0\1\0\0\0\1"
    copy = tmp_path / "localtime"
    copy.write_bytes((header + bytes(6) + b"\0") * 2 + b"\nJST-9\n")
    assert offset(resolve_zone("", {}, copy)) == timedelta(hours=9)
    assert offset(resolve_zone("", {"TZ": f":{copy}"}, tmp_path / "none")) == timedelta(hours=9)


@pytest.mark.parametrize("content", [None, b"no zone file"])
def test_machine_without_a_zone_is_in_utc(tmp_path: Path, content: bytes | None) -> None:
    """A missing or broken /etc/localtime means UTC."""
    if content is not None:
        (tmp_path / "localtime").write_bytes(content)
    assert resolve_zone("", {}, tmp_path / "localtime").key == "UTC"


def test_utc_needs_no_zone_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine without any time zone files, UTC is made by rule."""
    monkeypatch.setattr("minutebook.config.zone._named", lambda _name: None)
    zone = resolve_zone("", {}, tmp_path / "none")
    assert zone.key == "UTC"
    assert offset(zone) == timedelta(0)
