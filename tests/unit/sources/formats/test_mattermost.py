"""The bulk export of Mattermost."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from typing import Any

from json_logs import json_lines, read, score, with_odd_members

from minutebook.domain.turns import Attachment, Margin, Reaction, Role
from minutebook.sources.formats.mattermost import Mattermost
from minutebook.sources.parsed import Identity

FORMAT = Mattermost()
AT = 1_700_000_000_000


def _line(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, kind: value}


def _post(message: str = "hi", after: int = 0, **members: Any) -> dict[str, Any]:
    common: dict[str, Any] = {"team": "club", "channel": "general", "user": "ann"}
    return common | {"message": message, "create_at": AT + after} | members


HEAD = [
    _line("version", 1),
    _line("team", {"name": "club"}),
    _line("channel", {"team": "club", "name": "general", "display_name": "General"}),
    _line("user", {"username": "ann", "first_name": "Ann", "last_name": "A", "nickname": ""}),
    _line("user", {"username": "bo", "nickname": "Bobo"}),
    _line("emoji", {"name": "zig"}),
]


def test_channels_are_told_from_their_beginning() -> None:
    """Posts stand in any order, replies with their post."""
    replies = [_post("late", 9000, user="bo"), _post("soon", 1000, user="bo")]
    posts = [_line("post", _post("first", replies=replies)), _line("post", _post("next", 5000))]
    first = read(FORMAT, json_lines(*HEAD, *posts)).turns[0]
    for seed in range(3):
        random.Random(seed).shuffle(posts)
        data = json_lines(*HEAD, *posts)
        assert score(FORMAT, data) > 0.9
        found = read(FORMAT, data)
        [conversation] = found.conversations
        assert (conversation.identity, conversation.native_id) == (Identity.GIVEN, "club/general")
        assert conversation.title == "General"
        assert [(turn.author, turn.content.text, turn.margin.thread) for turn in found.turns] == [
            ("Ann A", "first", f"{AT} ann"),
            ("Bobo", "soon", f"{AT} ann"),
            ("Ann A", "next", None),
            ("Bobo", "late", f"{AT} ann"),
        ]
    assert (first.native_id, first.role) == (f"{AT} ann", Role.PERSON)
    assert first.at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC) == first.as_of


def test_private_talks_are_named_by_who_is_in_them() -> None:
    """In one order, whoever wrote."""
    talk = {"channel_members": ["bo", "ann"], "user": "ann", "message": "x", "create_at": AT}
    found = read(FORMAT, json_lines(*HEAD, _line("direct_post", talk)))
    [conversation] = found.conversations
    assert (conversation.native_id, conversation.title) == ("@ann,bo", "Ann A, Bobo")


def test_what_stands_beside_a_post_is_kept() -> None:
    """Reactions, files by name, the time of an edit, and what a bot attaches."""
    reactions = [{"user": "bo", "emoji_name": "+1"}, {"user": "ann", "emoji_name": "+1"}]
    attached = [{"title": "T", "text": "t"}, {"fallback": "f"}]
    props = {"override_username": "CI", "attachments": attached}
    post = _post(
        reactions=reactions,
        attachments=[{"path": "20240101/x/a.png"}],
        edit_at=AT + 60_000,
        props=props,
    )
    joined = _post("ann joined", 1, type="system_join_channel")
    turn, notice = read(FORMAT, json_lines(*HEAD, _line("post", post), _line("post", joined))).turns
    thumbs = Reaction(name="+1", count=2, authors=("Bobo", "Ann A"))
    assert turn.margin == Margin(reactions=(thumbs,))
    assert turn.content.attachments == (Attachment(name="a.png"),)
    assert (turn.author, turn.content.text) == ("CI", "hi\n\nT\nt\n\nf")
    assert turn.as_of == datetime(2023, 11, 14, 22, 14, 20, tzinfo=UTC)
    assert notice.role is Role.SYSTEM


def test_posts_of_one_millisecond_are_told_apart() -> None:
    """As an import from elsewhere may have made them."""
    posts = [_line("post", _post(text)) for text in ("a", "b")]
    found = read(FORMAT, json_lines(*HEAD, *posts))
    assert [turn.native_id for turn in found.turns] == [f"{AT} ann", f"{AT} ann 2"]


def test_damage_is_set_aside() -> None:
    """Unknown types are counted; lines of others are not taken."""
    data = json_lines(*HEAD, _line("wish", {}), 5, _line("post", _post())) + '{"type": "po'
    found = read(FORMAT, data)
    assert (len(found.turns), found.places) == (1, ["line 8", "line 10"])
    assert [item.note for item in found.items if hasattr(item, "note")] == [
        "1 record without words was left out: wish (1)."
    ]
    for other in ([{"type": "user", "user": {}}], [{"type": "post", "text": "x"}]):
        assert score(FORMAT, json_lines(*other)) == 0
    assert score(FORMAT, json.dumps(_line("post", _post()), indent=2)) == 0
    post = _post(replies=[_post()], reactions=[{"user": "bo"}], attachments=[{"path": "x"}])
    lines = [f'{{"type": "post", "post": {line}}}\n' for line in with_odd_members(post)]
    assert read(FORMAT, "".join(lines)).turns
