"""The sealed names of a home: for whoever has the key, in every process, and for nobody else."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.privacy.keys import Key
from minutebook.privacy.roster import Roster
from minutebook.privacy.sealing import Seal

KEY = Key(secret=b"k" * 32)
SEAL = Seal(KEY)


@given(st.text())
@settings(max_examples=30, deadline=None)
def test_what_is_sealed_is_opened_by_its_key_alone(text: str) -> None:
    """Whatever a text is; it is sealed another way each time."""
    sealed = SEAL.close(text)
    assert SEAL.open(sealed) == text
    assert Seal(Key(secret=b"o" * 32)).open(sealed) is None
    assert sealed != SEAL.close(text)


def test_what_was_changed_or_never_sealed_is_not_opened() -> None:
    """Nor what is torn, nor what is no seal at all."""
    sealed = SEAL.close("Ana Quandt")
    for other in ("", "A", "{}", "né", sealed[:-4], sealed[:-8] + "AAAAAAA=", "A" + sealed[1:]):
        assert other == sealed or SEAL.open(other) is None


def test_names_are_known_everywhere_and_stand_nowhere(tmp_path: Path) -> None:
    """Two that are open see each other's; one that opens later sees all; the file tells nobody."""
    path = tmp_path / "names.sealed"
    one, other = Roster(path, SEAL), Roster(path, SEAL)
    one.add({"Ana Quandt"})
    other.look()
    assert other.people().names == {"Ana Quandt"}
    version = other.people().version
    other.add({"Ana Quandt", "Bo"})
    one.look()
    assert one.people().names == {"Ana Quandt", "Bo"}
    assert other.people().version > version
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"Quandt" not in path.read_bytes()
    assert len({len(line) for line in path.read_bytes().split(b"\n") if line}) == 1


def test_a_torn_name_spoils_no_other(tmp_path: Path) -> None:
    """What a crash cut short, or another key sealed, is passed over."""
    path = tmp_path / "names.sealed"
    Roster(path, SEAL).add({"Ana"})
    path.write_bytes(path.read_bytes()[:-20])
    Roster(path, Seal(Key(secret=b"o" * 32))).add({"Carla"})
    Roster(path, SEAL).add({"Bo"})
    found = Roster(path, SEAL)
    found.look()
    assert found.people().names == {"Bo"}


def test_one_that_keeps_nothing_knows_and_writes_nothing(tmp_path: Path) -> None:
    """A rehearsal knows whom it has met, and the disk does not."""
    path = tmp_path / "names.sealed"
    passing = Roster(path, SEAL).passing()
    passing.add({"Ana"})
    assert passing.people().names == {"Ana"}
    assert not path.exists()
