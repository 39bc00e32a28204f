"""The time zone that a name, or the machine, stands for.

Follows the C library: a `TZ` that is set decides, even when it is empty or wrong, which means UTC;
else `/etc/localtime`. Works without a time zone database, too, as far as a rule can be told.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

LOCALTIME = Path("/etc/localtime")
_DATABASE_FOLDER = "zoneinfo/"


def resolve_zone(
    name: str, environ: Mapping[str, str] = os.environ, localtime: Path = LOCALTIME
) -> ZoneInfo:
    """Return the zone of an IANA name; an empty name means the zone of this machine.

    A name without a zone, which loading the settings has refused, counts as UTC.
    """
    if name:
        return _named(name) or _utc()
    if "TZ" in environ:
        return _from_variable(environ["TZ"]) or _utc()
    return _from_file(localtime) or _utc()


def is_zone(name: str) -> bool:
    """Tell whether the time zone database knows the name."""
    return _named(name) is not None


def nearest_zone(name: str) -> str | None:
    """Return the zone whose name is most like a wrong one, such as Europe/Berlin for berlin."""
    import difflib
    from zoneinfo import available_timezones

    known = {zone.casefold(): zone for zone in sorted(available_timezones())}
    wanted = name.casefold().replace(" ", "_")
    cities = {folded.rpartition("/")[2]: zone for folded, zone in known.items()}
    if exact := known.get(wanted) or cities.get(wanted):
        return exact
    close = difflib.get_close_matches(wanted, known, n=1, cutoff=0.7)
    return known[close[0]] if close else None


def _named(name: str) -> ZoneInfo | None:
    from zoneinfo import ZoneInfo

    # LookupError: no such zone; ValueError: a path, or not a zone file; OSError: a folder.
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return None


def _from_variable(value: str) -> ZoneInfo | None:
    """Read `Europe/Berlin`, `:/etc/localtime` or a rule such as `CET-1CEST,M3.5.0,M10.5.0/3`."""
    value = value.removeprefix(":")
    if value.startswith("/"):
        return _from_file(Path(value))
    if zone := _named(value):
        return zone
    try:
        return _from_rule(value)
    except ValueError:
        return None


def _from_file(path: Path) -> ZoneInfo | None:
    """Read a compiled zone, by its name where a link tells it, since a name can be shown."""
    from zoneinfo import ZoneInfo

    _, found, name = os.path.realpath(path).rpartition(_DATABASE_FOLDER)
    if found and (zone := _named(name)):
        return zone
    try:
        with path.open("rb") as stream:
            return ZoneInfo.from_file(stream)
    except (ValueError, OSError):
        return None


def _utc() -> ZoneInfo:
    """Return UTC, made by rule where the machine has no time zone database."""
    return _named("UTC") or _from_rule("UTC0", key="UTC")


def _from_rule(rule: str, key: str | None = None) -> ZoneInfo:
    """Make a zone from a POSIX rule, by way of a zone file (RFC 9636) that holds nothing else.

    Raises ValueError when it is no such rule.
    """
    import io
    import struct
    from zoneinfo import ZoneInfo

    if not rule or "\n" in rule:
        raise ValueError(rule)
    header = b"TZif2" + bytes(15) + struct.pack(">6l", 0, 0, 0, 0, 1, 1)
    one_type = struct.pack(">lbb", 0, 0, 0) + b"\0"
    content = (header + one_type) * 2 + b"\n" + rule.encode("ascii") + b"\n"
    return ZoneInfo.from_file(io.BytesIO(content), key=key)
