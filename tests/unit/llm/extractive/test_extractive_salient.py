"""What of a turn is worth writing into a document."""

from __future__ import annotations

import pytest
from extractive_talks import FERRY, one

from minutebook.llm.extractive import salient


def texts(text: str, limit: int = 3, told: tuple[str, ...] = ()) -> list[str]:
    """Return the salient sentences of a single turn."""
    return [sentence.text for sentence in salient(one(text), limit, told=told)]


@pytest.mark.parametrize(
    "text",
    [
        "ok thanks",
        "lol",
        "Good morning everyone!",
        "👍👍",
        "ok cool, sounds good, thanks a lot!",
        "yes",
        "how are you?",
        "brb",
        "Let me look at the file.",
        "I'll check it",
        "guten Morgen zusammen",
        "merci à tous",
        "muchas gracias",
        "спасибо большое",
        "好的",
        "ありがとうございます。",
        "감사합니다",
        "مرحبا كيف حالك؟",
        "",
        "```\nx = 1\n```",
    ],
)
def test_a_turn_that_only_fills_tells_nothing(text: str) -> None:
    """Small talk, assent, announcements and code leave a document as it is."""
    assert texts(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "The ferry leaves on the 4th, not the 5th.",
        "I'm allergic to peanuts",
        "my daughter's name is Ana",
        "let's meet at 7",
        "We lost the contract.",
        "pushed v1.2.3",
        "I changed the port to 8080 in config/server.yaml",
        "Das Hotel kostet 120 Euro pro Nacht.",
        "On a décidé de reporter la réunion",
        "mañana llego a Madrid a las 9",
        "Мы решили ехать на поезде 5 марта.",
        "我们决定明天出发去北京。",
        "会議は来週の月曜日に延期になりました。",
        "قررنا السفر إلى القاهرة يوم الخميس.",
    ],
)
def test_a_fact_is_told(text: str) -> None:
    """Decisions, corrections, figures, names and what people say of themselves, in any language."""
    assert texts(text) == [text]


def test_only_the_fact_is_taken_from_a_friendly_message() -> None:
    """What surrounds it stays behind."""
    said = "Hi all! We decided to take the night train because the ferry is cancelled. Thanks!!"
    assert texts(said) == ["We decided to take the night train because the ferry is cancelled."]


def test_what_was_told_is_not_told_again() -> None:
    """Other words around the same content add nothing."""
    told = ("# Route\n- The ferry leaves on the 4th at ten from the north pier.",)
    assert texts("as i said: the ferry leaves at ten from the north pier", told=told) == []


@pytest.mark.parametrize(
    "news",
    [
        "The ferry leaves on the 5th at ten from the north pier.",
        "The ferry does not leave on the 4th at ten from the north pier.",
        "The ferry Aurora leaves on the 4th at ten from the north pier.",
    ],
)
def test_a_correction_is_told(news: str) -> None:
    """Another figure, a name or a negation is news, however alike the rest is."""
    told = ("- The ferry leaves on the 4th at ten from the north pier.",)
    assert texts(news, told=told) == [news]


def test_content_scattered_over_many_told_texts_is_not_a_repetition() -> None:
    """One told text must hold it."""
    told = ("the ferry leaves late", "ten people wait", "the north pier is closed")
    assert len(texts("the ferry leaves at ten from the north pier", told=told)) == 1


def test_the_limit_holds_and_order_is_kept() -> None:
    """At most so many sentences, as they were said."""
    found = salient(FERRY.passages, 3)
    assert len(found) == 3
    assert [s.position for s in found] == sorted(s.position for s in found)
    assert salient(FERRY.passages, 0) == []
