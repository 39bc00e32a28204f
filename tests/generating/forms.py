"""Every form in which logs are written: how, by which format it is read, and what it can carry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum, auto
from functools import partial

from generating import (
    data_sets,
    dialogues,
    home_chats,
    meetings,
    more_chats,
    work_chats,
)
from generating.talks import PEOPLE, Message, Talk, invented
from generating.writing import File

_PROBED = 60
"""Messages by which is told how many make a size."""


class Kept(StrEnum):
    """What a form can carry beside who said what."""

    TITLE = auto()
    SECOND = auto()
    """When something was said, to the second."""
    MINUTE = auto()
    ANSWERS = auto()
    THREADS = auto()
    """What is answered, as the thread that it began."""
    SIGNS = auto()
    FILES = auto()
    EDITS = auto()
    """What a message said before it was edited."""
    THINKING = auto()
    CALLS = auto()
    RESULTS = auto()


class Growth(StrEnum):
    """How a file comes to hold more."""

    APPENDED = auto()
    """What is in it stays as it is, and more is written behind."""
    REWRITTEN = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form of one format."""

    name: str
    format: str
    write: Callable[[Sequence[Talk]], Iterator[File]]
    keeps: frozenset[Kept]
    with_model: bool = False
    growth: Growth = Growth.REWRITTEN
    carried: Callable[[Talk], Talk] = lambda talk: talk
    """What of a talk the form can carry."""
    native_id: Callable[[Talk, Message], str] | None = None
    """How the reader names a message, where the form says what a message answers."""
    shown: Callable[[Message], str] = lambda message: message.text
    """What the reader says of a message in words."""
    begins_anywhere: bool = True
    """Whether an export that begins in the middle of a talk is known to be of that talk: not where
    turns have neither ids nor times, and none of the talk; nor where the file is only appended to,
    and names its turns by all that was said before."""
    least: int = 1
    """Messages of a talk that are needed to tell who speaks."""
    each: int = 1_000
    """Messages of a talk that people find usual."""

    def sized(self, seed: int, size: int) -> Iterator[File]:
        """Write a log of about so many bytes."""
        probe = self.write(self.invented(seed, talks=1, messages=_PROBED))
        written = sum(len(data) for file in probe for data in file.data())
        messages = max(2, size * _PROBED // written)
        each = min(self.each, messages) // 2 * 2
        return self.write(self.invented(seed, talks=max(1, messages // each), messages=each))

    def invented(self, seed: int, *, talks: int = 2, messages: int = 20) -> list[Talk]:
        """Invent talks that the form can carry."""
        messages = max(messages, self.least)
        found = invented(seed, talks=talks, messages=messages, with_model=self.with_model)
        return [self.carried(talk) for talk in found]


_SAID = frozenset({Kept.TITLE, Kept.SECOND})
_BESIDE = _SAID | {Kept.SIGNS, Kept.FILES}
_MODEL = _SAID | {Kept.THINKING, Kept.CALLS, Kept.RESULTS}


def _flattened(talk: Talk) -> Talk:
    """Let every text be one line, and every name one word."""
    people = {name: more_chats.nick(name) for name in talk.people}
    messages = [
        replace(one, text=" ".join(one.text.split("\n")), author=people[one.author])
        for one in talk.messages
    ]
    return replace(talk, messages=tuple(messages), people=tuple(people.values()))


def _of_one_person(talk: Talk) -> Talk:
    own = [replace(message, author=PEOPLE[0]) for message in talk.messages]
    return replace(talk, messages=tuple(own), people=PEOPLE[:1])


def _by_exchange(talk: Talk) -> Talk:
    """Let a question have the time of its answer."""
    messages = [
        replace(one, at=talk.messages[one.number | 1].at)
        if one.number | 1 < len(talk.messages)
        else one
        for one in talk.messages
    ]
    return replace(talk, messages=tuple(messages))


def _with_names_of_files(message: Message) -> str:
    return "\n\n".join([message.text, *(file.name for file in message.files)])


def _dialogue(
    name: str, write: Callable[[Sequence[Talk]], Iterator[File]], keeps: frozenset[Kept]
) -> Form:
    return Form(name=name, format=name, write=write, keeps=keeps, with_model=True, each=40)


_session = partial(replace, growth=Growth.APPENDED, each=400)
_whole = partial(replace, begins_anywhere=False)
_chat = partial(Form, keeps=_BESIDE)

FORMS: tuple[Form, ...] = (
    _session(_dialogue("claude_code", dialogues.claude_code, _MODEL)),
    _whole(_session(_dialogue("codex", dialogues.codex, _MODEL))),
    _session(_dialogue("gemini_cli", dialogues.gemini_cli, _MODEL)),
    _session(_dialogue("pi", dialogues.pi, _MODEL)),
    _dialogue("chatgpt", dialogues.chatgpt, _MODEL),
    _dialogue("claude_ai", dialogues.claude_ai, _MODEL),
    replace(_dialogue("llm", data_sets.llm, _MODEL), carried=_by_exchange),
    _dialogue("dialogue_sets", data_sets.dialogue_sets, frozenset({Kept.TITLE})),
    _dialogue("sharegpt", data_sets.sharegpt, frozenset({Kept.TITLE})),
    _whole(
        _dialogue(
            "anthropic_messages",
            data_sets.anthropic_messages,
            frozenset({Kept.TITLE, Kept.THINKING, Kept.CALLS, Kept.RESULTS}),
        )
    ),
    _dialogue(
        "openai_messages",
        data_sets.openai_messages,
        frozenset({Kept.TITLE, Kept.CALLS, Kept.RESULTS}),
    ),
    _whole(_session(_dialogue("aider", data_sets.aider, frozenset()))),
    _whole(_dialogue("transcript", data_sets.transcript, frozenset())),
    _chat(
        name="slack",
        format="slack",
        write=work_chats.slack,
        keeps=_SAID | {Kept.THREADS, Kept.SIGNS, Kept.FILES},
        native_id=lambda _, message: work_chats.slack_ts(message),
    ),
    _chat(
        name="discord",
        format="discord",
        write=home_chats.discord,
        keeps=_BESIDE | {Kept.ANSWERS},
        native_id=home_chats.discord_id,
    ),
    _chat(
        name="discord_package",
        format="discord_package",
        write=home_chats.discord_package,
        keeps=_SAID | {Kept.FILES},
        carried=_of_one_person,
    ),
    _chat(
        name="discord_text",
        format="discord_text",
        write=home_chats.discord_text,
        keeps=frozenset({Kept.MINUTE, Kept.FILES}),
    ),
    _chat(
        name="telegram",
        format="telegram",
        write=home_chats.telegram,
        keeps=_BESIDE | {Kept.ANSWERS},
        native_id=home_chats.telegram_id,
    ),
    _chat(
        name="matrix",
        format="matrix",
        write=home_chats.matrix,
        keeps=_BESIDE | {Kept.ANSWERS, Kept.EDITS},
        native_id=home_chats.matrix_id,
    ),
    _chat(name="facebook", format="facebook", write=more_chats.facebook),
    _chat(
        name="gitter",
        format="gitter",
        write=work_chats.gitter,
        keeps=_SAID | {Kept.THREADS},
        native_id=work_chats.gitter_id,
    ),
    _chat(
        name="zulip",
        format="zulip",
        write=work_chats.zulip,
        keeps=_SAID | {Kept.FILES},
        shown=_with_names_of_files,
    ),
    _chat(
        name="zulip_export",
        format="zulip",
        write=work_chats.zulip_export,
        keeps=_BESIDE | {Kept.EDITS},
        shown=work_chats.zulip_markdown,
    ),
    _chat(
        name="mattermost",
        format="mattermost",
        write=work_chats.mattermost,
        keeps=_BESIDE | {Kept.THREADS},
        native_id=lambda _, message: work_chats.mattermost_name(message),
    ),
    _chat(name="signal", format="signal", write=more_chats.signal),
    _chat(name="signal_markdown", format="signal", write=more_chats.signal_markdown),
    _chat(
        name="whatsapp",
        format="whatsapp",
        write=more_chats.whatsapp,
        keeps=_SAID | {Kept.FILES},
        growth=Growth.APPENDED,
    ),
    _chat(
        name="irc",
        format="irc",
        write=more_chats.irc,
        keeps=frozenset({Kept.SECOND}),
        carried=_flattened,
        growth=Growth.APPENDED,
    ),
    Form(
        name="mail",
        format="mail",
        write=meetings.mail,
        keeps=_SAID | {Kept.FILES},
        growth=Growth.APPENDED,
        each=10,
    ),
    Form(
        name="webvtt",
        format="webvtt",
        write=meetings.webvtt,
        keeps=frozenset({Kept.TITLE}),
        begins_anywhere=False,
    ),
    Form(
        name="subrip",
        format="subrip",
        write=meetings.subrip,
        keeps=frozenset({Kept.TITLE}),
        begins_anywhere=False,
        least=40,
    ),
)


def form_named(name: str) -> Form:
    """Return the form with a name. Raises KeyError."""
    return {form.name: form for form in FORMS}[name]
