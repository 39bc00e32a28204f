"""What hides people in the record, and who is then hidden from models."""

from __future__ import annotations

from pathlib import Path

import pytest

from minutebook.config import Privacy, Pseudonyms, Settings
from minutebook.config.credentials import PRIVACY_KEY_VARIABLE
from minutebook.domain.turns import Role
from minutebook.errors import PrivacyError
from minutebook.llm.protocol import Message, Request, Task
from minutebook.paths import Home
from minutebook.privacy.opening import gate_of, hider_of

ENVIRON = {PRIVACY_KEY_VARIABLE: "k" * 40}
RECORD = Settings(privacy=Privacy(pseudonyms=Pseudonyms.RECORD))


def home_at(folder: Path) -> Home:
    """Return a home whose folders exist."""
    home = Home.at(folder / "home")
    home.ensure()
    return home


def test_only_who_asks_for_it_has_a_record_with_pseudonyms(tmp_path: Path) -> None:
    """Neither without pseudonyms nor with those for models; and never without a key."""
    home = home_at(tmp_path)
    for wanted in (Pseudonyms.OFF, Pseudonyms.MODELS):
        assert hider_of(home, Settings(privacy=Privacy(pseudonyms=wanted)), ENVIRON) is None
    assert hider_of(home, RECORD, ENVIRON) is not None
    with pytest.raises(PrivacyError):
        hider_of(home, RECORD, {})


def test_a_speaker_has_one_pseudonym_and_nobody_has_none(tmp_path: Path) -> None:
    """Also one whose name is no word; who is nobody in particular stays."""
    hider = hider_of(home_at(tmp_path), RECORD, ENVIRON)
    assert hider is not None
    assert hider.person("Ana Quandt") == hider.person("ana quandt") != hider.person("Bo")
    assert hider.person("\U0001f984").startswith("Person ")
    assert [hider.person(name) for name in ("", "User", "admin")] == ["", "User", "admin"]


async def test_models_are_not_told_names_that_only_the_logs_had(tmp_path: Path) -> None:
    """What a person types is sent with the pseudonyms that the record has."""
    home = home_at(tmp_path)
    hider, gate = hider_of(home, RECORD, ENVIRON), gate_of(home, RECORD, ENVIRON)
    assert hider is not None
    hider.know({"Ana Quandt", "you"})
    request = Request(
        task=Task.CHAT, messages=(Message(role=Role.USER, text="Ask Quandt, you know."),)
    )
    (sent,) = (await gate.shown(request)).messages
    assert sent.text == f"Ask {hider.person('Ana Quandt')}, you know."
    assert hider.text("Ask Quandt, you know.") == sent.text
