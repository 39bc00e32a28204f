"""Which turns are looked through: `author:ana before:2025-01` as a person types it.

A filter that makes no sense is no error: it is words like any other, since nothing that can be
typed is wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from minutebook.domain.turns import Role

_MOMENT = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2})(?:[T ](?P<hour>\d{1,2})"
    r"(?::(?P<minute>\d{2}))?)?)?)?"
)
_STEPS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_ROLES = {role.value: (role,) for role in Role} | {
    "model": (Role.ASSISTANT,),
    "me": (Role.USER,),
    "human": (Role.USER, Role.PERSON),
}
_SAME = {"by": "author", "from": "author", "conversation": "in", "since": "after"}
_KINDS = {"tools": "tools", "tool": "tools", "attachments": "attachments", "files": "attachments"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which turns are looked through: those for which all of it holds. By default, all."""

    conversation: str = ""
    """Id of the only conversation."""
    titles: tuple[str, ...] = ()
    """Each is a part of the conversation's title, or the beginning of its id."""
    authors: tuple[str, ...] = ()
    """The beginning of a word of the speaker's name: any of them."""
    roles: tuple[Role, ...] = ()
    sources: tuple[str, ...] = ()
    page: str = ""
    since: datetime | None = None
    """Said then or later."""
    until: datetime | None = None
    """Said before."""
    is_pinned: bool = False
    """Only turns that are pinned, or lie in pages that are."""
    has: frozenset[str] = frozenset()
    """`tools`, `attachments`."""

    @property
    def is_open(self) -> bool:
        """Whether everything is looked through."""
        return self == ALL

    def and_(self, more: Filters) -> Filters:
        """Return both put together; where only one can hold, it is the other's."""
        since = max((each for each in (self.since, more.since) if each), default=None)
        until = min((each for each in (self.until, more.until) if each), default=None)
        return Filters(
            conversation=more.conversation or self.conversation,
            titles=self.titles + more.titles,
            authors=self.authors + more.authors,
            roles=self.roles + more.roles,
            sources=self.sources + more.sources,
            page=more.page or self.page,
            since=since,
            until=until,
            is_pinned=self.is_pinned or more.is_pinned,
            has=self.has | more.has,
        )


ALL = Filters()
"""Everything is looked through."""


def read(name: str, value: str, zone: tzinfo) -> Filters | None:
    """Return what one filter stands for; None when it is none."""
    name, value = name.casefold(), value.strip()
    name = _SAME.get(name, name)
    if not value:
        return None
    match name:
        case "author":
            return replace(ALL, authors=(value,))
        case "in":
            return replace(ALL, titles=(value,))
        case "source":
            return replace(ALL, sources=(value.casefold(),))
        case "page":
            return replace(ALL, page=value)
        case "before" | "after" | "on":
            return _time(name, value, zone)
        case _:
            return _choice(name, value.casefold())


def _choice(name: str, value: str) -> Filters | None:
    if name == "role" and value in _ROLES:
        return replace(ALL, roles=_ROLES[value])
    if name == "is" and value == "pinned":
        return replace(ALL, is_pinned=True)
    if name == "has" and value in _KINDS:
        return replace(ALL, has=frozenset({_KINDS[value]}))
    return None


def _time(name: str, value: str, zone: tzinfo) -> Filters | None:
    span = span_of(value, zone)
    if span is None:
        return None
    first, behind = span
    if name == "before":
        return replace(ALL, until=first)
    return replace(ALL, since=first, until=behind if name == "on" else None)


def span_of(value: str, zone: tzinfo) -> tuple[datetime, datetime] | None:
    """Return the beginning of a year, month, day, hour or minute, and of the one behind it, in UTC.

    None when it is no time: `2025`, `2025-01`, `2025-01-31`, `2025-01-31T12`, `2025-01-31T12:30`.
    """
    match = _MOMENT.fullmatch(value)
    if match is None:
        return None
    given = {name: int(part) for name, part in match.groupdict().items() if part is not None}
    try:
        first = datetime(**{"month": 1, "day": 1} | given, tzinfo=zone)
        return first.astimezone(UTC), _behind(first, given).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _behind(first: datetime, given: dict[str, int]) -> datetime:
    for name, step in _STEPS.items():
        if name in given:
            return first + step
    if "month" in given and first.month < 12:
        return first.replace(month=first.month + 1)
    return first.replace(year=first.year + 1, month=1)
