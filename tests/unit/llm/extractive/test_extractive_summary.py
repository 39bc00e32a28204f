"""Summaries: useful, within budget, in order, traceable, and the same every time."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from extractive_talks import CODING, FERRY, TALKS, Talk, one, passages_of
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.llm.extractive import Budget, Passage, Summary, plain_text, summarise

VOCABULARY = """ferry leaves Friday 10:15 budget 48 euros walnuts ok lol the we decided Mia? north.
pier! because **stove** # - 我们 去 北京。"""
WORDS = st.sampled_from([*VOCABULARY.split(), "\n"])
TEXTS = st.lists(WORDS, max_size=25).map(" ".join)
PAGES = st.lists(TEXTS, max_size=8).map(
    lambda texts: [
        Passage(source=f"t{at}", speaker="ab"[at % 2], text=text) for at, text in enumerate(texts)
    ]
)
FILLERS = st.sampled_from(
    ["ok", "lol", "good morning!", "thanks :)", "👍", "", "ok ok haha", "..."]
)


def told(summary: Summary) -> str:
    """Return the sentences of a summary as one text."""
    return "\n".join(sentence.text for sentence in summary.sentences)


@pytest.mark.parametrize("talk", TALKS, ids=lambda talk: talk.name)
def test_the_facts_of_a_talk_are_in_its_summary(talk: Talk) -> None:
    """With one sentence to spare, what people will look for is there."""
    budget = Budget(limit=10_000, sentences=len(talk.facts) + 1)
    summary = told(summarise(talk.passages, budget))
    assert [fact for fact in talk.facts if fact not in summary] == []


@pytest.mark.parametrize("talk", TALKS, ids=lambda talk: talk.name)
def test_small_talk_is_never_in_a_summary(talk: Talk) -> None:
    """However much room there is, greetings, thanks, assent and emoji stay out."""
    small = {
        "good morning!!",
        "morning :)",
        "ok",
        "👍👍👍",
        "thanks!",
        "noted",
        "ok danke",
        "super!!",
    }
    small |= {"Guten Morgen zusammen", "早上好", "好的", "谢谢！", "perfect, thanks", "ok."}
    chosen = {
        sentence.text for sentence in summarise(talk.passages, Budget(limit=10_000)).sentences
    }
    assert chosen & small == set()


def test_code_is_never_in_a_summary() -> None:
    """What stands in a fence is no sentence."""
    summary = summarise(CODING.passages, Budget(limit=10_000))
    assert "executemany(INSERT" not in told(summary)
    assert "executemany holds" in told(summary)


def test_nothing_is_said_twice() -> None:
    """Of two sentences that say the same, one is chosen."""
    page = passages_of(
        ("a", "The ferry to the island leaves at ten from the north pier."),
        ("b", "So the ferry to the island leaves at ten, from the north pier!"),
        ("a", "Ben pays for the tickets of the children."),
    )
    summary = summarise(page, Budget(limit=10_000))
    assert [sentence.source for sentence in summary.sentences] == [0, 2]


def test_a_long_turn_does_not_push_out_a_decision() -> None:
    """A model's essay leaves room for what the person decided."""
    essay = " ".join(f"Coastal ferries carry cargo number {n} across water." for n in range(60))
    page = passages_of(
        ("user", "Tell me about ferries."),
        ("model", essay),
        ("user", "We decided to fly to Tromsø instead."),
        model="model",
    )
    assert "fly to Tromsø" in told(summarise(page, Budget(limit=400)))


def test_the_number_of_sentences_can_be_bounded() -> None:
    """Both bounds hold."""
    assert len(summarise(FERRY.passages, Budget(limit=10_000, sentences=2)).sentences) == 2
    assert summarise(FERRY.passages, Budget(limit=10_000, sentences=0)).sentences == ()


def test_a_budget_can_count_tokens() -> None:
    """The measure is the caller's, and the overhead of a bullet counts."""
    budget = Budget(limit=40, measure=lambda text: len(text.split()), overhead=2)
    summary = summarise(FERRY.passages, budget)
    assert 20 < sum(len(s.text.split()) + 2 for s in summary.sentences) <= 40


def test_a_tiny_budget_takes_the_beginning_of_the_best_sentence() -> None:
    """Better the start of a fact than nothing; still within the budget."""
    summary = summarise(one("We decided to take the night train to Narvik."), Budget(limit=30))
    assert len(summary.sentences) == 1
    assert "We decided to take the night train".startswith(summary.sentences[0].text)
    assert len(summary.sentences[0].text) <= 30


@pytest.mark.parametrize("text", ["", "\0", "ok", "\ud800", "```\ncode\n```", "👍", "-", "\x1b[2J"])
def test_a_page_without_content_has_no_summary(text: str) -> None:
    """Nothing is chosen and nothing fails."""
    summary = summarise(one(text), Budget(limit=1_000))
    assert (summary.sentences, summary.keywords) == ((), ())


def test_no_passages_make_an_empty_summary() -> None:
    """An empty page is a page."""
    assert summarise([], Budget(limit=1_000)) == Summary(sentences=(), keywords=(), label="")


def test_the_hash_seed_of_the_process_does_not_matter() -> None:
    """Two processes summarise alike: nothing depends on the order of a set."""
    script = (
        "from extractive_talks import *; from minutebook.llm.extractive import *; "
        "print([(summarise(t.passages, Budget(limit=300)), entities(t.passages)) for t in TALKS])"
    )
    path = os.pathsep.join([os.path.dirname(__file__), *sys.path])  # noqa: PTH120
    runs = [
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert len(runs[0]) > 500


@given(PAGES, st.integers(min_value=0, max_value=300), st.integers(min_value=0, max_value=5))
@settings(max_examples=100, deadline=None)
def test_summaries_quote_in_order_within_budget(
    page: list[Passage], limit: int, sentences: int
) -> None:
    """Each sentence is a quotation of the turn it names; order and both bounds hold."""
    summary = summarise(page, Budget(limit=limit, sentences=sentences, overhead=3))
    plain = {passage.source: plain_text(passage.text) for passage in page}
    assert all(s.text and s.text in plain[s.source] for s in summary.sentences)
    assert sum(len(s.text) + 3 for s in summary.sentences) <= limit
    assert len(summary.sentences) <= sentences
    positions = [s.position for s in summary.sentences]
    assert positions == sorted(set(positions))


@given(PAGES, FILLERS, st.integers(min_value=0, max_value=8))
@settings(max_examples=100, deadline=None)
def test_a_filler_turn_changes_nothing(page: list[Passage], filler: str, at: int) -> None:
    """Wherever somebody says "ok", the same sentences are chosen."""
    more = [*page[:at], Passage(source="filler", speaker="c", text=filler), *page[at:]]
    budget = Budget(limit=200)
    before, after = summarise(page, budget), summarise(more, budget)
    assert [(s.source, s.text) for s in before.sentences] == [
        (s.source, s.text) for s in after.sentences
    ]
    assert (before.label, before.keywords) == (after.label, after.keywords)


@given(PAGES)
@settings(max_examples=50, deadline=None)
def test_summaries_are_deterministic(page: list[Passage]) -> None:
    """The same page gives the same summary."""
    assert summarise(page, Budget(limit=200)) == summarise(page, Budget(limit=200))
