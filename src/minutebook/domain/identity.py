"""How things get their names: short hashes of what they are, so that the same thing has one name.

Ids are a prefix and 16 hexadecimal digits (64 bits) of SHA-256.
"""

from __future__ import annotations

import hashlib

_DIGITS = 16


def digest(*parts: str) -> str:
    """Return the SHA-256 of the parts as 64 hexadecimal digits.

    Their lengths are hashed before them, so that no two lists of parts share a digest by accident
    of concatenation. Lone surrogates are hashed as they are.
    """
    lengths = ",".join([str(len(part)) for part in parts])
    whole = f"{lengths}\x1f{''.join(parts)}"
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def conversation_id(source: str, native_id: str) -> str:
    """Return the id of the conversation that `source` knows as `native_id`."""
    return f"cv_{digest(source, native_id)[:_DIGITS]}"


def page_id(conversation: str, turns: list[tuple[str, str]]) -> str:
    """Return the id of a page: a hash of its turns, given as (key, content hash) in order."""
    flat = [part for turn in turns for part in turn]
    return f"pg_{digest(conversation, *flat)[:_DIGITS]}"


def document_id(conversation: str) -> str:
    """Return the id of the scribe document of a conversation."""
    return f"doc_{digest('document', conversation)[:_DIGITS]}"
