"""Transcripts: every style of label, who is who, and what only looks like a talk."""

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
from minutebook.sources.formats.transcript import Transcript
from minutebook.sources.formats.whatsapp import WhatsApp
from minutebook.sources.parsed import Checkpoint, Identity

FORMAT = Transcript()
CHAT = [(Role.USER, "hi there"), (Role.ASSISTANT, "hello\n\nfriend"), (Role.USER, "bye")]


def roles(text: str) -> list[tuple[Role, str]]:
    """Read a text as role and content of each turn."""
    return [(draft.role, draft.content.text) for draft in turns(FORMAT, text)]


@pytest.mark.parametrize(
    ("user", "model"),
    [
        ("_**User**_\n\n{}\n\n---\n", "_**Assistant**_\n\n{}\n\n---\n"),
        ("_**User: ann (2026-01-29 09:20Z)**_\n\n{}\n", "_**Agent (model claude-x)**_\n\n{}\n"),
        ("**You:**\n{}\n", "**ChatGPT:**\n{}\n"),
        ("**You:** {}\n\n", "**ChatGPT:** {}\n\n"),
        ("**You**: {}\n", "**Claude**: {}\n"),
        ("**User**\n\n{}\n\n", "**Assistant**\n\n{}\n\n"),
        ("## Human\n\n{}\n\n", "## Assistant\n\n{}\n\n"),
        ("### User:\n{}\n\n", "### GPT-4o:\n{}\n\n"),
        ("#### You:\n{}\n\n", "##### ChatGPT:\n{}\n\n"),
        ("## 👤 User\n\n{}\n\n", "## 🤖 Assistant\n\n{}\n\n"),
        ("## User (2026-01-29 09:20)\n{}\n", "## Assistant (2026-01-29 09:21)\n{}\n"),
        ("User: {}\n", "Assistant: {}\n"),
        ("Human: {}\n\n", "AI: {}\n\n"),
        ("Me: {}\n\n", "Claude: {}\n\n"),
        ("USER: {}\n", "ASSISTANT: {}\n"),
        ("Q: {}\n", "A: {}\n"),
        ("User (10:15): {}\n", "Claude 3.5 Sonnet (10:16): {}\n"),
    ],
)
def test_reads_talks_with_a_model_in_every_style(user: str, model: str) -> None:
    """Labels of any style give the roles of user and assistant."""
    text = user.format(CHAT[0][1]) + model.format(CHAT[1][1]) + user.format(CHAT[2][1])
    source = source_of(text)
    assert FORMAT.detect(source.sample()) is not None
    assert [(draft.role, draft.content.text) for draft in drafts(read(FORMAT, source))] == CHAT


def test_names_of_models_are_kept_and_roles_are_not_names() -> None:
    """An author is somebody in particular."""
    found = turns(FORMAT, "**You:** a\n**ChatGPT:** b\n**You:** c\n")
    assert [draft.author for draft in found] == ["", "ChatGPT", ""]
    found = turns(
        FORMAT, "_**User: ann (2026-01-29 09:20Z)**_\n\na\n\n_**Agent (model x)**_\n\nb\n"
    )
    assert [draft.author for draft in found] == ["ann", ""]
    assert (utc(found[0]), found[0].zone_known) == ("2026-01-29 09:20:00", True)


def test_a_person_and_a_model() -> None:
    """With a model in the talk, everybody else is a user."""
    text = "Anna: is it far?\nChatGPT: Not at all.\n" * 3
    assert {(draft.role, draft.author) for draft in turns(FORMAT, text)} == {
        (Role.USER, "Anna"),
        (Role.ASSISTANT, "ChatGPT"),
    }


def test_reads_meetings() -> None:
    """Names that come back speak; words with a colon that do not, do not."""
    text = (
        "# Weekly\n\nDate: Monday\nAttendees: all\n\n"
        "Anna Berg: Shall we begin?\nThe agenda is short.\nOne thing: money.\n"
        "[00:01:23] Dr. O'Neil: Yes, let us begin.\n"
        "Anna Berg: First point.\nDr. O'Neil: I agree with that.\n"
        "Anna Berg: Second point.\nDr. O'Neil: I agree with that too.\n"
    )
    items = read(FORMAT, source_of(text, "x.md"))
    found = drafts(items)
    assert [draft.role for draft in found] == [Role.SYSTEM, *[Role.PERSON] * 6]
    assert found[0].content.text == "Date: Monday\nAttendees: all"
    assert found[1].content.text == "Shall we begin?\nThe agenda is short.\nOne thing: money."
    assert (found[2].author, found[2].at, found[2].at_raw) == ("Dr. O'Neil", None, "00:01:23")
    (conversation,) = conversations(items)
    assert (conversation.identity, conversation.title) == (Identity.UNKNOWN, "Weekly")


def test_in_a_dense_meeting_who_speaks_once_is_heard_too() -> None:
    """When every line has a label, every name is one."""
    text = "Anna: I think so.\nBen: Why is that?\n" * 4 + "Carla Diaz: Because it rains.\n"
    assert turns(FORMAT, text)[-1].author == "Carla Diaz"


def test_reads_stamped_lines() -> None:
    """Date, time and name in brackets, as exports of Signal have them."""
    text = (
        "[2019-12-24, 12:23] Jane Doe: Hello John!\n[2020-01-17, 21:49] Me: Hello\nJane: again!\n"
        "[2020-10-25, 02:50] Me: x\n[2020-10-25, 02:10] Me: y\n"
    )
    source = source_of(text, "chat.md", folders=("Jane Doe",))
    items = read(FORMAT, source)
    found = drafts(items)
    assert [(draft.role, draft.author) for draft in found[:2]] == [
        (Role.PERSON, "Jane Doe"),
        (Role.PERSON, "Me"),
    ]
    assert found[1].content.text == "Hello\nJane: again!"
    assert utc(found[0]) == "2019-12-24 11:23:00"
    assert [utc(draft)[11:16] for draft in found[2:]] == ["00:50", "01:10"]
    assert (found[0].at_raw, found[0].zone_known) == ("2019-12-24, 12:23", False)
    assert conversations(items)[0].title == "Jane Doe"


@pytest.mark.parametrize(
    ("text", "is_whatsapp"),
    [
        ("[2019-12-24, 12:23] Jane: Hi\n[2019-12-24, 12:24] Me: Ho\n", False),
        ("[2019-12-24 12:23:11] Jane: Hi\n[2019-12-24 12:24:12] Me: Ho\n", False),
        ("[2019-12-24, 12:23:11] Jane: Hi\n[2019-12-24, 12:24:12] Me: Ho\n", True),
        ("[24.12.19, 12:23:11] Jane: Hi\n[24.12.19, 12:24:12] Me: Ho\n", True),
        ("24/12/19, 12:23 - Jane: Hi\n24/12/19, 12:24 - Me: Ho\n", True),
    ],
)
def test_stamped_lines_are_told_from_whatsapp(text: str, is_whatsapp: bool) -> None:
    """The same brackets are WhatsApp's when comma and seconds say so."""
    sample = source_of(text).sample()
    mine, other = FORMAT.detect(sample), WhatsApp().detect(sample)
    assert ((other.score if other else 0) > (mine.score if mine else 0)) is is_whatsapp


def test_labels_within_code_are_code() -> None:
    """A transcript within a fenced block does not cut the turn around it."""
    text = (
        "User: show me\nAssistant: so:\n```text\nUser: a\n\nAssistant: b\n```\ndone\nUser: thanks\n"
    )
    found = roles(text)
    assert len(found) == 3
    assert found[1][1].endswith("```\ndone")


def test_other_styles_are_words() -> None:
    """In a transcript with headings, `User:` at the start of a line is text."""
    text = "## Human\n\nUser: is a label\n\n## Assistant\n\nAssistant: too\n\n## Human\n\nok\n"
    assert [content for _, content in roles(text)] == ["User: is a label", "Assistant: too", "ok"]


def test_an_unclosed_fence_does_not_swallow_a_specstory() -> None:
    """Answers that broke off leave code open; the labels of SpecStory still count."""
    text = "_**User**_\n\na\n\n---\n\n_**Assistant**_\n\n```py\nx\n\n---\n\n_**User**_\n\nb\n"
    assert [role for role, _ in roles(text)] == [Role.USER, Role.ASSISTANT, Role.USER]


def test_the_file_gives_the_title_when_no_heading_does() -> None:
    """Comments and rules before the talk are nothing that was said."""
    text = "<!-- Generated by SpecStory -->\n\n---\n\n_**User**_\n\na\n\n_**Assistant**_\n\n# b\n"
    items = read(FORMAT, source_of(text, "2026-01-29_plan.md"))
    assert conversations(items)[0].title == "2026-01-29_plan"
    assert [draft.content.text for draft in drafts(items)] == ["a", "# b"]


def test_a_long_talk_has_checkpoints() -> None:
    """Once the speakers are certain, reading can be taken up on the way."""
    text = "User: why is that so?\nAssistant: because of this.\n" * 11_000
    items = read(FORMAT, source_of(text))
    assert sum(isinstance(item, Checkpoint) for item in items) == 111
    cut = len(text) - 40
    assert said(read_in_two(FORMAT, text.encode(), cut)) == said(items)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "# Readme\n\nNote: read this.\n\n## Usage\n\nRun it.\n\n## User guide\n\nWarning: hot.\n",
        "Note: a b c.\nWarning: d e f.\n" * 9,
        "From: a@b.c\nTo: d@e.f\nSubject: hello to you all\nDate: now\n\nDear Anna: how are you?\n",
        "name: x\nuser: root\nmodel: gpt\nassistant: on\n" * 3,
        "Host: a.b\nAccept: */*\nUser-Agent: curl\n\n" * 5,
        "def f(x: int) -> str:\n    match x:\n        case 1: return 'a'\n" * 9,
        "q: str\na: str\nq: int\na: int\n",
        "Added: a thing for you.\nFixed: another thing there.\n" * 4,
        "[2024-01-02 12:00:01] ERROR: disk is full\n[2024-01-02 12:00:02] INFO: ok\n" * 20,
        "2024-01-02 12:00:01 ERROR Disk: is full now\n" * 20,
        "12:00:01 INFO: it is fine.\n12:00:02 ERROR: it is not.\n" * 20,
        "[12:34] <alice> bob: hi\n[12:35] <bob> alice: ho\n" * 9,
        "12/9/20, 23:55 - Anna: how are you?\n12/9/20, 23:56 - Ben: fine, thank you.\n" * 9,
        '{"User": "a"}\n{"Assistant": "b"}\n',
        "a,b\nUser,1\n",
        "Once upon a time there was: nothing.\nThen: more of it came.\n" * 2,
        "```\nUser: a\nAssistant: b\n```\n",
        "WEBVTT\n\n00:00:01.000 --> 00:00:04.000\nhello you\n\n00:00:05.000 --> 00:00:06.000\nx\n",
        "https://a.b/c: d\nhttps://a.b/d: e\n",
        "Scenario: a thing is done\nFeature: it is done well\n" * 4,
    ],
)
def test_other_things_are_not_transcripts(text: str) -> None:
    """Prose, settings, code, mail, logs and other chats do not match."""
    assert FORMAT.detect(source_of(text).sample()) is None


def test_what_is_no_transcript_is_read_as_one_note() -> None:
    """Asked to read anything, it loses nothing."""
    assert roles("just\n\nwords\n") == [(Role.SYSTEM, "just\n\nwords")]


def test_a_hostile_line_takes_no_longer_than_others() -> None:
    """Long runs of what the patterns look for are read, not chewed on."""
    evil = ["_**" + "a (" * 50_000, "**" * 90_000, "**a" + " (b)" * 50_000, "#" * 100_000]
    evil += ["# " + "a " * 50_000, "a" * 100_000, "A " * 50_000 + ":", "[" * 100_000, "`" * 90_000]
    evil += ["[2019-12-24, 12:23] " + "a" * 100_000, "User: " + ":" * 100_000, "1:11 " * 50_000]
    assert read(FORMAT, source_of("User: a\nAssistant: b\n" + "\n".join(evil)))


WORDS = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "Zs"]), min_size=1, max_size=20
).map(lambda text: "x" + text.strip())
TALKS = st.lists(st.lists(WORDS, min_size=1, max_size=3).map("\n".join), min_size=2, max_size=20)
STYLES = st.sampled_from(
    [
        ("_**User**_\n\n{}\n\n---\n\n", "_**Assistant**_\n\n{}\n\n---\n\n"),
        ("**You:** {}\n\n", "**ChatGPT:** {}\n\n"),
        ("## Human\n\n{}\n\n", "## Assistant\n\n{}\n\n"),
        ("User: {}\n", "Assistant: {}\n"),
        ("[2020-02-01, 12:23] Ann: {}\n", "[2020-02-01, 12:24] Ben: {}\n"),
    ]
)


def _talk(said_in_turn: list[str], style: tuple[str, str]) -> str:
    return "".join(style[at % 2].format(text) for at, text in enumerate(said_in_turn))


@settings(max_examples=80, deadline=None)
@given(TALKS, STYLES)
def test_reads_back_what_was_written(said_in_turn: list[str], style: tuple[str, str]) -> None:
    """Texts come back as they went out, in turn."""
    found = turns(FORMAT, _talk(said_in_turn, style))
    assert [draft.content.text for draft in found] == said_in_turn
    kinds = [Role.PERSON] * 2 if "Ann" in style[0] else [Role.USER, Role.ASSISTANT]
    assert [draft.role for draft in found[:2]] == kinds


@settings(max_examples=80, deadline=None)
@given(TALKS, STYLES, st.floats(0, 1), st.integers(1, 10))
def test_going_on_from_a_checkpoint_is_reading_it_whole(
    said_in_turn: list[str], style: tuple[str, str], where: float, surveyed: int
) -> None:
    """Wherever the file was cut when it was first read, the second reading completes it."""
    data = ("# Talk\n\nabout\n\n" + _talk(said_in_turn, style)).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("minutebook.sources.formats.transcript.format._SURVEYED", surveyed + 4)
        whole = said(read(FORMAT, source_of(data)))
        assert said(read_in_two(FORMAT, data, int(len(data) * where))) == whole


PIECES = st.sampled_from(
    ["User: a\n", "Assistant: b\n", "```\n", "## Human\n", "**You:** a\n", "_**User**_\n", "\n"]
) | st.sampled_from(["---\n", "[2020-02-01, 12:23] A: x\n", "# t\n", "Anna: is it so?\n", "word\n"])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.binary(max_size=20) | PIECES.map(str.encode), max_size=30))
def test_no_bytes_break_it(pieces: list[bytes]) -> None:
    """Whatever a file holds, it is read to its end."""
    source = source_of(b"".join(pieces))
    FORMAT.detect(source.sample())
    read(FORMAT, source)
