"""What stands behind "scribe:" and is a credit, a field or a line of a play, and no order.

The one decision: an order begins with what is to be done. So a name, a value, a list of roles and
somebody's speech are told by how they begin and by further labels in them, while a sentence that
begins with one of the usual verbs of such orders is one even when it goes on with a list.
"""

from __future__ import annotations

import re

_VERBS = frozenset(
    """
    add alphabetise alphabetize append attach avoid begin bold break bring bullet call capitalise
    capitalize change check clarify clean collapse collect combine compress condense convert copy
    correct cover create cut date dedupe define delete describe divide do don't drop edit emphasise
    emphasize end expand explain extend fill finish fix focus fold follow format gather give go
    group highlight ignore improve include indent insert italicise italicize join keep leave let
    link list lower make mark mention merge mind move name never note number omit order paraphrase
    pin please polish prefer preserve put quote record redo reduce reference remember remove rename
    reorder reorganise reorganize rephrase replace restore restructure rewrite rework save say
    separate set shorten show shrink simplify skip sort spell split start state stay stick stop
    summarise summarize swap tabulate take tell tidy tighten title track translate trim try turn
    undo update use write
    """.split()
)
_ALSO_NAMES = frozenset({"mark", "bill", "grant", "drew"})
_NAME = r"(?:[A-Z]\.|[A-Z][a-zà-ÿ]+(?:['’-][A-Z]?[a-zà-ÿ]+)*)"
_NAMED = re.compile(
    rf"(?P<first>{_NAME})\s+(?:(?:de|da|di|van|von|der|den|la|le|of)\s+)*{_NAME}(?!\w)"
)
_ALONE = re.compile(rf"(?P<first>{_NAME})(?:\s*[(,;&/+].*|\s+and\s.*|\s*[.!]*)", re.DOTALL)
_DOES = re.compile(
    rf"(?P<first>{_NAME})\s+(?:will|shall|has|had|is|was|can|may|takes|took|writes|wrote|does)\b"
)
_VALUE = re.compile(
    r"(?:me|you|us|tbd|tba|tbc|n/?a|none|nobody|no\s+one|somebody|someone|unknown|anonymous|vacant|"
    r"true|false|null|nil|on|off|yes|no|aye|nay|offline|[-–—?]+)[\s.!]*"
    r"|(?:[@#$\d\"'“”‘’«»([{<*_|~]|\S+://|[\w-]+:\S|www\.).*",
    re.IGNORECASE | re.DOTALL,
)
_SPEECH = re.compile(
    r"(?:yes|no|aye|nay|well|oh|ah|alas|indeed|hello|hi|sire|sir|madam|sorry|thanks|thank\s+you)"
    r"\s*[,.!…]"
    r"|(?:sire|alas|forgive|behold|your\s+(?:majesty|highness|grace|honou?r|lordship|excellency))\b"
    r"|it(?:['’]s|\s+(?:is|was|has|had|will|shall))\b",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[;,|\n·•]\s*(?P<label>[^\W\d_][\w'’-]*(?:[ &/][\w'’-]+){0,2})\s*:(?:\s|$)")
_ROLES = re.compile(
    r"(?:(?:\w+[ -])?(?:editor|author|writer|reader|chair|chairman|chairwoman|chairperson|host|"
    r"translator|illustrator|timekeeper|facilitator|moderator|reviewer|narrator|producer|director|"
    r"secretary|speaker|clerk|copyist|cook|king|queen|monk|knight|soldier|priest)s?"
    r"(?:\s*(?:,|and|&|/)\s*)?)+\s*:",
    re.IGNORECASE,
)


def is_credit(label: str, text: str) -> bool:
    """Say whether what follows a label, such as "scribe", is anything but an order."""
    first = re.split(r"[\s,.;:!]", text, maxsplit=1)[0].replace("’", "'")
    is_order = first.casefold() in _VERBS
    if _VALUE.fullmatch(text) or _SPEECH.match(text) or _ROLES.match(text):
        return True
    if label.isupper() and not text.isupper():
        return True
    if found := _NAMED.match(text):
        return not is_order or found["first"].casefold() in _ALSO_NAMES
    if is_order:
        return False
    return bool(_ALONE.fullmatch(text) or _DOES.match(text) or _has_labels(text))


def _has_labels(text: str) -> bool:
    """Say whether a text goes on with further labels, as lists of roles and plays do."""
    labels = [found["label"].split()[0].casefold() for found in _LABEL.finditer(text)]
    return any(label not in _VERBS for label in labels)
