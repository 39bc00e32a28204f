"""Histories of aider: sessions, prompts, output, answers, and what only looks like them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from text_logs import (
    conversations,
    drafts,
    read,
    read_in_two,
    said,
    source_of,
    turns,
    utc,
)

from minutebook.domain.turns import Role
from minutebook.sources.formats.aider import Aider
from minutebook.sources.parsed import Checkpoint, Identity

FORMAT = Aider()
HEADER = "\n# aider chat started at 2024-08-05 19:33:02\n\n"
BANNER = "> Aider v0.48.1  \n> Model: m with diff edit format  \n"


def roles(text: str) -> list[tuple[Role, str]]:
    """Read a text as role and content of each turn."""
    return [(draft.role, draft.content.text) for draft in turns(FORMAT, text)]


def test_reads_a_session() -> None:
    """Prompts are the user's, output is the tool's, the rest is the model's."""
    text = (
        HEADER + BANNER + "\n#### add a test  \n####   \n#### for it  \n"
        "\nSure:\n\n```python\nassert True\n```\n\nDone.\n\n> Applied edit to t.py  \n"
        "> Commit 1234567 test: Add it  \n\n#### /exit  \n"
    )
    items = read(FORMAT, source_of(text, ".aider.chat.history.md"))
    assert [(draft.role, draft.content.text) for draft in drafts(items)] == [
        (Role.TOOL, "Aider v0.48.1\nModel: m with diff edit format"),
        (Role.USER, "add a test\n\nfor it"),
        (Role.ASSISTANT, "Sure:\n\n```python\nassert True\n```\n\nDone."),
        (Role.TOOL, "Applied edit to t.py\nCommit 1234567 test: Add it"),
        (Role.USER, "/exit"),
    ]
    (found,) = conversations(items)
    assert (found.identity, found.native_id) == (Identity.UNKNOWN, "")
    assert found.title == ""
    first = drafts(items)[0]
    assert (utc(first), first.at_raw) == ("2024-08-05 17:33:02", "2024-08-05 19:33:02")
    assert (first.zone_known, first.native_id, first.author) == (False, None, "")


def test_headings_and_quotations_of_an_answer_are_the_models() -> None:
    """Only what ends in two blanks, behind a blank line, was written by aider."""
    answer = (
        "Plan:\n\n#### `Coder` Class\n\n> quoted\n\n# Title\n\n```md\n#### typed?\n> put out?\n"
        "```\n>>>>>>> REPLACE\nend"
    )
    text = f"{HEADER}\n#### go  \n\n{answer}\n\n> Tokens: 5 sent  \n"
    assert roles(text) == [
        (Role.USER, "go"),
        (Role.ASSISTANT, answer),
        (Role.TOOL, "Tokens: 5 sent"),
    ]


def test_output_of_several_lines_goes_on_to_its_end() -> None:
    """Only the first line of such output is marked, and only the last ends in two blanks."""
    text = (
        f"{HEADER}\n#### /test  \n> === session starts ===\nplatform x\n\n>       assert 0\n    \n"
        "E  boom\n1 failed  \n> Add the output to the chat?\n(y/n) y  \n\nI see.\n\n"
        "> Commit 7d56889 feat: Add\n\nThe body.  \n> You can use /undo  \n"
    )
    assert roles(text) == [
        (Role.USER, "/test"),
        (
            Role.TOOL,
            (
                "=== session starts ===\nplatform x\n\n>       assert 0\n    \nE  boom\n1 failed\n"
                "Add the output to the chat?\n(y/n) y"
            ),
        ),
        (Role.ASSISTANT, "I see."),
        (Role.TOOL, "Commit 7d56889 feat: Add\n\nThe body.\nYou can use /undo"),
    ]


def test_prompts_with_nothing_between_are_two() -> None:
    """A blank line parts what was typed."""
    assert roles(f"{HEADER}\n#### a  \n\n#### b  \n") == [(Role.USER, "a"), (Role.USER, "b")]


def test_empty_sessions_are_skipped() -> None:
    """A session in which nobody said anything is no conversation."""
    text = HEADER + BANNER + HEADER + BANNER + "\n#### hi  \n" + HEADER + HEADER + BANNER
    items = read(FORMAT, source_of(text))
    assert len(conversations(items)) == 1
    assert [draft.role for draft in drafts(items)] == [Role.TOOL, Role.USER]


def test_sessions_of_the_same_second_are_told_apart() -> None:
    """The ordinal counts conversations."""
    text = (HEADER + "#### a  \n") * 2 + HEADER.replace("02\n", "09\n") + "#### b  \n"
    found = conversations(read(FORMAT, source_of(text)))
    assert [each.ordinal for each in found] == [0, 1, 2]


def test_a_file_may_start_in_the_middle() -> None:
    """What stands before the first header is a conversation without a time."""
    text = "-*- mode: fundamental -*-\n> tail of output  \n\n#### fix it  \n\nok\n" + HEADER
    source = source_of(text)
    items = read(FORMAT, source)
    assert FORMAT.detect(source.sample()) is not None
    assert [draft.role for draft in drafts(items)] == [Role.TOOL, Role.USER, Role.ASSISTANT]
    assert (conversations(items)[0].title, drafts(items)[0].at) == ("", None)


def test_a_file_whose_blanks_were_trimmed_is_read_by_its_marks() -> None:
    """Editors remove blanks at line ends; then the marks alone must do."""
    text = (HEADER + BANNER + "\n#### go\n\nPlan:\n```\n\n#### no\n```\nend\n\n> ok\n").replace(
        "  \n", "\n"
    )
    assert roles(text)[1:] == [
        (Role.USER, "go"),
        (Role.ASSISTANT, "Plan:\n```\n\n#### no\n```\nend"),
        (Role.TOOL, "ok"),
    ]


def test_an_impossible_time_is_no_time() -> None:
    """The header still begins a session."""
    (draft,) = turns(FORMAT, "# aider chat started at 2024-13-05 19:33:02\n\n#### a  \n")
    assert (draft.at, draft.at_raw) == (None, "2024-13-05 19:33:02")


def test_checkpoints_never_stand_behind_what_may_grow() -> None:
    """The last answer may go on, and output before a prompt may yet count."""
    text = HEADER + "#### a  \n\nanswer\n" + HEADER + BANNER
    items = read(FORMAT, source_of(text))
    places = [item.offset for item in items if isinstance(item, Checkpoint)]
    assert places == [text.rindex("# aider chat")]
    assert len([i for i in _many() if isinstance(i, Checkpoint)]) > 4


def _many() -> list[object]:
    return list(read(FORMAT, source_of(HEADER + "#### a  \n\nanswer\n\n" * 500)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# Readme\n\n#### Part\n\n> quote\n\ntext\n",
        "# 2024-08-05 19:33:02\n+typed\n\n# 2024-08-05 19:34:02\n+more\n",
        "User: hi\nAssistant: ho\n" * 9,
        "x = 1\n# aider chat started\n",
    ],
)
def test_other_things_are_not_histories(text: str) -> None:
    """Markdown, the input history of aider and other transcripts do not match."""
    assert FORMAT.detect(source_of(text).sample()) is None


LINES = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), min_size=1, max_size=20
).map(lambda text: "x" + text.strip())
EXCHANGES = st.lists(
    st.tuples(st.lists(LINES, min_size=1, max_size=3), LINES, LINES, st.booleans()), max_size=8
)
Exchanges = list[tuple[list[str], str, str, bool]]


def _history(exchanges: Exchanges) -> tuple[str, list[tuple[Role, str]]]:
    """Write a history as aider does, and say what should come back."""
    text, expected = "", []
    for prompt, answer, output, begins in exchanges:
        if begins or not text:
            text += HEADER + BANNER
            expected.append((Role.TOOL, "Aider v0.48.1\nModel: m with diff edit format"))
        text += "\n#### " + "  \n#### ".join(prompt) + "  \n"
        text += f"\n{answer}\n\n{answer}\n\n> {output}  \n"
        expected += [(Role.USER, "\n".join(prompt)), (Role.ASSISTANT, f"{answer}\n\n{answer}")]
        expected.append((Role.TOOL, output))
    return text, expected


@settings(max_examples=60, deadline=None)
@given(EXCHANGES)
def test_reads_back_what_aider_wrote(exchanges: Exchanges) -> None:
    """Prompts, answers and output come back as they went out."""
    text, expected = _history(exchanges)
    assert roles(text) == expected


PIECES = st.sampled_from(
    ["\n", "\n\n", "#### a  \n", "#### a\n", "> b  \n", "> b\n", ">\n", "text\n", "text  \n"]
) | st.sampled_from(
    ["```\n", HEADER, HEADER.replace("02\n", "9\n"), "> Commit 1234567 x\n", "    \n", "# \n"]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=30), st.floats(0, 1))
def test_going_on_from_a_checkpoint_is_reading_it_whole(pieces: list[str], where: float) -> None:
    """Wherever the file was cut when it was first read, the second reading completes it."""
    data = "".join(pieces).encode()
    whole = said(read(FORMAT, source_of(data)))
    assert said(read_in_two(FORMAT, data, int(len(data) * where))) == whole


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=20), PIECES.map(str.encode)), max_size=30))
def test_no_bytes_break_it(pieces: list[bytes]) -> None:
    """Whatever a file holds, it is read to its end."""
    source = source_of(b"".join(pieces))
    FORMAT.detect(source.sample())
    read(FORMAT, source)


def test_a_session_whose_header_is_cut_off_has_not_begun() -> None:
    """Wherever a file ends within a header, nobody has said its beginning."""
    whole = "# aider chat started at 2024-08-05 19:33:02\n\n#### hi  \n\nHello.\n\n"
    header = "# aider chat started at 2024-08-05 20:00:00"
    for end in range(1, len(header)):
        found = turns(FORMAT, whole + header[:end])
        assert [draft.content.text for draft in found] == ["hi", "Hello."]
    assert [d.content.text for d in turns(FORMAT, f"{whole}# a\n\nMore.\n")] == [
        "hi",
        "Hello.\n\n# a\n\nMore.",
    ]
