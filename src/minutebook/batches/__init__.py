"""Summaries of pages, made in the background."""

from __future__ import annotations

from minutebook.batches.summaries import PageSummaries

__all__ = ["PageSummaries"]
