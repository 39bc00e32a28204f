"""Answers to questions, quoted."""

from __future__ import annotations

import pytest
from extractive_talks import BEIJING, CODING, FERRY, VEREIN, one, whole
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.llm.extractive import Passage, best_passages


def bare(text: str) -> str:
    """Return a text without the white space between its words."""
    return "".join(text.split())


@pytest.mark.parametrize(
    ("talk", "question", "answer"),
    [
        (FERRY, "When does the ferry leave?", "friday the 4th at 10:15"),
        (FERRY, "Who is allergic?", "Mia is allergic to walnuts"),
        (FERRY, "how much is a ticket", "48 euros"),
        (CODING, "why do imports fail?", "statement timeout of 30 seconds"),
        (CODING, "how many rows are in a batch", "5,000 rows"),
        (VEREIN, "Was kostet das Zelt?", "380 Euro"),
        (BEIJING, "火车票多少钱？", "每张五百元"),
        (BEIJING, "酒店预订了吗", "需要带护照"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_the_best_excerpt_answers(talk: object, question: str, answer: str) -> None:
    """The first excerpt holds the answer, and names the turn it is from."""
    best = best_passages(question, talk.passages, 3)[0]  # type: ignore[attr-defined]
    assert answer in best.text
    written = bare(talk.passages[best.source].text)  # type: ignore[attr-defined]
    assert all(bare(line) in written for line in best.text.strip(" …").split("\n"))


@pytest.mark.parametrize("question", ["", "ok?", "what is it?", "volcano insurance", "\0\ud800"])
def test_no_excerpt_is_better_than_a_wrong_one(question: str) -> None:
    """A question that says nothing, or nothing that was talked about, gets nothing."""
    assert best_passages(question, FERRY.passages, 3) == []


def test_an_answer_beats_the_question_itself() -> None:
    """Somebody asking the same is not an answer."""
    page = [
        Passage(source=0, speaker="a", text="Does anybody know when the ferry to Narvik leaves?"),
        Passage(source=1, speaker="b", text="The ferry to Narvik leaves at ten."),
    ]
    best = best_passages("when does the ferry to Narvik leave", page, 2)
    assert [excerpt.source for excerpt in best] == [1, 0]


def test_an_excerpt_is_trimmed_to_the_sentences_that_matter() -> None:
    """A long turn gives the part that bears on the question."""
    noise = " ".join(f"Item {number} concerns gardening and soil." for number in range(80))
    text = f"{noise} The ferry ticket costs 48 euros. {noise}"
    (best,) = best_passages("ferry ticket price", one(text), 3, max_chars=200)
    assert "The ferry ticket costs 48 euros." in best.text
    assert best.text.startswith("… Item") or best.text.startswith("… The ferry")
    assert best.text.endswith(". …")
    assert len(best.text) <= 200 + len("…  …")


def test_a_quotation_loses_no_character() -> None:
    """Markup is part of what was written: masks, stars and underscores are quoted as they are."""
    written = (
        "lamplight bans the goat: mode +b goat!*@* __for__ one `whole` day ------ from **now** on"
    )
    (best,) = best_passages("which mode for the goat", one(written), 1)
    assert best.text == written


def test_a_list_is_quoted_as_a_list() -> None:
    """Lines that were sent as lines stay lines, also where one is as long as a wrapped one."""
    recipe = (
        "PEA SOUP (for 4)\n500 g yellow peas, soaked overnight\n"
        "2 onions, 3 carrots, a leek if the moth has left you one\nmarjoram, a great deal"
    )
    (best,) = best_passages("What does pea soup need?", one(recipe), 1, max_chars=600)
    assert best.text == recipe


def test_the_answer_behind_a_question_is_found() -> None:
    """It holds none of the words; the question before it does, and somebody else asked it."""
    page = [
        Passage(source=0, speaker="a", text="How do I borrow the tall pea?"),
        Passage(source=1, speaker="b", text="Drawer P-31, write it in the book.", behind=0),
        Passage(source=2, speaker="c", text="We have a moth in the leeks of plot 11.", behind=None),
    ]
    found = best_passages("how can I borrow a tall pea", page, 3)
    assert [excerpt.source for excerpt in found] == [1, 0]


def test_few_words_are_no_answer() -> None:
    """A line that holds the word and nothing else comes behind one that says something."""
    page = [
        Passage(source=0, speaker="a", text="The goat."),
        Passage(source=1, speaker="b", text="The goat has eaten the harbour light of Brannoch."),
    ]
    assert best_passages("What about the goat?", page, 2)[0].source == 1


def test_the_same_text_is_given_once() -> None:
    """Repeats of a message do not fill the answer."""
    page = [Passage(source=n, speaker="a", text="The ferry leaves at ten.") for n in range(4)]
    assert [e.source for e in best_passages("when does the ferry leave", page, 3)] == [0]


def test_the_speaker_asked_for_comes_first() -> None:
    """A name in the question counts for what that person said."""
    page = [
        Passage(source=0, speaker="Ana", text="The pier should be painted blue."),
        Passage(source=1, speaker="Ben", text="The pier should be painted green."),
    ]
    assert best_passages("What did Ben think of the pier?", page, 1)[0].source == 1


@given(
    st.lists(
        st.sampled_from(["ferry", "pier", "ten", "Ben?", "leaves.", "48", "北京", "ok\n"]),
        max_size=30,
    ),
    st.integers(min_value=0, max_value=4),
)
@settings(max_examples=80, deadline=None)
def test_excerpts_quote_and_are_bounded(words: list[str], limit: int) -> None:
    """Every sentence of an excerpt was said, best come first, and there are at most `limit`."""
    page = [
        Passage(source=at, speaker="a", text=" ".join(words[at * 6 : at * 6 + 6]))
        for at in range(5)
    ]
    found = best_passages("when does the ferry to 北京 leave the pier", page, limit)
    flat = {p.source: bare(p.text) for p in page}
    assert all(bare(e.text.strip(" …")) in flat[e.source] for e in found)
    assert [e.score for e in found] == sorted((e.score for e in found), reverse=True)
    assert len(found) <= limit
    assert whole(page) or found == []
