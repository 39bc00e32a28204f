"""No cut leaves a piece of a key or of a number that nothing would know again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from minutebook.context.prompt import cutting, framing
from minutebook.context.slot import excerpts
from minutebook.domain.context import PagedIn, Why
from minutebook.domain.turns import Content, Role, ToolCall
from minutebook.domain.whole_words import beginning, head_end, tail_start
from minutebook.llm import prompting
from minutebook.llm.protocol import Passage

PAGE = "pg_0123456789abcdef"
SECRETS = {
    "key": "sk-ant-api03-Qz8vKp2LmN4xRt6YwBd1",
    "card": "4111 1111 1111 1111",
    "phone": "+1 (555) 123-4567",
    "iban": "GB29 NWBK 6016 1331 9268 19",
    "private key": "-----BEGIN RSA PRIVATE KEY-----\n"
    + "\n".join([*["MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIB" + "Ab9/" * 4] * 3, "kLm9=="])
    + "\n-----END RSA PRIVATE KEY-----",
}
HARMLESS = "\n-----END RSA PRIVATE KEY-----"
FILLER = "so they went out and "


def pieces(secret: str, sent: str) -> list[str]:
    """Return pieces of a secret, eight characters and more, in a text without the whole of it."""
    rest = sent.replace(secret, "")
    parts = {secret[at : at + 8] for at in range(len(secret) - 7)}
    parts = {part for part in parts if part not in HARMLESS}
    return sorted(part for part in parts if part in rest)


def said(text: str, role: Role = Role.USER) -> Passage:
    return Passage(source=1, speaker="Ann", role=role, text=text)


def excerpt(text: str) -> str:
    paged = PagedIn(
        page=PAGE, tokens=100, why=Why.MODEL, words="lighthouse", last_at=datetime.now(UTC)
    )
    return excerpts.shown(paged, [said(text)])


def arguments(text: str) -> str:
    call = ToolCall(id="c", name="run", arguments=text)
    return cutting.cut("", Content(tool_calls=(call,)), PAGE, 140)[1].tool_calls[0].arguments


def traffic(text: str) -> str:
    return prompting.transcript([said(text, Role.TOOL)])


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_no_piece_is_left_where_texts_are_cut(secret: str) -> None:
    """Wherever a secret stands, it is sent whole, so that it is known, or not at all."""
    prose = FILLER * 50
    for at in range(200, 520):
        text = f"{prose[:at]} {secret} {prose}"
        for made in (framing.shortened(text, PAGE), arguments(text), beginning(text, 400)):
            assert not pieces(secret, made.replace("\\n", "\n")), at


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_no_piece_is_left_around_words_that_were_found(secret: str) -> None:
    """The window around the words of a search is cut as safely on both sides."""
    for gap in range(400):
        near = (FILLER * 20)[:gap]
        text = f"{FILLER * 40}{secret} {near} lighthouse {near} {secret} {FILLER * 40}"
        assert not pieces(secret, excerpt(text)), gap


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_no_piece_is_left_of_tool_traffic(secret: str) -> None:
    """Traffic that is told to a scribe is cut as safely at both ends of what is left out."""
    for at in [*range(1_000, 1_100, 3), *range(1_450, 1_560, 3)]:
        text = (FILLER * 200)[:at] + f" {secret} " + FILLER * 20
        assert not pieces(secret, traffic(text)), at


def test_a_run_without_end_is_left_out_whole() -> None:
    """Of something like a long key, nothing stays."""
    run = "aB3-" * 1_000
    assert head_end(run, 500) == 0
    assert tail_start(run, 500) == len(run)
    assert beginning(f"before {run}", 2_000) == "before"


def test_packed_json_is_cut_behind_a_value() -> None:
    """Results without a space are shown in part; no name stays without its value."""
    packed = "{" + ",".join(f'"name{n}":"value{n}x"' for n in range(200)) + "}"
    made = beginning(packed, 700)
    assert len(made) > 600
    assert made.endswith('x",')


def test_scripts_without_spaces_are_cut_between_letters() -> None:
    """Chinese prose has no spaces, and is not left out for it."""
    text = "渡船在早晨离开港口。" * 100
    assert beginning(text, 300) == text[:300]
    assert text[tail_start(text, 300) :] == text[300:]
