"""What of a log the record is told: all as it was said, or with people and values hidden.

Hidden, a turn is still the same turn in every export of it, whoever is known by then: its key and
its hash are made of what was said, before anything is hidden, and with the user's key, so that
nobody finds out by hashing a list of names who is meant. What a log names things by, such as ids,
chats and files, is replaced by marks of that key, because any of it may be a name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Protocol, Self

from minutebook.domain import identity
from minutebook.domain.quarantine import Rejected
from minutebook.domain.turns import Attachment, Content, Margin, Role, ToolCall, TurnDraft
from minutebook.errors import PrivacyError, SourceError
from minutebook.record.recorder import KeyedDraft
from minutebook.sources.choice import Wanted
from minutebook.sources.containers import BROKEN_STREAM
from minutebook.sources.parsed import ConversationFound, Identity, Parsed, TurnFound
from minutebook.sources.titles import Titles
from minutebook.store import conversations
from minutebook.store.transaction import Transaction

PREFIX = "pseudonymous-"
"""How the native ids of conversations begin that were recorded with pseudonyms; the key's
fingerprint follows."""
_ID_DIGITS = 20
_TITLE_DIGITS = 8
_MODELS = frozenset(
    "ai assistant bot chatbot model system user human claude opus sonnet haiku fable chatgpt gpt"
    " openai codex gemini bard gemma copilot llama meta mistral mixtral deepseek grok qwen kimi phi"
    " command cohere nova perplexity aider cursor agent tool".split()
)
"""Words in what models are called. Whoever answers under none of them may be somebody."""
_QUOTED = re.compile("['\"`\u201c\u2018].*['\"`\u201d\u2019]", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+")
_TIMES = frozenset(
    "jan feb mar apr may jun jul aug sep oct nov dec january february march april june july august"
    " september october november december mon tue wed thu fri sat sun monday tuesday wednesday"
    " thursday friday saturday sunday am pm a m p t z utc gmt at est edt cst cdt pst pdt cet cest"
    " aider chat started".split()
)
"""Words in times as logs write them."""
_ASKED_EACH = 1_000
_JSON = frozenset('{["')

Parse = Callable[[], Iterable[Parsed]]


class Hider(Protocol):
    """Hides with a key."""

    @property
    def fingerprint(self) -> str:
        """Tells the key apart from others."""
        ...

    def text(self, text: str) -> str:
        """Return a text with people and values hidden."""
        ...

    def person(self, name: str) -> str:
        """Return the pseudonym of a speaker."""
        ...

    def mark(self, purpose: str, value: str) -> str:
        """Return what stands for a value, as 64 hexadecimal digits."""
        ...

    def know(self, names: Collection[str]) -> None:
        """Hide these people from now on."""
        ...

    def seal(self, text: str) -> str:
        """Return a text that the same key alone opens."""
        ...

    def unseal(self, sealed: str) -> str | None:
        """Return what was sealed; None where it was not, or with another key."""
        ...

    def passing(self) -> Self:
        """Return one that keeps nothing on the disk."""
        ...


class Disguise:
    """Tells the record all as it was said."""

    def passing(self) -> Disguise:
        """Return one for a rehearsal, which keeps nothing."""
        return self

    def check(self, tx: Transaction) -> None:
        """Raise PrivacyError when the record was written otherwise: turns would be doubled."""
        if (key := conversations.beginning_with(tx, PREFIX)) is not None:
            fingerprint = key.removeprefix(PREFIX).partition("-")[0]
            raise PrivacyError(
                "This record was written with pseudonyms, and what is imported with names would"
                " stand in it twice.",
                hint="Set privacy.pseudonyms = 'record' and give the key with the fingerprint"
                f" {fingerprint}, or import into another home.",
            )

    def learn(self, parse: Parse, is_cancelled: Callable[[], bool]) -> bool:
        """Learn who speaks in what is about to be read; say whether nobody cancelled that."""
        return True

    def found(self, found: ConversationFound) -> ConversationFound:
        """Return a conversation as it is named in the record."""
        return found

    def wanted(self, wanted: Wanted) -> Wanted:
        """Return which conversations are wanted, by their names in the record."""
        return wanted

    def named(self, draft: TurnDraft) -> TurnDraft:
        """Return a turn with what names it, and what it says as it was said."""
        return draft

    def written(self, drafts: list[KeyedDraft]) -> list[KeyedDraft]:
        """Return turns as the record is told them."""
        return drafts

    def ids(self, native_ids: Sequence[str]) -> Sequence[str]:
        """Return ids of turns as they are in the record."""
        return native_ids

    def rejected(self, rejected: Rejected) -> Rejected:
        """Return a piece that could not be read, as it is kept."""
        return rejected

    def refused(self, rejected: Rejected, members: Collection[str]) -> Rejected:
        """Return why a file, with what is in it, could not be read at all, as that is kept."""
        return rejected

    def digest(self, *parts: str) -> str:
        """Return a hash of what was said."""
        return identity.digest(*parts)

    def place(self, place: str) -> str:
        """Return by what a file is known in the record."""
        return place

    def stem(self, stem: str) -> str:
        """Return the name of a file as conversations without a name are named by it."""
        return stem

    def titles(self, titles: Titles) -> Titles:
        """Return what conversations are called."""
        return titles

    def sealed(self, state: str) -> str:
        """Return a format's own notes, as they are kept."""
        return state

    def opened(self, state: str) -> str | None:
        """Return such notes again; None where they cannot be read."""
        return state


PLAIN = Disguise()


class Disguised(Disguise):
    """Tells the record pseudonyms and placeholders."""

    def __init__(self, hider: Hider) -> None:
        self._hider = hider
        self._begins = f"{PREFIX}{hider.fingerprint}-"
        self._with_models: set[str] = set()
        """Conversations of the source in which a model speaks: their titles tell of a topic, and
        those of others are names."""

    def passing(self) -> Disguise:
        """See `Disguise`."""
        return Disguised(self._hider.passing())

    def check(self, tx: Transaction) -> None:
        """See `Disguise`."""
        other = conversations.not_beginning_with(tx, self._begins)
        if other is None:
            return
        if other.startswith(PREFIX):
            fingerprint = other.removeprefix(PREFIX).partition("-")[0]
            raise PrivacyError(
                "This record was written with pseudonyms of another key, and what is imported with"
                " this one would stand in it twice.",
                hint=f"Give the key with the fingerprint {fingerprint} (this one's is"
                f" {self._hider.fingerprint}), or import into another home.",
            )
        raise PrivacyError(
            "This record has imported conversations with names, and what is imported with"
            " pseudonyms would stand in it twice.",
            hint="Import into a new home with privacy.pseudonyms = 'record', or set it to 'models'"
            " here.",
        )

    def learn(self, parse: Parse, is_cancelled: Callable[[], bool]) -> bool:
        """See `Disguise`. What breaks off now breaks off when it is read, too."""
        names: set[str] = set()
        self._with_models = set()
        with suppress(SourceError, *BROKEN_STREAM):
            name = ""
            for number, item in enumerate(parse(), 1):
                match item:
                    case ConversationFound():
                        name = _name(item)
                    case TurnFound(draft=draft):
                        names |= _speakers(draft)
                        if draft.role is Role.ASSISTANT:
                            self._with_models.add(name)
                if number % _ASKED_EACH == 0 and is_cancelled():
                    return False
        self._hider.know(names)
        return True

    def found(self, found: ConversationFound) -> ConversationFound:
        """See `Disguise`."""
        title, is_named = found.title, found.identity is Identity.NAMED
        if title and not is_named and _name(found) in self._with_models:
            title = self._hider.text(title)
        elif title or is_named:
            title = self._called("Chat", title or found.native_id)
        return replace(
            found,
            native_id=self._conversation(found.native_id),
            title=title,
            began_raw=self._time(found.began_raw),
            parent=self._conversation(found.parent),
            parent_turn=self._id(found.parent_turn),
        )

    def wanted(self, wanted: Wanted) -> Wanted:
        """See `Disguise`."""
        if wanted.names is None:
            return wanted
        names = ((kind, self._conversation(id_), number) for kind, id_, number in wanted.names)
        return replace(wanted, names=frozenset(names))

    def named(self, draft: TurnDraft) -> TurnDraft:
        """See `Disguise`."""
        margin = draft.margin
        return replace(
            draft,
            author=self._hider.person(draft.author) if _is_somebody(draft) else draft.author,
            content=draft.content.hashed_as(self._hider.mark("content", draft.content.hash)),
            native_id=self._id(draft.native_id) if draft.native_id else draft.native_id,
            parent=self._id(draft.parent) if draft.parent else draft.parent,
            at_raw=self._time(draft.at_raw),
            margin=margin if margin.is_empty else self._margin(margin),
        )

    def written(self, drafts: list[KeyedDraft]) -> list[KeyedDraft]:
        """See `Disguise`."""
        return [
            replace(item, draft=replace(item.draft, content=self._content(item.draft.content)))
            for item in drafts
        ]

    def ids(self, native_ids: Sequence[str]) -> Sequence[str]:
        """See `Disguise`."""
        return tuple(map(self._id, native_ids))

    def rejected(self, rejected: Rejected) -> Rejected:
        """See `Disguise`. What stands there is left out: nothing tells who is named in it."""
        return Rejected(
            place=self._hider.text(_QUOTED.sub("…", rejected.place)),
            reason=self._hider.text(_QUOTED.sub("…", rejected.reason)),
        )

    def refused(self, rejected: Rejected, members: Collection[str]) -> Rejected:
        """See `Disguise`. A member that stands for the others is not named."""
        kept = self.rejected(rejected)
        return replace(kept, reason=f"{kept.reason.partition('. ')[0]}.") if members else kept

    def digest(self, *parts: str) -> str:
        """See `Disguise`."""
        return self._hider.mark("digest", identity.digest(*parts))

    def place(self, place: str) -> str:
        """See `Disguise`."""
        return f"file {self._hider.mark('place', place)[:_ID_DIGITS]}"

    def stem(self, stem: str) -> str:
        """See `Disguise`."""
        return self._conversation(stem)

    def titles(self, titles: Titles) -> Titles:
        """See `Disguise`."""
        file, folder = self._called("File", titles.file), self._called("Folder", titles.folder)
        return replace(titles, file=file, folder=folder)

    def sealed(self, state: str) -> str:
        """See `Disguise`."""
        return self._hider.seal(state)

    def opened(self, state: str) -> str | None:
        """See `Disguise`."""
        return self._hider.unseal(state)

    def _called(self, kind: str, name: str) -> str:
        return f"{kind} {self._hider.mark('name', name)[:_TITLE_DIGITS]}" if name else ""

    def _conversation(self, native_id: str) -> str:
        return f"{self._begins}{self._id(native_id)}" if native_id else ""

    def _time(self, raw: str) -> str:
        """Return a time as a log writes it; a mark where it has words that times have not."""
        if {word.casefold() for word in _WORD.findall(raw)} <= _TIMES:
            return raw
        return f"time {self._hider.mark('time', raw)[:_TITLE_DIGITS]}"

    def _id(self, native_id: str) -> str:
        return self._hider.mark("id", native_id)[:_ID_DIGITS] if native_id else ""

    def _margin(self, margin: Margin) -> Margin:
        hider = self._hider
        return replace(
            margin,
            replies_to=self._id(margin.replies_to) if margin.replies_to else None,
            thread=self._id(margin.thread) if margin.thread else None,
            reactions=tuple(
                replace(each, authors=tuple(map(hider.person, each.authors)))
                for each in margin.reactions
            ),
        )

    def _content(self, content: Content) -> Content:
        text = self._hider.text
        hidden = replace(
            content,
            text=text(content.text),
            thinking=text(content.thinking),
            tool_calls=tuple(map(self._call, content.tool_calls)),
            tool_results=tuple(
                replace(each, content=self._said(each.content)) for each in content.tool_results
            ),
            attachments=tuple(map(self._attachment, content.attachments)),
        )
        return hidden.hashed_as(content.hash)

    def _call(self, call: ToolCall) -> ToolCall:
        return replace(call, arguments=self._said(call.arguments))

    def _attachment(self, attachment: Attachment) -> Attachment:
        text = self._hider.text
        return replace(attachment, name=text(attachment.name), content=text(attachment.content))

    def _said(self, text: str) -> str:
        """Hide a text that may be JSON, where escapes stand within names and before them."""
        if "\\" not in text or text.lstrip()[:1] not in _JSON:
            return self._hider.text(text)
        try:
            value = json.loads(text, strict=False)
            hidden = self._within(value)
        except (ValueError, RecursionError):
            return self._hider.text(text)
        if hidden != value:
            text = json.dumps(hidden, ensure_ascii=False)
        return self._hider.text(text)

    def _within(self, value: object) -> object:
        if isinstance(value, str):
            return self._said(value)
        if isinstance(value, list):
            return [self._within(each) for each in value]
        if isinstance(value, dict):
            return {self._hider.text(name): self._within(each) for name, each in value.items()}
        return value


def _name(found: ConversationFound) -> str:
    return found.native_id or found.title


def _speakers(draft: TurnDraft) -> set[str]:
    """Return who is named as a person by what frames a turn."""
    authors = {name for each in draft.margin.reactions for name in each.authors}
    is_person = draft.role is not Role.SYSTEM and _is_somebody(draft)
    return authors | ({draft.author} if is_person and draft.author else set())


def _is_somebody(draft: TurnDraft) -> bool:
    """Say whether the author of a turn may be a person; the same whoever is known."""
    if draft.role is not Role.ASSISTANT:
        return draft.role is not Role.TOOL
    is_numbered = any(map(str.isdigit, draft.author))
    words = {word.casefold() for word in _WORD.findall(draft.author)}
    return not (is_numbered or words & _MODELS)
