"""Why the requests of a batch carry no marks for a cache."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from minutebook.batches.asking import summary_request
from minutebook.batches.page_reading import PageReading
from minutebook.domain.batches import Part
from minutebook.domain.pages import Page
from minutebook.llm import prompts
from minutebook.llm.anthropic.payload import Manner, payload
from minutebook.llm.protocol import Task
from minutebook.llm.tokens.counter import TokenCounter

LEAST_CACHEABLE = 512
"""Tokens; a shorter prefix is cached by no model of Anthropic, and silently so."""
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
PAGE = Page(
    id="pg_1", conversation="cv_1", first_seq=1, last_seq=1, first_turn="a", last_turn="a",
    turns=1, tokens=1, content_hash="h", first_at=None, last_at=None, closed_at=MOMENT,
)  # fmt: skip


@pytest.mark.parametrize("prompt", [prompts.system(Task.SUMMARISE), prompts.merge_summaries()])
def test_what_summaries_share_is_too_short_to_be_cached(prompt: str) -> None:
    """All that the requests of a batch begin with alike is their system prompt. One that grows
    beyond this would be worth marks, and a batch of one request in front to write the cache."""
    tokens = TokenCounter().count(prompt, "anthropic:claude-haiku-5-5")
    assert 0 < tokens < LEAST_CACHEABLE


def test_requests_of_a_batch_pay_for_no_cache() -> None:
    """Nothing is marked, so nothing is written to a cache that nobody would read."""
    reading = PageReading(page=PAGE, turns=(), is_live=False)
    asked = payload(summary_request(reading, Part(), UTC), Manner(caches=False))
    assert "cache_control" not in json.dumps([asked.system, asked.messages])
