"""What a talk comes to in one form, and what a reader has made of it, so that both can be compared.

Notices are left out: forms have their own. What a form cannot carry is left out too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from generating.forms import Form, Kept
from generating.talks import Message, Talk
from minutebook.domain.turns import Role, Turn, TurnDraft
from minutebook.sources.parsed import ConversationFound, Parsed, TurnFound

Told = TurnDraft | Turn


class Row(NamedTuple):
    """A message."""

    who: str
    """The author; with a model, the role."""
    text: str
    before: str = ""
    at: int = 0
    """In the unit that the form has."""
    answers: str = ""
    signs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Telling:
    """A talk."""

    title: str
    rows: tuple[Row, ...]
    thinking: tuple[str, ...] = ()
    calls: tuple[tuple[str, str], ...] = ()
    results: tuple[str, ...] = ()


def expected(form: Form, talk: Talk) -> Telling:
    """Say what a form carries of a talk."""
    calls = [call for message in talk.messages for call in message.calls]
    keeps = form.keeps
    return Telling(
        title=_title(form, talk.title),
        rows=tuple(_expected_row(form, talk, message) for message in talk.messages),
        thinking=tuple(one.thinking for one in talk.messages if one.thinking)
        if Kept.THINKING in keeps
        else (),
        calls=tuple((call.name, _arguments(call.arguments)) for call in calls)
        if Kept.CALLS in keeps
        else (),
        results=tuple(call.result for call in calls) if Kept.RESULTS in keeps else (),
    )


def _title(form: Form, title: str) -> str:
    if Kept.TITLE not in form.keeps:
        return ""
    return title.replace("-", " ").removeprefix("Club / ").removeprefix("general > ")


def _expected_row(form: Form, talk: Talk, message: Message) -> Row:
    role = Role.ASSISTANT if message.is_model else Role.USER
    keeps = form.keeps
    answers = message.answers and form.native_id and form.native_id(talk, message.answers)
    signs = sorted((sign.name, sign.people) for sign in message.signs)
    return Row(
        who=role.value if form.with_model else message.author,
        text=form.shown(message),
        before=message.before if Kept.EDITS in keeps else "",
        at=_moment(form, message.at.timestamp()),
        answers=answers or "",
        signs=tuple(signs) if Kept.SIGNS in keeps else (),
        files=tuple(file.name for file in message.files) if Kept.FILES in keeps else (),
    )


def _moment(form: Form, at: float) -> int:
    if Kept.MINUTE in form.keeps:
        return int(at) // 60
    return int(at) if Kept.SECOND in form.keeps else 0


def told(form: Form, items: Iterable[Parsed]) -> list[Telling]:
    """Say what a reader found, talk by talk."""
    titles: dict[str, str] = {}
    drafts: dict[str, list[TurnDraft]] = {}
    here = ""
    for number, item in enumerate(items):
        if isinstance(item, ConversationFound):
            here = item.native_id or f"#{number}"
            titles[here] = item.title or titles.get(here, "")
        elif isinstance(item, TurnFound):
            drafts.setdefault(here, []).append(item.draft)
    return [telling(form, titles[name], said) for name, said in drafts.items()]


def telling(form: Form, title: str, said: Sequence[Told]) -> Telling:
    """Say what the turns of a conversation come to."""
    contents = [turn.content for turn in said]
    keeps = form.keeps
    calls = [call for content in contents for call in content.tool_calls]
    results = [result.content for content in contents for result in content.tool_results]
    return Telling(
        title=_title(form, title),
        rows=tuple(_rows(form, said)),
        thinking=tuple(content.thinking for content in contents if content.thinking)
        if Kept.THINKING in keeps
        else (),
        calls=tuple((call.name, _arguments(call.arguments)) for call in calls)
        if Kept.CALLS in keeps
        else (),
        results=tuple(results) if Kept.RESULTS in keeps else (),
    )


def _rows(form: Form, said: Sequence[Told]) -> Iterator[Row]:
    earlier: dict[str, str] = {}
    last = {turn.native_id: number for number, turn in enumerate(said) if turn.native_id}
    for number, turn in enumerate(said):
        if turn.role in (Role.SYSTEM, Role.TOOL) or not turn.is_active:
            continue
        if turn.native_id and last[turn.native_id] != number:
            earlier.setdefault(turn.native_id, turn.content.text)
        elif turn.content.text or turn.content.attachments:
            yield _row(form, turn, earlier.get(turn.native_id or "", ""))


def _row(form: Form, turn: Told, before: str) -> Row:
    keeps, margin = form.keeps, turn.margin
    answers = margin.replies_to if Kept.ANSWERS in keeps else ""
    if Kept.THREADS in keeps and margin.thread != turn.native_id:
        answers = margin.thread
    signs = sorted((sign.name, tuple(sorted(sign.authors))) for sign in margin.reactions)
    return Row(
        who=turn.role.value if form.with_model else turn.author,
        text=turn.content.text,
        before=before if Kept.EDITS in keeps else "",
        at=_moment(form, turn.at.timestamp() if turn.at else 0),
        answers=answers or "",
        signs=tuple(signs) if Kept.SIGNS in keeps else (),
        files=tuple(file.name for file in turn.content.attachments) if Kept.FILES in keeps else (),
    )


def _arguments(text: str) -> str:
    """Write the arguments of a call in one way; some tools write JSON anew."""
    return json.dumps(json.loads(text), sort_keys=True)
