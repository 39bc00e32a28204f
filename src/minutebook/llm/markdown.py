"""Plain text as Markdown that shows it and is nothing else.

Speakers' words become part of documents. Escaped, they cannot make emphasis, code, links, images,
HTML or headings of their own. The one decision: only what could have a meaning is escaped, so that
a document stays readable as plain text, and `unescape` gives back exactly what was there.
"""

from __future__ import annotations

import re
from typing import Final

_MEANS_SOMETHING: Final = re.compile(
    r"\\(?=[!-/:-@\[-`{-~]|$)"  # a backslash that would escape, or break the line
    r"|[`\[]"
    r"|\*(?=\S)|(?<=\S)\*"
    r"|(?<![^\W_])_|_(?![^\W_])"  # inside of a word it is only an underscore
    r"|~(?=~)|(?<=~)~"
    r"|<(?=[A-Za-z/!?])"
    r"|&(?=#?\w+;)"
    r"|(?:^|(?<=\s))#(?=#*\s*$)"  # would close a heading
)
_ESCAPED: Final = re.compile(r"\\([!-/:-@\[-`{-~])")


def escape(text: str) -> str:
    """Return Markdown that shows one line of plain text as it stands, where no line begins."""
    return _MEANS_SOMETHING.sub(r"\\\g<0>", text)


def unescape(markdown: str) -> str:
    """Return the plain text of one line of Markdown that `escape` wrote."""
    return _ESCAPED.sub(r"\1", markdown)
