"""Keys: where they come from, and that they show nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from minutebook.errors import PrivacyError
from minutebook.privacy import keys
from minutebook.privacy.keys import Key, find_key, key_of_home, need_key, new_key

VARIABLE = "MINUTEBOOK_PRIVACY_KEY"


@pytest.fixture(autouse=True)
def without_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no keyring of this machine be asked."""
    monkeypatch.setattr(keys, "from_keyring", lambda _user: "")


def test_new_keys_differ_and_are_long_enough() -> None:
    """No two are alike, and each is taken."""
    assert len({new_key() for _ in range(20)}) == 20
    assert find_key({VARIABLE: new_key()}) is not None


def test_without_a_key_pseudonyms_say_how_to_make_one() -> None:
    """The refusal names the command and the variable."""
    with pytest.raises(PrivacyError) as refused:
        need_key({})
    assert "minutebook privacy key" in str(refused.value)
    assert VARIABLE in str(refused.value)


def test_a_short_key_is_refused_and_not_shown() -> None:
    """What could be found by trying is no key."""
    with pytest.raises(PrivacyError) as refused:
        need_key({VARIABLE: "hunter2"})
    assert "hunter2" not in str(refused.value)


def test_the_environment_comes_before_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key of the environment is taken, else that of the keyring."""
    ours, theirs = new_key(), new_key()
    monkeypatch.setattr(keys, "from_keyring", lambda _user: theirs)
    assert need_key({VARIABLE: ours}) == Key(secret=ours.encode())
    assert need_key({}) == Key(secret=theirs.encode())


def test_a_key_is_not_in_its_picture() -> None:
    """Neither printing nor logging a key shows it."""
    key = Key(secret=b"k" * 40)
    assert "kkkk" not in repr(key)
    assert "kkkk" not in key.fingerprint


def test_marks_depend_on_key_purpose_and_value() -> None:
    """The same value has the same mark, and another one under another key or for another end."""
    key = Key(secret=b"a" * 32)
    marks = {
        key.mark("person", "alice"),
        key.mark("person", "bob"),
        key.mark("e-mail", "alice"),
        Key(secret=b"b" * 32).mark("person", "alice"),
    }
    assert len(marks) == 4
    assert key.mark("person", "alice") in marks


def test_the_key_of_a_home_is_made_once_for_its_owner(tmp_path: Path) -> None:
    """It is there again after a start, and closed to others."""
    path = tmp_path / "placeholders.key"
    first = key_of_home(path)
    assert key_of_home(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_damaged_key_of_a_home_is_told(tmp_path: Path) -> None:
    """A cut file is no key: it would be guessed."""
    path = tmp_path / "placeholders.key"
    path.write_bytes(b"short")
    with pytest.raises(PrivacyError, match="damaged"):
        key_of_home(path)
