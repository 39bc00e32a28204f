"""What a conversation held here has beside its turns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from minutebook.domain.turns import Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatOptions:
    """What a person has chosen for one conversation; empty means what the settings say."""

    model: str = ""
    system: str = ""
    """Instructions for the model, beside our own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Something that a person has said while a reply was on its way."""

    id: int
    conversation: str
    text: str
    attachments: tuple[Attachment, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialReply:
    """A reply as far as it has come."""

    conversation: str
    key: str
    """Of the turn that it will be."""
    model: str
    owner: str
    """The process that listens to it."""
    started_at: datetime
    text: str = ""
    thinking: str = ""


class MarkKind(StrEnum):
    """What a person thinks of a turn."""

    PIN = "pin"
    """It must never be out of sight."""
    GOOD = "good"
    BAD = "bad"
