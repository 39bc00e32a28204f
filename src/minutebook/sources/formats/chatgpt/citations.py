"""What a reply refers to: marks of private-use characters become titles with their addresses.

A mark is `U+E200 kind U+E202 fields U+E201`. The references of a message name the mark that each
belongs to. A mark of a person or a place holds its words itself; what nothing tells of goes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from minutebook.domain.display import one_line
from minutebook.domain.turns import Content
from minutebook.sources.formats.json.values import (
    JsonObject,
    as_list,
    as_object,
    objects,
    text_at,
)

_MARK: Final = re.compile("( ?)(\ue200([^\ue201\ue202]*)(?:\ue202([^\ue201]*))?\ue201)")
_SPAN_ENDS: Final = re.compile("[\ue203\ue204]")
_MOST: Final = 20
"""Addresses of one mark that are told."""


def with_citations(said: Content, message: JsonObject) -> Content:
    """Return what a message says with its marks in words."""
    if "\ue200" not in said.text and "\ue203" not in said.text:
        return said
    listed = objects(as_list(as_object(message.get("metadata")).get("content_references")))
    told = {text_at(each, "matched_text"): _told(each) for each in reversed(list(listed))}
    text = _MARK.sub(lambda found: _written(found, told), said.text)
    return replace(said, text=_SPAN_ENDS.sub("", text))


def _written(found: re.Match[str], told: Mapping[str, str]) -> str:
    space, mark, kind, fields = found.groups()
    words = told.get(mark, "") or _own_words(kind, fields or "")
    return f"{space}{words}" if words else ""


def _own_words(kind: str, fields: str) -> str:
    if kind == "url":
        return one_line(fields.partition("\ue202")[0])
    if kind != "entity":
        return ""
    try:
        listed = [each for each in as_list(json.loads(fields)) if isinstance(each, str)]
    except (ValueError, RecursionError):
        return ""
    return one_line(listed[1]) if len(listed) > 1 else ""


def _told(reference: JsonObject) -> str:
    """Return the titles and addresses of a reference, or else what it is to be read as."""
    items = list(objects(as_list(reference.get("items")))) or [reference]
    links = dict.fromkeys(filter(None, map(_link, items[:_MOST])))
    if links:
        return f"({', '.join(links)})"
    return one_line(text_at(reference, "name", "title", "alt"))


def _link(item: JsonObject) -> str:
    url = one_line(text_at(item, "url"))
    title = one_line(text_at(item, "title", "name", "attribution"))
    return f"[{title.replace('[', '(').replace(']', ')')}]({url})" if title and url else url
