"""Transcripts as pages, exporters and meeting tools write them, and what only looks like one."""

from __future__ import annotations

import pytest
from text_logs import conversations, read, source_of, turns

from minutebook.domain.turns import Role
from minutebook.sources.formats.transcript import Transcript
from minutebook.sources.formats.whatsapp import WhatsApp

FORMAT = Transcript()
NAMES = (
    "# Talk\n\n## Anna\n\nOne\n\n### Aside\n\n## Bo Li\n\nTwo\n\n"
    "## Anna\n\nThree\n\n## Bo Li\n\nFour\n\n## Anna\n\nFive\n"
)


def _is_found(text: str) -> bool:
    return FORMAT.detect(source_of(text, "talk.md").sample()) is not None


@pytest.mark.parametrize(
    ("ask", "answer", "author"),
    [
        ("You said:\n", "ChatGPT said:\n", "ChatGPT"),
        ("##### You said:\n", "###### ChatGPT said:\n", "ChatGPT"),
        ("## Prompt:\n", "## Response:\n", ""),
        ("Benutzer: ", "Assistent: ", ""),
        ("Usuario: ", "Asistente: ", ""),
        ("Utilisateur: ", "Assistant: ", ""),
    ],
)
def test_reads_labels_of_pages_and_languages(ask: str, answer: str, author: str) -> None:
    """What is copied from a page, exported by a plugin or written elsewhere has its own words."""
    text = f"{ask}hello\n\n{answer}hi there\n\n" * 2
    assert _is_found(text)
    assert [(t.role, t.author, t.content.text) for t in turns(FORMAT, text)] == [
        (Role.USER, "", "hello"),
        (Role.ASSISTANT, author, "hi there"),
    ] * 2


def test_names_may_be_headings() -> None:
    """Names that take turns as headings are speakers; headings below them are their words."""
    assert _is_found(NAMES)
    items = read(FORMAT, source_of(NAMES, "talk.md"))
    assert [one.title for one in conversations(items)] == ["Talk"]
    assert [(t.role, t.author, t.content.text) for t in turns(FORMAT, NAMES)][:2] == [
        (Role.PERSON, "Anna", "One\n\n### Aside"),
        (Role.PERSON, "Bo Li", "Two"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        NAMES + "\n## what came of it\n\nNothing\n",
        "# Log\n\n" + "## 1.0\n\n### Bug Fixes\n\n- a\n\n### New Things\n\n- b\n\n" * 3,
        "# Plan\n\n## Monday\n\na\n\n## Tuesday\n\nb\n\n## Wednesday\n\nc\n",
    ],
)
def test_other_headings_are_nobody(text: str) -> None:
    """Headings that do not come back, or that stand among others of their level, are headings."""
    assert not _is_found(text)


def test_times_may_stand_behind_bold_names() -> None:
    """The time in brackets behind a name is not said."""
    text = "**Anna** (10:02): good morning all\n**Bo** [10:03]: good morning Anna\n" * 3
    assert _is_found(text)
    found = turns(FORMAT, text)
    assert [(t.author, t.content.text, t.at_raw) for t in found[:2]] == [
        ("Anna", "good morning all", "10:02"),
        ("Bo", "good morning Anna", "10:03"),
    ]


def test_code_may_begin_right_behind_a_label() -> None:
    """Labels within it are code, and those behind it are labels."""
    text = "User: run\nAssistant: ```python\nUser: int = 3\n```\nUser: ok\nAssistant: fine\n"
    assert [t.content.text for t in turns(FORMAT, text)] == [
        "run",
        "```python\nUser: int = 3\n```",
        "ok",
        "fine",
    ]


def test_rules_between_turns_are_nobodys() -> None:
    """A rule with blanks in it is one too."""
    text = "**You:** a\n\n* * *\n\n**ChatGPT:** b\n\n* * *\n\n**You:** c\n"
    assert [t.content.text for t in turns(FORMAT, text)] == ["a", "b", "c"]


def test_programs_are_no_speakers() -> None:
    """A log of programs has times to the second and no names; people have names."""
    log = "[2024-01-01 10:00:00] main: up\n[2024-01-01 10:00:01] worker-1: running a job\n" * 3
    assert not _is_found(log)
    assert WhatsApp().detect(source_of(log).sample()) is None
    assert _is_found(log.replace("main", "Anna").replace("worker-1", "Bo"))


def test_delivery_reports_are_no_talk() -> None:
    """The fields of a mail server's report come back in turns, and nobody says them."""
    report = "Original-Recipient: a@b.org\nFinal-Recipient: rfc822; a@b.org\nAction: failed\n"
    assert not _is_found(f"{report}Diagnostic-Code: smtp; 550 unknown user here\n\n" * 5)
