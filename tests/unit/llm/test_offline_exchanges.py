"""What `offline` tells of talk with a model."""

from __future__ import annotations

import json

from minutebook.domain.turns import Role
from minutebook.llm.offline.telling import tell
from minutebook.llm.protocol import Material, Passage, SectionView


def turn(role: Role, text: str, speaker: str = "") -> Passage:
    """Return a turn without a time."""
    return Passage(source=1, speaker=speaker or role.value, role=role, text=text)


def told(*turns: Passage, sections: tuple[SectionView, ...] = ()) -> list[str]:
    """Return the lines that are added to a document."""
    found = json.loads(tell(Material(passages=turns, sections=sections)))["operations"]
    return [line for operation in found for line in operation["body"].split("\n")]


def test_each_exchange_is_told_with_what_was_answered() -> None:
    """What was asked and the core of each answer, in order, however many there are."""
    turns = [
        one
        for n in range(12)
        for one in (
            turn(Role.USER, f"What does room {n} cost?"),
            turn(Role.ASSISTANT, f"Room {n} costs {n + 70} euros a night. Anything else I can do?"),
        )
    ]
    lines = told(*turns)
    assert len(lines) == 24
    assert lines[6:8] == [
        "- **user** What does room 3 cost?",
        "- **assistant** Room 3 costs 73 euros a night.",
    ]


def test_a_figure_alone_is_an_answer() -> None:
    """An answer is told whatever it shares with the question."""
    lines = told(
        turn(Role.USER, "My bill was $50 and I left $10, what was the tip percentage?"),
        turn(Role.ASSISTANT, "\nThe tip you gave is 20% of the total bill."),
    )
    assert lines[1] == "- **assistant** The tip you gave is 20% of the total bill."


def test_of_long_work_the_end_is_told() -> None:
    """The last words of a model that worked for long, and the best of those before."""
    work = [turn(Role.ASSISTANT, f"I read file number {n} of the parser now.") for n in range(20)]
    end = turn(Role.ASSISTANT, "All 41 tests pass; the leap day was lost in days_since.")
    lines = told(turn(Role.USER, "Find the bug in the parser."), *work, end)
    assert 2 < len(lines) < 7
    assert "All 41 tests pass" in lines[-1]


def test_an_error_that_came_back_is_told() -> None:
    """When a model said nothing, what failed is the answer."""
    lines = told(
        turn(Role.USER, "Translate the whole file to French."),
        turn(Role.TOOL, "Tokens: 12\nlitellm.RateLimitError: too many requests\nmore"),
    )
    assert lines[1] == "- **tool** litellm.RateLimitError: too many requests"


def test_a_document_is_never_only_a_heading() -> None:
    """Of a talk that only fills, the first words are told; thanks add nothing to a document."""
    turns = (turn(Role.USER, "hi"), turn(Role.ASSISTANT, "Hello! How can I assist you today?"))
    assert told(*turns) == [
        "- **user** hi",
        "- **assistant** Hello! How can I assist you today?",
    ]
    day = SectionView(anchor="part-1", heading="Part 1", body="- **user** The stove is broken.")
    assert told(turn(Role.USER, "Thanks a lot!"), sections=(day,)) == []


def test_what_answers_from_the_record_is_told_as_it_is() -> None:
    """An answer of `offline` is told whole, under the name of the record, also twice over."""
    text = "“The ferry leaves at ten.” (Ann, pg_1)"
    day = SectionView(anchor="part-1", heading="Part 1", body="- **Ann** The ferry leaves at ten.")
    lines = told(turn(Role.ASSISTANT, text, speaker="offline"), sections=(day,))
    assert lines == [f"- **The record** {text}"]


def test_a_question_is_told_though_its_answer_was() -> None:
    """Only the same line is not told again: a question shares its words with what answers it."""
    day = SectionView(anchor="part-1", heading="Part 1", body="- **Ann** The ferry leaves at ten.")
    lines = told(turn(Role.USER, "When does the ferry leave?"), sections=(day,))
    assert lines == ["- **user** When does the ferry leave?"]
