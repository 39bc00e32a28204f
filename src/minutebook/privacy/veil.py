"""What hides a text: its values first, then its people; each text is read once.

Prompts grow by their end, so that nearly all of one was hidden before: what was made of a text is
remembered, and a turn costs what is new in it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

from minutebook.privacy.redacting import Hidden, Redactor

_MOST_CHARACTERS = 8_000_000
"""Of texts that are remembered: some prompts of the largest models."""


class Naming(Protocol):
    """Puts pseudonyms in the place of names."""

    @property
    def version(self) -> int:
        """Another number whenever other people are known."""
        ...

    def hide(self, text: str) -> Hidden:
        """Return a text with pseudonyms in it."""
        ...

    def whole(self, pseudonym: str) -> str | None:
        """Return the full name of somebody; None where nobody has this pseudonym."""
        ...


def _look_nowhere() -> None:
    """Learn of nobody new."""


class Veil:
    """Hides texts. May be used by several threads."""

    def __init__(
        self,
        redactor: Redactor,
        naming: Naming | None = None,
        *,
        look: Callable[[], None] = _look_nowhere,
        most: int = _MOST_CHARACTERS,
    ) -> None:
        """Remember texts of `most` characters at most; `look` takes up who is to be named."""
        self.look = look
        self._most = most
        self._redactor = redactor
        self._naming = naming
        self._known: OrderedDict[str, Hidden] = OrderedDict()
        self._characters = 0
        self._version = 0
        self._lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        """Whether nothing is to be hidden."""
        return self._naming is None and not self._redactor.kinds

    @property
    def looks(self) -> bool:
        """Whether people are hidden, and are looked for before each request."""
        return self._naming is not None

    def whole(self, placeholder: str, otherwise: str) -> str:
        """Return what a placeholder stands for that stood for several forms of it."""
        found = None if self._naming is None else self._naming.whole(placeholder)
        return otherwise if found is None else found

    def unread(self, text: str) -> int:
        """Return how many characters would have to be read to hide a text."""
        return 0 if text in self._known else len(text)

    def hide(self, text: str) -> Hidden:
        """Return a text with its values and people hidden."""
        if not text or self.is_open:
            return Hidden(text=text)
        version = 0 if self._naming is None else self._naming.version
        with self._lock:
            if version != self._version:
                self._forget(version)
            if (known := self._known.get(text)) is not None:
                self._known.move_to_end(text)
                return known
        hidden = self._hidden(text)
        self._remember(text, hidden, version)
        return hidden

    def _hidden(self, text: str) -> Hidden:
        hidden = self._redactor.hide(text)
        if self._naming is None:
            return hidden
        named = self._naming.hide(hidden.text)
        return Hidden(text=named.text, values={**hidden.values, **named.values})

    def _remember(self, text: str, hidden: Hidden, version: int) -> None:
        with self._lock:
            if version != self._version or text in self._known or len(text) > self._most:
                return
            self._known[text] = hidden
            self._characters += len(text)
            while self._characters > self._most:
                left, _ = self._known.popitem(last=False)
                self._characters -= len(left)

    def _forget(self, version: int) -> None:
        self._known.clear()
        self._characters = 0
        self._version = version
