"""What a person asks of the scribe in the chat, in plain language.

The one decision: only a message that is a command as a whole counts, from its first word to its
last. A sentence that mentions the scribe, a document, starting or stopping is talk, and talk is
never obeyed: a missed command costs a second try, a false one costs a document.

    scribe: keep the dates in ISO          /scribe edit keep the dates in ISO
    tell the scribe to …                   ask the scribe to …
    start the scribe                       stop the scribe
    start the scribe about "the ferry"     /scribe start the ferry
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from minutebook.domain.display import one_line
from minutebook.scribe.credits import is_credit

MAX_COMMAND = 2_000
"""A longer message is no command."""
_MAX_TITLE = 120


class Wish(StrEnum):
    """What is wanted."""

    START = "start"
    STOP = "stop"
    EDIT = "edit"
    STYLE = "style"
    STATUS = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A command to the scribe."""

    wish: Wish
    text: str = ""
    """The instruction, the title, or the name of the style."""
    is_rewrite: bool = False
    """Whether the instruction is about the whole document, and must be confirmed."""


_POLITE = r"(?:(?:please|pls|ok|okay|hey)[,!]?\s+)*"
_END = r"(?:[,]?\s+(?:please|pls|now|thanks|thank\s+you))*\s*[.!]*"
_SCRIBE = r"(?:the\s+|my\s+|our\s+)?scribe"
_START = re.compile(
    rf"{_POLITE}(?:start|begin|activate|enable|resume|turn\s+on|switch\s+on)\s+{_SCRIBE}"
    rf"(?:\s+(?:about|on|titled|called|named)\s+(?P<title>\S+(?:\s+\S+){{0,7}}?))?{_END}",
    re.IGNORECASE,
)
_STOP = re.compile(
    rf"{_POLITE}(?:stop|pause|disable|deactivate|turn\s+off|switch\s+off)\s+{_SCRIBE}{_END}",
    re.IGNORECASE,
)
_TURN = re.compile(rf"{_POLITE}(?:turn|switch)\s+{_SCRIBE}\s+(?P<way>on|off){_END}", re.IGNORECASE)
_TELL = re.compile(
    rf"{_POLITE}(?:tell|ask|instruct|direct)\s+{_SCRIBE}\s+to\s+(?P<text>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_ADDRESS = re.compile(r"(?P<label>scribe)\s*[:,]\s*(?P<text>\S.*)", re.IGNORECASE | re.DOTALL)
_SLASH = re.compile(r"/scribe(?:\s+(?P<verb>\w+)(?:\s+(?P<text>\S.*))?)?", re.DOTALL)
_WHOLE = (
    r"(?:the\s+|this\s+|my\s+|our\s+)?(?:whole\s+|entire\s+|full\s+)?"
    r"(?:document|doc|text|story|thing|it|everything|all\s+of\s+it)"
)
_REWRITE = re.compile(
    rf"(?:please\s+)?(?:(?:completely|entirely|fully)\s+)?"
    rf"(?:rewrite|rework|redo|restructure|reorgani[sz]e|rephrase|translate|"
    rf"start\s+over|start\s+(?:again|anew|afresh)|begin\s+(?:again|anew|afresh))"
    rf"(?:\s+{_WHOLE}\b.*|\s+(?:in|as|from|into|to|with)\b.*|[\s.!]*)",
    re.IGNORECASE | re.DOTALL,
)
_QUESTION = re.compile(r"\?\s*$")
_TALK = re.compile(
    r"(?:to\s+)?(?:what|why|who|whom|whose|which|when|where|whether|"
    r"how\s+(?:is|was|are|were|do|does|did|come)|"
    r"is|was|are|were|does|did|has|had|would|will|might|should)\b"
    r"|(?:a|an|the|this|that|his|her|their|he|she|they|i|we|my|noun|verb|dinner|lunch|heaven|hell)\b",
    re.IGNORECASE,
)
"""How no order begins: with a question, or with what is named and not done."""
_SAID = r"(?:said|says|asked|asks|cried|shouted|whispered|wrote|replied|answered|muttered|ordered)"
_TOLD = re.compile(
    rf"[,!\"”’]\s*(?:he|she|they|i|we|(?:the\s+)?\w+)\s+{_SAID}\b"
    rf"|[,!\"”’]\s*{_SAID}\s+(?:he|she|they|i|we|the)\b"
    r"|\b(?:is|was)\s+(?:what\s+(?:he|she|they|i|we|you)|(?:my|his|her|their|our)\s+first)\b",
    re.IGNORECASE,
)
"""How a story goes on when an order was somebody's words in it."""


def recognise(text: str) -> Intent | None:
    """Return the command that a message is; None when it is anything else."""
    said = text.strip()
    if not said or len(said) > MAX_COMMAND or "`" in said:
        return None
    if said.startswith("/"):
        return _slash(said)
    if _QUESTION.search(said):
        return None
    return _switch(said) or _addressed(said)


def is_rewrite(instruction: str) -> bool:
    """Say whether an instruction is about the whole document."""
    return bool(_REWRITE.fullmatch(instruction.strip()))


def _switch(said: str) -> Intent | None:
    if found := _START.fullmatch(said):
        return Intent(wish=Wish.START, text=_title(found["title"] or ""))
    if _STOP.fullmatch(said):
        return Intent(wish=Wish.STOP)
    if found := _TURN.fullmatch(said):
        return Intent(wish=Wish.START if found["way"].lower() == "on" else Wish.STOP)
    return None


def _addressed(said: str) -> Intent | None:
    named = _ADDRESS.fullmatch(said)
    found = named or _TELL.fullmatch(said)
    if not found or _TALK.match(found["text"]) or _TOLD.search(found["text"]):
        return None
    if named and is_credit(named["label"], named["text"]):
        return None
    return _edit(found["text"])


def _slash(said: str) -> Intent | None:
    found = _SLASH.fullmatch(said)
    if not found:
        return None
    verb, text = (found["verb"] or Wish.STATUS).lower(), (found["text"] or "").strip()
    match verb:
        case "start" | "on":
            return Intent(wish=Wish.START, text=_title(text))
        case "stop" | "off" | "pause" if not text:
            return Intent(wish=Wish.STOP)
        case "status" if not text:
            return Intent(wish=Wish.STATUS)
        case "style" if text:
            return Intent(wish=Wish.STYLE, text=one_line(text).casefold())
        case "edit" | "tell" if text:
            return _edit(text)
    return None


def _edit(text: str) -> Intent:
    instruction = text.strip()
    return Intent(wish=Wish.EDIT, text=instruction, is_rewrite=is_rewrite(instruction))


def _title(text: str) -> str:
    return one_line(text).strip(" \"'“”‘’.!")[:_MAX_TITLE].strip()
