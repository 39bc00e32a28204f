"""Transcripts of meetings, as recorders write them and people copy them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from text_logs import drafts, read, rejects, source_of, turns, utc

from minutebook.domain.turns import Role
from minutebook.sources.formats.transcript import Transcript

FORMAT = Transcript()
SAID = (
    "Good to see you.",
    "Thanks for having me.",
    "Shall we begin now?",
    "Yes, let us do that.",
    "It is about the ferry.",
    "And that was all of it.",
)
NAMES = ("Ana Maria", "Speaker 2")


def meeting(form: Callable[[int, str, str], str]) -> str:
    """Write a meeting, turn by turn."""
    return "".join(form(n, NAMES[n % 2], said) for n, said in enumerate(SAID))


@pytest.mark.parametrize(
    "form",
    [
        lambda n, name, said: f"{name}  {n}:12  \n{said}\n\n",
        lambda n, name, said: f"{name}   0:0{n}\n{said}\n\n",
        lambda n, name, said: f"{name} - 00:0{n}\n{said}\n\n",
        lambda n, name, said: f"{name} (0{n}:00):\n{said}\n\n",
        lambda n, name, said: f"{name} [00:0{n}:00]\n{said}\n\n",
        lambda n, name, said: f"{name} (00:0{n}:02): {said}\n",
        lambda n, name, said: f"[00:0{n}:00] {name}: {said}\n\n",
        lambda n, name, said: f"[10:0{n} AM] {name}\n{said}\n",
        lambda n, name, said: f"00:0{n}:00 {name}\n{said}\n\n",
        lambda n, name, said: f"{name}  10:0{n} AM\n{said}\n",
        lambda n, name, said: f"{name} — 01/31/2024 10:0{n} AM\n{said}\n",
        lambda n, name, said: f"{name} — Today at 10:0{n} AM\n{said}\n",
        lambda n, name, said: f"**{name}** (10:0{n})\n{said}\n\n",
        lambda n, name, said: f"10:0{n}:02\t From  {name} : {said}\n",
        lambda n, name, said: f"10:0{n}:02 From {name} to Everyone: {said}\n",
        lambda n, name, said: f"2024-01-31 10:0{n}:02 From {name} to Everyone:\n\t{said}\n",
    ],
)
def test_who_said_what_in_a_meeting(form: Callable[[int, str, str], str]) -> None:
    """Whether name and time share the line with the words, or have one of their own."""
    items = read(FORMAT, source_of(meeting(form)))
    assert FORMAT.detect(source_of(meeting(form)).sample()) is not None
    assert rejects(items) == []
    assert [(d.role, d.author, d.content.text) for d in drafts(items)] == [
        (Role.PERSON, NAMES[n % 2], said) for n, said in enumerate(SAID)
    ]


def test_the_saved_chat_of_a_meeting_has_times_and_recipients() -> None:
    """A day in the line makes a time of it, and what was said to one person says so."""
    text = (
        "2024-01-31 10:01:02 From Ana to Everyone:\n\thello\n\tall\n"
        "2024-01-31 10:02:02 From Bo to Ana(Direct Message):\n\tpsst\n"
    )
    first, second = turns(FORMAT, text)
    assert (first.content.text, utc(first)) == ("hello\nall", "2024-01-31 09:01:02")
    assert second.content.text == "to Ana(Direct Message): \npsst"


def test_pictures_before_labels_are_no_part_of_them() -> None:
    """Exports of chats with models put them there."""
    said = turns(FORMAT, "**🧑 User:** hi\n\n**🤖 Assistant:** hello\n\n" * 2)
    assert [(turn.role, turn.content.text) for turn in said][:2] == [
        (Role.USER, "hi"),
        (Role.ASSISTANT, "hello"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Opening  10:00\nBo welcomes all.\n\nLunch  12:30\nIn the hall.\n\nClosing  17:00\nEnd.\n",
        "10:00 Opening\n12:30 Lunch\n13:30 Talks\n17:00 Closing\n",
        "Lap 1  1:02\nLap 2  1:03\nLap 3  1:04\nLap 4  1:05\n",
        "10:00:01 From cache: 3 hits\n" * 3,
    ],
)
def test_a_programme_is_no_meeting(text: str) -> None:
    """Times behind words that never come back are nobody's."""
    assert FORMAT.detect(source_of(text).sample()) is None
