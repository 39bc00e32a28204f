"""Transcripts in Markdown or plain text: who speaks stands before what is said."""

from __future__ import annotations

from minutebook.sources.formats.transcript.format import Transcript

__all__ = ["Transcript"]
