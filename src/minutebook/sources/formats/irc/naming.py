"""Network, channel and day of a log, from the names of its file and folders.

2013/01/13/#ubuntu.txt   #qtox_20161029.log.txt   irc.libera.#zig.weechatlog
libera/#zig/2024-01-31.log   fluid-work/2014/fluid-work-2014-01-12.log   2017/10-08.txt
#zig.weechatlog.1   #zig.log-20240131   irc/2024-01-31.log.2

What rotates logs counts them behind their names; that is no part of the name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from minutebook.sources.source import Source

_ENDING = re.compile(r"\.(?:log|txt|weechatlog|irc|raw|ascii|utf8|md)$", re.IGNORECASE)
_ROTATED = re.compile(
    r"(?P<name>\.(?:log|txt|weechatlog|irc|raw|ascii|utf8|md))(?:[.-]\d{1,3}|[.-](?:old|bak))+$",
    re.IGNORECASE,
)
_DATE = re.compile(r"[-_. ]?(?<!\d)((?:19|20)\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)(?:_\d\d(?!\d))?")
_DATE_ALONE = re.compile(r"(?:\d{4}[-_.]?)?\d\d?[-_.]?\d\d?|\d{4}")
_IN_PATH = re.compile(r"(?:^|/)((?:19|20)\d\d)[-/](\d{1,2})[-/](\d{1,2})(?!\d)")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_CHANNEL = re.compile(r"[#&][^\s,/\\]*[^\s,/\\#&.][^\s,/\\]*")
_NETWORKS = re.compile(
    r"(?:free|quake|under|dal|ef|irc|gimp|open|undernet|ef|snoo|geek|spot|slash|after|gamesurge|"
    r"brasirc|chat|esper|hack|moz)net|(?:irc[._-]?)?(?:freenode|libera(?:[._-]?chat)?|oftc|efnet|ircnet"
    r"|quakenet|undernet|dalnet|rizon|snoonet|gimpnet|gnome|mozilla|hackint|esper(?:net)?|w3c|tilde"
    r"|irchighway|geekshed|slashnet|swiftirc|undernet|bitlbee|twitch|synirc|p2p-network|abjects)",
    re.IGNORECASE,
)
_TOP_DOMAINS = frozenset({"net", "org", "com", "chat", "io", "de", "fr", "uk", "fi"})
_GENERIC = re.compile(
    r"(?:irc|chat|channel)?[-_]?logs?|irc|data|chats?|raw|txt|text|archives?|backup|downloads"
    r"|documents|desktop|tmp|temp|home|root|users?|var|mnt|media|imports?|exports?|corpus|train|dev"
    r"|test|src|input|inbox|daily|days|channels?|moddata|weechat|irssi|znc|hexchat|xchat|mirc|old|new",
    re.IGNORECASE,
)
_OF_CHATS = re.compile(
    r"(?:irc|chat|channel)?[-_]?logs?|irc|chats?|archives?|daily|days|channels?|moddata|weechat"
    r"|irssi|znc|hexchat|xchat|mirc",
    re.IGNORECASE,
)
"""Folders that say what is in them, but not of whom."""
_MENTION = re.compile(
    r"(?:has joined|joined|Now talking (?:in|on)|Session Ident:|Join to|[Tt]opic (?:for|of)"
    r"|has left|left|Created|Channel|Mode) (?P<channel>[#&][^\s,:\])]{1,60})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Where a conversation took place."""

    name: str
    network: str = ""

    @property
    def native_id(self) -> str:
        """The name that does not depend on how it was typed."""
        folded = fold_case(self.name)
        return f"{fold_case(self.network)}/{folded}" if self.network else folded


_FOLDED = str.maketrans("[]\\~", "{}|^")


def fold_case(name: str) -> str:
    """Fold a channel's name as servers do (RFC 1459: `{}|^` are the lower case of `[]\\~`)."""
    return name.lower().translate(_FOLDED)


def bare_stem(source: Source) -> str:
    """Return the file's name without its endings, of which there may be several."""
    return _without_endings(source.name)


def _without_endings(name: str) -> str:
    name = _ROTATED.sub(r"\g<name>", name)
    while _ENDING.search(name):
        name = _ENDING.sub("", name)
    return name


def _undated(stem: str) -> str:
    """Return a name without its date, which may stand behind an ending."""
    return _without_endings(_DATE.sub("", stem))


def day_in_names(source: Source) -> date | None:
    """Find the day in the name of the file, or in its folders and name together."""
    stem = bare_stem(source)
    path = "/".join((*source.folders, stem))
    for found in (_DATE.search(stem), _IN_PATH.search(path)):
        if found is not None:
            try:
                return date(int(found[1]), int(found[2]), int(found[3]))
            except ValueError:
                continue
    return None


def year_in_names(source: Source) -> int | None:
    """Find the year, when there is no more."""
    for name in (bare_stem(source), *reversed(source.folders)):
        if (found := _YEAR.search(name)) is not None:
            return int(found[1])
    return None


def channel_in_names(source: Source) -> Channel | None:
    """Find the channel in the name of the file, or in its folders."""
    stem = bare_stem(source)
    whole = _undated(stem)
    if (found := _CHANNEL.search(whole)) is not None:
        name, network = _split_suffix(found[0].rstrip("-_. "))
        network = network or _network_before(whole[: found.start()]) or _network_of(source, 1)
        return Channel(name=name, network=network)
    for depth, folder in enumerate(reversed(source.folders), start=1):
        if folder.startswith(("#", "&")) and len(folder) > 1:
            is_near = depth == 1 and bool(_DATE_ALONE.fullmatch(stem))
            return Channel(name=folder, network=_network_of(source, depth + 1, is_near=is_near))
    return None


def group_in_names(source: Source) -> Channel | None:
    """Find what files of one day each have in common: the name before the date, or the folder."""
    stem = bare_stem(source)
    rest = _undated(stem).strip("-_. ")
    if _DATE_ALONE.fullmatch(rest) or not rest:
        return _folder_of_days(source)
    if rest == stem or _GENERIC.fullmatch(rest):
        return None
    return Channel(name=rest)


def channel_in_line(text: str) -> Channel | None:
    """Find the channel that a line of the log speaks of as its own."""
    found = _MENTION.search(text)
    return None if found is None else Channel(name=found["channel"].rstrip(".'\""))


def _folder_of_days(source: Source) -> Channel | None:
    """Name the folder of days; one that is called `irc` is that of the folder it lies in."""
    for depth, folder in enumerate(reversed(source.folders), start=1):
        if _DATE_ALONE.fullmatch(folder):
            continue
        if not _GENERIC.fullmatch(folder):
            return Channel(name=folder)
        is_at_home = len(source.folders) > depth and _OF_CHATS.fullmatch(folder)
        if not is_at_home or day_in_names(source) is None:
            return None
        return Channel(name=folder, network=source.folders[-depth - 1])
    return None


def _split_suffix(name: str) -> tuple[str, str]:
    """Split `#channel.Network`, as mIRC writes it, if it is a network that we know."""
    front, mark, last = name.rpartition(".")
    is_network = mark and _NETWORKS.fullmatch(last)
    return (front, last) if is_network and len(front) > 1 else (name, "")


def _network_before(prefix: str) -> str:
    """Find the network in what stands before the channel: `irc.libera.`, `me_freenode_`."""
    parts = [part for part in re.split(r"[-_. ]+", prefix) if part]
    if parts and parts[-1].lower() in _TOP_DOMAINS and len(parts) > 1:
        parts.pop()
    return parts[-1] if parts and not _GENERIC.fullmatch(parts[-1]) else ""


def _network_of(source: Source, depth: int, *, is_near: bool = False) -> str:
    """Find the network in the folder at this depth: behind `networks`, known, or as ZNC has it."""
    folders = source.folders
    if "networks" in folders[:-1]:
        return folders[folders.index("networks") + 1]
    if len(folders) < depth:
        return ""
    folder = folders[-depth]
    is_dated = _DATE_ALONE.fullmatch(folder) or _GENERIC.fullmatch(folder)
    is_known = _NETWORKS.fullmatch(folder) or (is_near and not is_dated)
    return folder if is_known else ""
