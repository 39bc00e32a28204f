"""How numbers, times and places are put into words on the screen.

Times are shown in the reader's own zone, as short as the distance allows.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from minutebook import wording
from minutebook.domain.display import one_line

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

_CENT = 0.01
_ELLIPSIS = "…"
_WEEK = 7
_HALF_A_YEAR = 180
_SOURCE_NAMES = {
    "minutebook": "here",
    "aider": "aider",
    "anthropic_messages": "Anthropic",
    "chatgpt": "ChatGPT",
    "claude_code": "Claude Code",
    "irc": "IRC",
    "openai_messages": "OpenAI",
    "sharegpt": "ShareGPT",
    "transcript": "a transcript",
    "whatsapp": "WhatsApp",
}


plural = wording.plural


def dollars(amount: float | Decimal) -> str:
    """Return `$0.42`, with as many digits as a small amount needs to be one."""
    if 0 < amount < _CENT:
        return f"${amount:.4f}"
    return f"${amount:,.2f}"


def short_time(moment: datetime | None, now: datetime) -> str:
    """Return `14:02` today, `Tue` this week, `3 Feb` this year, else the year."""
    if moment is None:
        return ""
    local, today = moment.astimezone(), now.astimezone()
    days = (today.date() - local.date()).days
    if days == 0:
        return f"{local:%H:%M}"
    if 0 < days < _WEEK:
        return f"{local:%a}"
    if local.year == today.year or 0 <= days < _HALF_A_YEAR:
        return f"{local.day} {local:%b}"
    return f"{local:%Y}"


def turn_time(moment: datetime | None, now: datetime) -> str:
    """Return the time of a turn: `14:02` today, else with its date."""
    if moment is None:
        return ""
    local, today = moment.astimezone(), now.astimezone()
    if local.date() == today.date():
        return f"{local:%H:%M}"
    if local.year == today.year:
        return f"{local.day} {local:%b %H:%M}"
    return f"{local.day} {local:%b %Y %H:%M}"


def source_name(kind: str) -> str:
    """Return the name of a source kind for people."""
    return _SOURCE_NAMES.get(kind.replace("-", "_"), one_line(kind))


def short_path(path: str, room: int) -> str:
    """Return a path with the home folder as `~`, its beginning cut when there is no room."""
    shown = one_line(path)
    home = str(Path.home())
    if shown == home or shown.startswith(home + "/"):
        shown = "~" + shown[len(home) :]
    if len(shown) <= room:
        return shown
    return _ELLIPSIS + shown[len(shown) - room + 1 :]
