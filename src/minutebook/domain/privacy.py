"""What is found in texts that others are not to be told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """A kind of value that is hidden, in the words of its placeholder."""

    SECRET = "secret"  # noqa: S105 - the name of a kind
    """Keys, tokens and passwords."""
    EMAIL = "e-mail"
    PHONE = "phone"
    CARD = "card"
    """Numbers of payment cards."""
    IBAN = "iban"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A value in a text, by its place in characters."""

    kind: Kind
    start: int
    end: int
