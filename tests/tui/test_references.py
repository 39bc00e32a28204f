"""Markers of a model in the transcript: a link to the page, never half a marker."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.domain.markers import markers
from minutebook.tui.references import SignedText, pages_in, with_signs
from tui.conftest import Opens
from tui.models import Line, let_speak
from tui.test_chatting import answered, begin, texts
from tui.test_replies import say

if TYPE_CHECKING:
    import pytest

PAGE = "pg_0123456789ab"


def test_a_page_is_a_link_with_its_label() -> None:
    """A reference is a link; its label is harmless, and where there is none its id stands."""
    text = f"See @@ref('{PAGE}')@@, `@@ref('{PAGE}')@@`."
    assert with_signs(text, {}) == (
        f"See [▤ pg\\_0123456789ab](minutebook:{PAGE}), `@@ref('{PAGE}')@@`."
    )
    shown = with_signs(text, {PAGE: "](http://x) \x1b[2J *ferry*"})
    assert "](http" not in shown
    assert "\x1b" not in shown
    assert pages_in(text) == (PAGE,)


def test_other_markers_are_small_signs() -> None:
    """Words, letting go and opinions are a sign each; what is no page is no link."""
    text = "a @@important@@ b @@ephemeral@@ c @@unref@@ d @@ref('?the [ferry](x)')@@ @@ref('no')@@"
    assert with_signs(text, {}) == ("a ※ b ◌ c −▤ d ▤ “the \\[ferry\\]\\(x\\)” ▤ no")


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="@ref('pg_1)`\n unimportant", max_size=60), st.integers(1, 9))
def test_pieces_are_shown_as_the_whole(noise: str, width: int) -> None:
    """However a reply is cut, what is shown of it grows to what is shown of all of it."""
    text = f"{noise} @@ref('{PAGE}')@@ {noise}"
    signed, so_far = SignedText(), ""
    for at in range(0, len(text), width):
        so_far += signed.feed(text[at : at + width])
        assert with_signs(text, {}).startswith(so_far)
    assert so_far + signed.finish() == with_signs(text, {})
    assert len(markers(text)) <= text.count("@@ref(")


async def test_a_reply_that_comes_shows_links(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it comes no half marker is seen; then it is a link, in the record it is as it was."""
    gate = asyncio.Event()
    pieces = ("See @@re", f"f('{PAGE}')@", "@ now.")
    let_speak(monkeypatch, Line(text=pieces, gate=gate))
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "Which page?")
        chat = bench.app.bench.chat

        def shown() -> list[str]:
            reply = chat.transcript.replies.of(chat.conversation.id if chat.conversation else "")
            return [] if reply is None else reply.shown

        await bench.until(lambda: shown() == ["See "], "the first piece is shown without @@")
        gate.set()
        await answered(bench)
        assert texts(bench)[-1] == f"See [▤ pg\\_0123456789ab](minutebook:{PAGE}) now."
        whole = "".join(pieces)
        await bench.until(
            lambda: chat.transcript.turns[-1].content.text == whole, "the record has it as it was"
        )
        assert texts(bench)[-1] == f"See [▤ pg\\_0123456789ab](minutebook:{PAGE}) now."
