"""Texts that are split before they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.tui.prose import splits
from minutebook.tui.prose.blocks import ProseBlock, TextKind
from minutebook.tui.prose.splits import Splits
from minutebook.tui.prose.splitter import split

if TYPE_CHECKING:
    import pytest

    from minutebook.tui.prose.pieces import Piece


def noted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the texts that are split from now on."""
    texts: list[str] = []

    def split_noted(text: str, kind: TextKind) -> list[Piece]:
        texts.append(text)
        return split(text, kind)

    monkeypatch.setattr(splits, "split", split_noted)
    return texts


def blocks(*texts: str) -> list[ProseBlock]:
    """Return blocks with texts."""
    return [ProseBlock(id=str(n), text=text) for n, text in enumerate(texts)]


async def test_what_was_split_ahead_is_taken_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the same as what would be found now; the second time it is found now."""
    texts, ahead = noted(monkeypatch), Splits()
    await ahead.prepare(blocks("one\n\ntwo"))
    assert texts == ["one\n\ntwo"]
    pieces = ahead.take("one\n\ntwo", TextKind.MARKDOWN)
    assert len(texts) == 1
    assert ahead.take("one\n\ntwo", TextKind.MARKDOWN) == pieces
    assert len(texts) == 2


async def test_another_kind_of_text_is_another_text() -> None:
    """What is a heading in one is two lines in the other."""
    ahead = Splits()
    await ahead.prepare(blocks("one\n---"))
    assert ahead.take("one\n---", TextKind.VERBATIM) == split("one\n---", TextKind.VERBATIM)


async def test_no_more_is_split_ahead_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first ones are; what was ahead longest makes room for what is asked for later."""
    monkeypatch.setattr(splits, "_AHEAD", 8)
    texts, ahead = noted(monkeypatch), Splits()
    await ahead.prepare(blocks("aaaa", "bbbb", "cccc", "d"))
    assert texts == ["aaaa", "bbbb"]
    await ahead.prepare(blocks("cccc"))
    texts.clear()
    for text in ("cccc", "bbbb", "aaaa"):
        ahead.take(text, TextKind.MARKDOWN)
    assert texts == ["aaaa"]


async def test_the_same_text_is_split_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it is asked for, and in however many blocks."""
    texts, ahead = noted(monkeypatch), Splits()
    await ahead.prepare(blocks("a", "a"))
    await ahead.prepare(blocks("a"))
    assert texts == ["a"]
