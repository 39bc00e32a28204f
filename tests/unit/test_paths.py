"""Homes: where things lie, and that only the owner can read them."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from minutebook.errors import ConfigError
from minutebook.paths import Home, create_private, ensure_private, find_home


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def refuse(number: int) -> Callable[..., None]:
    def raising(*_args: object, **_kwargs: object) -> None:
        raise OSError(number, os.strerror(number))

    return raising


def test_flag_wins_over_environment(tmp_path: Path) -> None:
    """--home is taken before MINUTEBOOK_HOME."""
    home = find_home(tmp_path / "flag", {"MINUTEBOOK_HOME": str(tmp_path / "variable")})
    assert home.data == tmp_path / "flag"


def test_named_home_holds_everything(tmp_path: Path) -> None:
    """A home that was asked for keeps settings and themes with the data."""
    home = find_home(environ={"MINUTEBOOK_HOME": str(tmp_path)})
    assert home.database == tmp_path / "minutebook.db"
    assert home.config_file == tmp_path / "config.toml"
    assert home.themes == tmp_path / "themes"
    assert home.logs == tmp_path / "logs"
    assert home.exports == tmp_path / "exports"


@pytest.mark.parametrize("environ", [{}, {"MINUTEBOOK_HOME": ""}])
def test_platform_default_splits_data_and_settings(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a name, the platform's data and config folders are used."""
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_a, **_k: tmp_path / "data")
    monkeypatch.setattr("platformdirs.user_config_path", lambda *_a, **_k: tmp_path / "config")
    home = find_home(environ=environ)
    assert home.database == tmp_path / "data" / "minutebook.db"
    assert home.config_file == tmp_path / "config" / "config.toml"
    assert home.themes == tmp_path / "config" / "themes"


def test_relative_home_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A later change of folder does not move the home."""
    monkeypatch.chdir(tmp_path)
    assert Home.at(Path("here")).data == tmp_path / "here"


def test_tilde_is_the_users_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A quoted ~ in the environment is understood."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find_home(environ={"MINUTEBOOK_HOME": "~/book"}).data == tmp_path / "book"


@pytest.mark.parametrize("name", ["", "a\0b", "~no-such-user-here/book"])
def test_impossible_names_are_refused(name: str) -> None:
    """A name that cannot be a folder is a ConfigError, not a traceback."""
    with pytest.raises(ConfigError, match="--home"):
        Home.at(Path(name))


def test_making_a_home_value_touches_nothing(tmp_path: Path) -> None:
    """Only ensure() writes."""
    find_home(tmp_path / "book")
    assert list(tmp_path.iterdir()) == []


def test_ensure_makes_private_folders(tmp_path: Path) -> None:
    """Every folder is made 0700 whatever the umask; a second call changes nothing."""
    home = Home.at(tmp_path / "deep" / "book")
    before = os.umask(0)
    try:
        home.ensure()
        home.ensure()
    finally:
        os.umask(before)
    folders = (home.data, home.themes, home.logs, home.exports)
    assert [mode(folder) for folder in folders] == [0o700] * 4


def test_ensure_makes_both_platform_folders(tmp_path: Path) -> None:
    """Data and settings may lie apart."""
    home = Home(data=tmp_path / "share" / "minutebook", config=tmp_path / "etc" / "minutebook")
    home.ensure()
    assert home.logs.is_dir()
    assert home.themes.is_dir()
    assert not (home.data / "themes").exists()


def test_ensure_tightens_what_is_ours(tmp_path: Path) -> None:
    """Folders and files of ours that others can read are closed to them."""
    home = Home.at(tmp_path / "book")
    home.ensure()
    files = [home.database, home.data / "minutebook.db-wal", home.config_file]
    for file in files:
        file.touch(mode=0o644)
    for folder in (home.data, home.logs):
        folder.chmod(0o755)
    home.ensure()
    assert [mode(path) for path in (*files, home.data, home.logs)] == [0o600] * 3 + [0o700] * 2


def test_ensure_leaves_tighter_modes_alone(tmp_path: Path) -> None:
    """A read-only settings file stays read-only."""
    home = Home.at(tmp_path / "book")
    home.ensure()
    home.config_file.touch(mode=0o400)
    home.ensure()
    assert mode(home.config_file) == 0o400


def test_linked_settings_are_left_to_their_keeper(tmp_path: Path) -> None:
    """A config.toml that links into a folder of dotfiles keeps its mode."""
    kept = tmp_path / "dotfiles.toml"
    kept.touch()
    kept.chmod(0o644)
    home = Home.at(tmp_path / "book")
    home.ensure()
    home.config_file.symlink_to(kept)
    home.ensure()
    assert mode(kept) == 0o644


def test_an_empty_open_folder_is_taken(tmp_path: Path) -> None:
    """A folder prepared for us, such as an empty volume, becomes private."""
    folder = tmp_path / "volume"
    folder.mkdir()
    folder.chmod(0o755)
    Home.at(folder).ensure()
    assert mode(folder) == 0o700


def test_an_open_folder_of_others_is_refused(tmp_path: Path) -> None:
    """/tmp or a whole user's folder is never closed to others by mistake."""
    folder = tmp_path / "shared"
    folder.mkdir()
    (folder / "letter.txt").touch()
    folder.chmod(0o755)
    with pytest.raises(ConfigError, match="folder of its own"):
        Home.at(folder).ensure()
    assert mode(folder) == 0o755
    assert [entry.name for entry in folder.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("below", ["", "inner", "inner/deeper"])
def test_a_file_in_the_way_is_named(below: str, tmp_path: Path) -> None:
    """A file where a folder should be is a clear error."""
    (tmp_path / "book").touch()
    with pytest.raises(ConfigError, match=r"book.*--home"):
        Home.at(tmp_path / "book" / below).ensure()


def test_a_link_that_leads_in_a_circle_is_named(tmp_path: Path) -> None:
    """A symlink loop is a clear error."""
    (tmp_path / "book").symlink_to(tmp_path / "book")
    with pytest.raises(ConfigError, match="book"):
        Home.at(tmp_path / "book").ensure()


def test_a_name_that_is_too_long_is_named(tmp_path: Path) -> None:
    """The file system's own limits are reported as ours."""
    with pytest.raises(ConfigError, match="too long"):
        Home.at(tmp_path / ("x" * 300)).ensure()


def test_read_only_place_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A read-only file system is reported with the folder and what to do."""
    monkeypatch.setattr(Path, "mkdir", refuse(errno.EROFS))
    with pytest.raises(ConfigError, match=r"book .*Read-only.*--home"):
        Home.at(tmp_path / "book").ensure()


def test_open_folder_that_is_not_ours_to_close(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not being permitted to tighten is an error, not a shrug."""
    tmp_path.chmod(0o755)
    monkeypatch.setattr(Path, "chmod", refuse(errno.EPERM))
    with pytest.raises(ConfigError, match=r"cannot be closed: Operation not permitted"):
        Home.at(tmp_path).ensure()


def test_unreadable_folder_is_a_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that may not be listed is reported."""
    tmp_path.chmod(0o755)
    monkeypatch.setattr(Path, "iterdir", refuse(errno.EACCES))
    with pytest.raises(ConfigError, match="cannot be read: Permission denied"):
        Home.at(tmp_path).ensure()


def test_create_private_writes_for_the_owner_alone(tmp_path: Path) -> None:
    """The file has mode 0600 from its first moment and holds the bytes."""
    before = os.umask(0)
    try:
        create_private(tmp_path / "a", b"text")
    finally:
        os.umask(before)
    assert mode(tmp_path / "a") == 0o600
    assert (tmp_path / "a").read_bytes() == b"text"


def test_create_private_never_overwrites(tmp_path: Path) -> None:
    """What a person wrote stays."""
    (tmp_path / "a").write_text("mine")
    with pytest.raises(ConfigError, match="already exists"):
        create_private(tmp_path / "a", b"other")
    assert (tmp_path / "a").read_text() == "mine"


def test_create_private_reports_a_missing_folder(tmp_path: Path) -> None:
    """The folder must exist."""
    with pytest.raises(ConfigError, match="cannot be written"):
        create_private(tmp_path / "no" / "a")


def test_ensure_private_makes_and_tightens(tmp_path: Path) -> None:
    """The database file is private whether it is new or was there, and keeps its content."""
    ensure_private(tmp_path / "new")
    (tmp_path / "old").write_text("rows")
    (tmp_path / "old").chmod(0o664)
    ensure_private(tmp_path / "old")
    assert mode(tmp_path / "new") == mode(tmp_path / "old") == 0o600
    assert (tmp_path / "old").read_text() == "rows"


def test_ensure_private_reports_a_folder_in_the_way(tmp_path: Path) -> None:
    """A folder where the file should be is a clear error."""
    with pytest.raises(ConfigError, match="is a folder"):
        ensure_private(tmp_path)


def test_a_folder_named_like_the_database_is_reported(tmp_path: Path) -> None:
    """ensure() does not take a folder for the database."""
    home = Home.at(tmp_path / "book")
    home.ensure()
    home.database.mkdir()
    with pytest.raises(ConfigError, match=r"minutebook\.db is a folder"):
        home.ensure()
