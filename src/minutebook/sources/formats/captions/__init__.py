"""Captions of meetings and films: WebVTT and SubRip."""

from __future__ import annotations

from minutebook.sources.formats.captions.format import SubRip, WebVTT

__all__ = ["SubRip", "WebVTT"]
