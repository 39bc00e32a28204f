"""Labels, keyphrases and entities."""

from __future__ import annotations

import pytest
from extractive_talks import CODING, FERRY, TALKS, Talk, one, passages_of
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.llm.extractive import EntityKind, Passage, entities, keyphrases, label
from minutebook.llm.extractive.label import MAX_LABEL


@pytest.mark.parametrize("talk", TALKS, ids=lambda talk: talk.name)
def test_a_label_names_the_subject(talk: Talk) -> None:
    """The title of a talk holds one of the words that it is about."""
    found = label(talk.passages)
    assert any(word.casefold() in found.casefold() for word in talk.subject), found


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("ok thanks", "Ok thanks"),
        ("my daughter's name is Ana", "Daughter's name"),
        ("\x1b]0;evil title\x07\x1b[31mNight train to Narvik\x1b[0m", "Night train to Narvik"),
        ("```\nrm -rf /\n```\nCleaning the old build cache", "Cleaning the old build cache"),
        ("👍", ""),
        ("", ""),
        ("```\nonly code\n```", ""),
    ],
)
def test_a_label_is_made_of_what_was_said(text: str, title: str) -> None:
    """Escape sequences and code give no title; without content the first words do."""
    assert label(one(text)) == title


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (
            "and then we should probably install the pandas library for the reports",
            "Pandas library",
        ),
        ("Files exist before applying the edits to the summary", "Applying the edits"),
        ("Please book a flight to Oslo on Friday", "Flight to Oslo on Friday"),
        ("It was released in 2010, as the harbour museum was rebuilt", "Harbour museum"),
        ("Wir sollten dann die Bänke für das Sommerfest bestellen", "Bänke für das Sommerfest"),
    ],
)
def test_a_label_is_a_topic(text: str, title: str) -> None:
    """Neither a clause nor a command: the words around its verb are left out."""
    assert label(one(text)) == title


@given(st.lists(st.text(max_size=120), max_size=4))
@settings(max_examples=100, deadline=None)
def test_a_label_is_one_short_line(texts: list[str]) -> None:
    """At most 60 characters, no line end, no control character."""
    found = label([Passage(source=0, speaker="a", text=text) for text in texts])
    assert len(found) <= MAX_LABEL
    assert all(char.isprintable() or not char.isascii() for char in found)
    assert "\n" not in found


def test_keyphrases_are_what_a_talk_is_about() -> None:
    """Repeated phrases come first, in their own words."""
    assert "ferry tickets" in keyphrases(FERRY.passages, 4)
    assert "sensor readings" in keyphrases(CODING.passages, 4)


def test_keyphrases_do_not_overlap() -> None:
    """A phrase and its part are not both given, and the limit holds."""
    phrases = keyphrases(CODING.passages, 6)
    assert len(phrases) == 6
    assert "sensor" not in phrases
    assert keyphrases(CODING.passages, 0) == []


def test_keyphrases_of_unspaced_scripts_are_repeated_strings() -> None:
    """What is said several times is a phrase, without any word list."""
    page = passages_of(("a", "火车票很贵。"), ("b", "火车票已经买了。"), ("a", "酒店很远。"))
    assert keyphrases(page, 1) == ["火车票"]


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("ask @bob.s please", EntityKind.MENTION, "@bob.s"),
        ("see #zig-help now", EntityKind.CHANNEL, "#zig-help"),
        ("in src/main.py, line 3", EntityKind.PATH, "src/main.py"),
        ("open ~/notes/today", EntityKind.PATH, "~/notes/today"),
        (r"or C:\Users\ana\a.txt", EntityKind.PATH, r"C:\Users\ana\a.txt"),
        ("the README.md says", EntityKind.PATH, "README.md"),
        ("(https://x.org/a_b?c=1).", EntityKind.URL, "https://x.org/a_b?c=1"),
        ("mail ana@example.org.", EntityKind.EMAIL, "ana@example.org"),
        ("since v1.2.3-rc1 it", EntityKind.VERSION, "v1.2.3-rc1"),
        ("on 2025-03-04 we", EntityKind.DATE, "2025-03-04"),
        ("on March 4th, 2025 we", EntityKind.DATE, "March 4th, 2025"),
        ("am 4. März fahren", EntityKind.DATE, "4. März"),
        ("el 4 de marzo de 2025", EntityKind.DATE, "4 de marzo de 2025"),
        ("是2025年5月1日吗", EntityKind.DATE, "2025年5月1日"),
        ("when Maria de la Cruz came", EntityKind.NAME, "Maria de la Cruz"),
        ("we met in Winterbottom again", EntityKind.NAME, "Winterbottom"),
        ("и мы видели Анну Каренину там", EntityKind.NAME, "Анну Каренину"),
    ],
)
def test_an_entity_is_found(text: str, kind: EntityKind, found: str) -> None:
    """Whole, and as nothing else."""
    assert [(e.kind, e.text) for e in entities(one(text))] == [(kind, found)]


@pytest.mark.parametrize(
    "text",
    [
        "and/or he/she",
        "it is 3.5 or 10:15 or 2/3",
        "The pier is closed. When will it open?",
        "colour #12 or &#39; or C#",
        "```\nsee src/main.py by Ana Lopez\n```",
        "I think I am late",
    ],
)
def test_what_only_looks_like_an_entity_is_none(text: str) -> None:
    """Fractions, times, first words of sentences, pronouns and code have no names."""
    assert entities(one(text)) == []


def test_entities_are_given_once_with_all_their_turns() -> None:
    """In order of first appearance, however they are written later."""
    page = [
        Passage(source="t1", speaker="a", text="Ask Ana Lopez about notes.md"),
        Passage(source="t2", speaker="b", text="notes.md is old. Notes.md, I say!"),
        Passage(source="t3", speaker="a", text="so ask Ana Lopez"),
    ]
    found = {entity.text: entity.sources for entity in entities(page)}
    assert found == {"notes.md": ("t1", "t2"), "Ana Lopez": ("t1", "t3")}


def test_german_nouns_are_no_names() -> None:
    """Where every noun is capitalised, one capital says nothing."""
    text = "Wir haben das Zelt und die Bänke für das Fest. Dann kommt noch Peter Schmidt dazu."
    assert [e.text for e in entities(one(text))] == ["Peter Schmidt"]
