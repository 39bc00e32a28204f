"""The `realm.json` of a Zulip export: people, channels, who is in private talks, and reactions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from minutebook.domain.turns import Reaction
from minutebook.sources.formats.json.unfolding import Opening, Unfolding, unfold
from minutebook.sources.formats.json.values import JsonObject, as_object, id_at, text_at
from minutebook.sources.source import Source

_PEOPLE = (
    "zerver_userprofile",
    "zerver_userprofile_crossrealm",
    "zerver_userprofile_mirrordummy",
)
_LISTS = Unfolding(
    lists={
        *_PEOPLE,
        "zerver_realm",
        "zerver_recipient",
        "zerver_stream",
        "zerver_subscription",
        "zerver_reaction",
    }
)
PERSONAL, STREAM, GROUP = "1", "2", "3"
_NOTIFIER = "notification-bot"


class Realm:
    """What one organisation's lists say."""

    def __init__(self) -> None:
        self.name = ""
        self.people: dict[str, str] = {}
        self.notifiers: set[str] = set()
        self.streams: dict[str, str] = {}
        self.recipients: dict[str, tuple[str, str]] = {}
        """Kind and id of what messages are sent to."""
        self._members: dict[str, list[str]] = defaultdict(list)
        self._reactions: dict[str, dict[str, list[str]]] = {}

    def members(self, recipient: str) -> list[str]:
        """Return the ids of who is in a private talk."""
        return sorted(self._members.get(recipient, ()), key=lambda id_: (len(id_), id_))

    def reactions(self, message: str) -> tuple[Reaction, ...]:
        """Return the reactions to a message."""
        return tuple(
            Reaction(name=name, count=len(users), authors=tuple(self.person(one) for one in users))
            for name, users in self._reactions.get(message, {}).items()
        )

    def person(self, id_: str) -> str:
        """Return the name of a person; the id when the lists have none."""
        return self.people.get(id_, id_)

    def add(self, kind: str, record: JsonObject) -> None:
        """Take in a record of one of the lists."""
        id_ = id_at(record, "id")
        if kind in _PEOPLE:
            self.people[id_] = text_at(record, "full_name", "email")
            if text_at(record, "email", "delivery_email").startswith(_NOTIFIER):
                self.notifiers.add(id_)
        elif kind == "zerver_stream":
            self.streams[id_] = text_at(record, "name")
        elif kind == "zerver_recipient":
            self.recipients[id_] = (id_at(record, "type"), id_at(record, "type_id"))
        elif kind == "zerver_subscription":
            self._members[id_at(record, "recipient")].append(id_at(record, "user_profile"))
        elif kind == "zerver_reaction":
            reactions = self._reactions.setdefault(id_at(record, "message"), {})
            name = text_at(record, "emoji_name")
            reactions.setdefault(name, []).append(id_at(record, "user_profile"))
        else:
            self.name = self.name or text_at(record, "string_id", "name")


class Realms:
    """Reads the lists beside the messages of an export: once for all the files of one."""

    def __init__(self) -> None:
        self._mark: tuple[object, ...] = ()
        self._read = Realm()

    def of(self, source: Source) -> Realm:
        """Return what the lists say that lie beside a file of messages."""
        lists = source.companion("realm.json")
        mark: tuple[object, ...] = ()
        if lists is not None:
            mark = (lists.place, lists.size, lists.modified_at, lists.checksum)
        if mark != self._mark:
            self._mark, self._read = mark, read_realm(lists)
        return self._read


def read_realm(source: Source | None) -> Realm:
    """Read the lists; nothing when there are none."""
    realm = Realm()
    for kind, record in _records(source) if source is not None else ():
        realm.add(kind, record)
    return realm


def _records(source: Source) -> Iterator[tuple[str, JsonObject]]:
    kind = ""
    for found in unfold(source, _LISTS):
        if isinstance(found, Opening):
            kind = found.path[-1]
        else:
            for value in found.values:
                yield kind, as_object(value)
