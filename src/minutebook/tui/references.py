"""References of a model as a transcript shows them: a page as a link, the rest as a small sign.

The text of a turn stays as it is; this is how it looks. A link has the label of its page where that
is known, else its id, as while the reply comes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from minutebook.domain.display import one_line, shortened
from minutebook.domain.markers import Marker, MarkerKind, MarkerScanner, markers, shown
from minutebook.domain.turns import OFFLINE, Origin, Role, Turn

_PAGE: Final = re.compile(r"pg_[0-9a-f]{4,64}")
_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>()|!~&@:])")
_LABEL: Final = 40
_SIGNS: Final = {
    MarkerKind.IMPORTANT: "※",
    MarkerKind.IMPORTANCE: "※",
    MarkerKind.EPHEMERAL: "◌",
}


def is_marked(turn: Turn) -> bool:
    """Say whether markers count in a turn: a model said it here."""
    is_reply = turn.role is Role.ASSISTANT and turn.author != OFFLINE
    return is_reply and turn.origin is Origin.LIVE and "@@" in turn.content.text


def pages_in(text: str) -> tuple[str, ...]:
    """Return the ids of the pages that a reply refers to."""
    named = [each for marker in markers(text) for each in marker.arguments]
    return tuple(dict.fromkeys(each for each in named if _PAGE.fullmatch(each)))


def with_signs(text: str, labels: Mapping[str, str]) -> str:
    """Return a reply as it is shown."""
    return shown(text, lambda marker: sign(marker, labels))


def sign(marker: Marker, labels: Mapping[str, str]) -> str:
    """Return how a marker is shown, as Markdown."""
    if marker.kind in _SIGNS:
        return _SIGNS[marker.kind]
    if marker.kind is MarkerKind.UNREF:
        return "".join(f"−{_link(page, labels)}" for page in marker.arguments) or "−▤"
    if marker.words:
        return f"▤ “{link_text(marker.words)}”"
    return ", ".join(_link(page, labels) for page in marker.arguments)


class SignedText:
    """A reply that comes in pieces, as it is shown: never half a marker."""

    def __init__(self) -> None:
        self._scanner = MarkerScanner()

    def feed(self, text: str) -> str:
        """Take a piece; return what of it can be shown."""
        return self._shown(self._scanner.feed(text))

    def finish(self) -> str:
        """Return what was held back."""
        return self._shown(self._scanner.finish())

    @staticmethod
    def _shown(found: list[str | Marker]) -> str:
        return "".join(each if isinstance(each, str) else sign(each, {}) for each in found)


def _link(page: str, labels: Mapping[str, str]) -> str:
    if _PAGE.fullmatch(page) is None:
        return f"▤ {link_text(page)}"
    return f"[▤ {link_text(labels.get(page) or page)}](minutebook:{page})"


def link_text(text: str) -> str:
    """Return words that Markdown shows as they are, short enough for a link."""
    return _SPECIAL.sub(r"\\\1", shortened(one_line(text), _LABEL))
