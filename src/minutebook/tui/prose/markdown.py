"""Markdown becomes a tree. The parser is markdown-it-py, which textual itself depends on.

Nothing in the text is trusted: HTML stays text, a link is a link only where its scheme is known to
be harmless, and what is nested deeper than anyone reads is not parsed at all. The name of a page of
the record is a link to it, wherever it stands in running text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from minutebook.domain.display import terminal_safe
from minutebook.tui.prose.rows import Role, Run

if TYPE_CHECKING:
    from markdown_it.token import Token

References = dict[str, dict[str, Any]]
"""Link definitions as markdown-it keeps them, by label."""

_LINK: Final = re.compile(r"(?:https?://|mailto:|minutebook:)[^\s]", re.IGNORECASE)
_BARE_LINK: Final = re.compile(r"https?://|mailto:|minutebook:", re.IGNORECASE)
_PAGE: Final = re.compile(r"\bpg_[0-9a-f]{16}\b")
"""A reference to a page, as answers and documents carry it."""
_OURS: Final = "minutebook:"
_SPECIAL: Final = re.compile(r"[\\`*_~\[\]<>&|!]|  \n|https?:|mailto:|minutebook:", re.IGNORECASE)
_DEFINITION: Final = re.compile(r" {0,3}\[[^\]]+\]:", re.MULTILINE)
_DEEPEST: Final = 60
"""Levels of nesting, two for each list, above which text is shown as it is."""
_MOST_BRACKETS: Final = 250
"""Brackets in one piece, above which looking for the links among them takes too long."""
_MARKS: Final = {"strong": Role.STRONG, "em": Role.EMPHASIS, "s": Role.STRIKE}


class TooDeepError(ValueError):
    """The text is nested too deeply to be parsed; show it without markup."""


def is_link(target: str) -> bool:
    """Tell whether `target` may be followed: the web, mail, or a reference of our own."""
    return _LINK.match(target) is not None


def is_simple(text: str) -> bool:
    """Tell whether a paragraph has no markup, so that it need not be parsed."""
    return _SPECIAL.search(text) is None


def definitions(text: str) -> References:
    """Return the link definitions in `text`."""
    if not _DEFINITION.search(text):
        return {}
    env: dict[str, Any] = {}
    try:
        _parse(text, env)
    except TooDeepError:
        return {}
    found: References = env.get("references", {})
    return dict(found)


def tree(text: str, references: References) -> SyntaxTreeNode:
    """Return the syntax tree of `text`.

    Raises:
        TooDeepError: the text is nested too deeply.
    """
    return SyntaxTreeNode(_parse(text, {"references": dict(references)}))


def inline_runs(node: SyntaxTreeNode, line_break: str) -> list[Run]:
    """Return the runs of a block's text; `line_break` stands for a single line end."""
    runs: list[Run] = []
    for child in node.children:
        if child.type == "inline":
            _collect(child.children, (), "", line_break, runs)
    return runs


def simple_runs(text: str, line_break: str) -> list[Run]:
    """Return the run of a paragraph without markup, as the parser would."""
    return [Run(line_break.join(line.strip(" ") for line in text.strip("\n").split("\n")))]


def _collect(
    nodes: Iterable[SyntaxTreeNode],
    roles: tuple[Role, ...],
    link: str,
    line_break: str,
    into: list[Run],
) -> None:
    """Append the runs of inline `nodes`."""
    for node in nodes:
        kind = node.type
        if kind == "softbreak":
            into.append(Run(line_break, roles, link))
        elif kind == "hardbreak":
            into.append(Run("\n", roles, link))
        elif kind == "link":
            href = terminal_safe(str(node.attrs.get("href", "")))
            _collect(node.children, _with(roles, Role.LINK), href, line_break, into)
        elif kind == "image":
            into.append(_image(node, roles))
        elif kind in _MARKS:
            _collect(node.children, _with(roles, _MARKS[kind]), link, line_break, into)
        elif kind == "code_inline":
            into.append(Run(_inline_text(node.content), _with(roles, Role.CODE), link))
        elif link:
            into.append(Run(_inline_text(node.content), roles, link))
        else:
            into.extend(_referring(_inline_text(node.content), roles))


def _referring(text: str, roles: tuple[Role, ...]) -> Iterator[Run]:
    """Yield text in runs, of which each name of a page is a link to it."""
    position = 0
    for found in _PAGE.finditer(text):
        if found.start() > position:
            yield Run(text[position : found.start()], roles)
        yield Run(found[0], _with(roles, Role.LINK), _OURS + found[0])
        position = found.end()
    if position < len(text) or not text:
        yield Run(text[position:], roles)


def _with(roles: tuple[Role, ...], role: Role) -> tuple[Role, ...]:
    return roles if role in roles else (*roles, role)


def _image(node: SyntaxTreeNode, roles: tuple[Role, ...]) -> Run:
    """Return the description of an image, as a link to it: a terminal shows no pictures."""
    source = terminal_safe(str(node.attrs.get("src", "")))
    described = _inline_text(node.content) or source
    return Run(f"[{described}]", _with(roles, Role.LINK), source)


def _inline_text(text: str) -> str:
    """Return text without controls or line ends: entities may have brought them back."""
    if text.isprintable():
        return text
    return terminal_safe(text).replace("\n", " ").replace("\t", " ")


def _parse(text: str, env: dict[str, Any]) -> list[Token]:
    if text.count("[") > _MOST_BRACKETS:
        raise TooDeepError
    try:
        tokens = _parser(linkify=_BARE_LINK.search(text) is not None).parse(text, env)
    except RecursionError as error:
        raise TooDeepError from error
    if any(token.level > _DEEPEST for token in tokens):
        raise TooDeepError
    return tokens


@cache
def _parser(*, linkify: bool) -> MarkdownIt:
    """Return a parser; looking for bare links costs time, so only one of the two does."""
    options = {"html": False, "linkify": linkify, "maxNesting": 2 * _DEEPEST}
    parser = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    if linkify:
        parser.enable(["linkify"])
        if parser.linkify is not None:
            parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
            parser.linkify.add("minutebook:", {"validate": re.compile(r"[\w./#=?&-]+")})
    parser.validateLink = is_link  # type: ignore[method-assign, assignment]
    return parser
