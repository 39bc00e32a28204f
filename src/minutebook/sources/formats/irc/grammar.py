"""What one line of an IRC log says.

    [12:34] <nick> text        12:34 <@nick> text         2021-01-02T12:34:56  <nick> text
    Jan 02 12:34:56 <nick>     [15 Jan 00:53] <nick!user@host> +text
    2021-01-02 12:34:56 TAB nick TAB text        [Saturday 02 January 2021] [12:34:56] <nick> text

A line is read on its own, whatever the client: files mix forms when somebody changed the client.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from minutebook.sources.formats.irc.days import find_day


class Kind(StrEnum):
    """What a line is."""

    MESSAGE = "message"
    ACTION = "action"
    NOTICE = "notice"
    EVENT = "event"
    """Joins, parts, nicks, modes, topics: nobody's words."""
    DAY = "day"
    """Says which day it is, or that logging begins or ends: not a turn."""
    OTHER = "other"
    """Has a time, and nothing else that is known."""


class LogLine(NamedTuple):
    """A line, taken apart."""

    kind: Kind
    stamp: str
    """Date and time as written; empty when the line has none."""
    date: str
    """The date part, if there is one."""
    clock: str
    zone: str
    nick: str
    text: str


_ISO_DATE = r"\d{4}[-/.]\d\d[-/.]\d\d"
_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?"
_MODES = r"[~&@%+!*. ]{0,3}"
_MESSAGE = re.compile(
    rf"[\[(]?((?:({_ISO_DATE})[T ])?({_CLOCK}))[\])]?[ \t]{{0,3}}"
    rf"<{_MODES}([^\s<>]{{1,64}}) ?>[ \t]?"
)
_STAMP = re.compile(
    rf"[\[(]?(?P<stamp>(?:(?P<date>{_ISO_DATE})[T ,]{{1,2}}"
    r"|(?P<day>\d{1,2} [A-Z][a-z]{2}|[A-Z][a-z]{2} [ \d]?\d) )?"
    rf"(?P<clock>{_CLOCK})(?:[.,]\d{{1,6}})?(?P<zone>Z|[+-]\d\d:?\d\d)?)[\])]?(?P<gap>[ \t]{{0,4}})"
)
_SPEECH = re.compile(rf"<{_MODES}(?P<nick>[^\s<>]{{1,64}}) ?>[ \t]?")
_ACTION = re.compile(r"\*[ \t]+(?P<nick>[^\s<>*]{1,64})(?:[ \t]+|$)")
_NOTICE = re.compile(r"-(?P<nick>[^\s<>:\-][^\s<>:]{0,80}?)(?:[/(:][^\s]{0,120})?-[ \t]")
_MARKED = re.compile(r"(?:\*{2,4}|-!-|-->|<--|===|---|--|==>|<==|→|←|⇐|↔|!)[ \t]+(?!\d+:\d\d)")
"""Not the arrow between two times, as subtitles have it."""
_DAY = re.compile(
    r"(?:--- (?:Log (?:opened|closed)|Day changed)\b|\*{4} (?:BEGIN|ENDING) LOGGING AT\b"
    r"|Session (?:Start|Time|Close|Ident)\b)",
    re.IGNORECASE,
)
_DAY_MARK = re.compile(r"(?:-{3}|\*{4}|#{3}) [^\W\d_]")
_STAMPED_DAY = re.compile(r"--- (?:[^\W\d_]{2,4}\.? [^\W\d_]{3,9}\.? +\d{1,2}|\d{4}-\d\d-\d\d)\b")
_HAPPENING = re.compile(
    r"(?:has )?(?:joined|left|parted) (?:the channel$|[#&]\S+)|has quit(?:$| [(\[])"
    r"|is now known as \S+$|sets? mode:? |(?:has )?change[ds]? (?:the )?topic (?:of \S+ )?to"
    r"|(?:was|has been) kicked |\(\S+@\S+\) has (?:joined|left)|quit \(\S+@"
    r"|(?:gives|removes) (?:channel operator|voice) "
)
_TOLD_ACTION = re.compile(r"(?:Action: |[•—] )(?P<nick>[^\s<>*:]{1,64}):? ")
_TOLD = re.compile(
    r"Nick change: \S+ -> \S+$|\S{1,64}: mode change '|Topic changed on [#&]"
    r"|\S{1,64} (?:\(\S+@\S+\) )?(?:joined [#&]|left [#&]|left irc:|got netsplit|kicked from [#&])"
)
"""As bots of the Eggdrop family tell it."""
_NARRATED = re.compile(
    r"\*[ \t]+(?:Joins|Parts|Quits|Kicks|Topic|Now talking|Rejoined|Disconnected|Attempting|Set by"
    r"|Retrieving|Channel|Users on|Mode)\b"
)
_COLUMNS = re.compile(
    r"((\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d))\t[~&@%+!]{0,2}"
    r"((?:[^\W\d]|[\[\]\\`^{}|_])[^\s<>,:;]{0,63})\t"
)
_DAY_THEN_CLOCK = re.compile(
    rf"\[([^\[\]\d]{{0,16}}\d{{1,2}} [^\W\d_]{{3,12}} \d{{4}})\] \[({_CLOCK})\]"
)
_SIGNED = re.compile(r"[+-]")
_TAB_MARKS = frozenset({"-->", "<--", "--", "---", "-!-", "=!=", "***", ""})


def read_line(text: str) -> LogLine | None:
    """Take a line apart; None when it is not one of an IRC log."""
    found = _MESSAGE.match(text)
    if found is not None:
        stamp, date, clock, nick = found.groups()
        said = text[found.end() :]
        if "!" in nick:
            nick, said = _without_host(nick, said)
        return LogLine(Kind.MESSAGE, stamp, date or "", clock, "", nick, said)
    found = _COLUMNS.match(text) if text[19:20] == "\t" else None
    if found is not None:
        stamp, date, clock, nick = found.groups()
        return LogLine(Kind.MESSAGE, stamp, date, clock, "", nick, text[found.end() :])
    found = _STAMP.match(text)
    if found is None:
        return _with_written_day(text) or _unstamped(text)
    stamp, date, day, clock, zone, gap = found.group("stamp", "date", "day", "clock", "zone", "gap")
    kind, nick, said = _body(text[found.end() :], gap)
    return LogLine(kind, stamp, date or day or "", clock, zone or "", nick, said)


def _with_written_day(text: str) -> LogLine | None:
    """Read a line that writes its day out, in brackets of its own."""
    found = _DAY_THEN_CLOCK.match(text) if text.startswith("[") else None
    day = find_day(found[1]) if found is not None else None
    if found is None or day is None:
        return None
    return read_line(f"[{day} {found[2]}]{text[found.end() :]}")


def _unstamped(text: str) -> LogLine | None:
    if _DAY.match(text) or (_DAY_MARK.match(text) and find_day(text) is not None):
        return LogLine(Kind.DAY, "", "", "", "", "", text)
    if text.startswith(("=== ", "*** ", "-!- ")):
        return LogLine(Kind.EVENT, "", "", "", "", "", text[4:])
    found = _SPEECH.match(text)
    if found is not None:
        return LogLine(Kind.MESSAGE, "", "", "", "", found["nick"], text[found.end() :])
    return None


def _body(body: str, gap: str) -> tuple[Kind, str, str]:
    """Read what follows the time: kind, nick and text."""
    if gap == "\t" and "\t" in body[:80]:
        return _columns(*body.split("\t", 1))
    found = _SPEECH.match(body)
    if found is not None:
        return Kind.MESSAGE, *_without_host(found["nick"], body[found.end() :])
    if _STAMPED_DAY.match(body):
        return Kind.DAY, "", body
    if body.startswith("*") and (found := _ACTION.match(body)) is not None:
        return _action(body, found)
    if (found := _MARKED.match(body)) is not None:
        return Kind.EVENT, "", body[found.end() :]
    if (found := _NOTICE.match(body)) is not None:
        return Kind.NOTICE, found["nick"], body[found.end() :]
    if (found := _TOLD_ACTION.match(body)) is not None:
        return Kind.ACTION, found["nick"], body[found.end() :]
    if _TOLD.match(body):
        return Kind.EVENT, "", body
    return Kind.OTHER, "", body


def _action(body: str, found: re.Match[str]) -> tuple[Kind, str, str]:
    said = body[found.end() :]
    if _NARRATED.match(body) or _HAPPENING.match(said):
        return Kind.EVENT, "", body.lstrip("* \t")
    return Kind.ACTION, found["nick"], said


def _columns(nick: str, text: str) -> tuple[Kind, str, str]:
    """Read the two columns behind the time that WeeChat writes, when they are not a message."""
    bare = nick.strip()
    if bare == "*":
        who, _, said = text.partition(" ")
        return Kind.ACTION, who, said
    if bare in _TAB_MARKS:
        return Kind.EVENT, "", text
    return Kind.OTHER, "", f"{nick}\t{text}"


def _without_host(nick: str, said: str) -> tuple[str, str]:
    """Cut `nick!user@host`; a log with hosts marks identified users before the text, `+` or `-`."""
    bare, mark, host = nick.partition("!")
    if not mark or not bare or "@" not in host:
        return nick, said
    return bare, said[1:] if _SIGNED.match(said) else said
