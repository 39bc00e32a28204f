"""Where everything lies: the one place that knows a file or folder name of ours.

A home asked for by `--home` or `MINUTEBOOK_HOME` holds everything, so that it can be moved, copied
and thrown away as one folder. Only the platform's default splits data from settings.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from minutebook.errors import ConfigError

HOME_VARIABLE = "MINUTEBOOK_HOME"
"""Environment variable that names the home; empty counts as not set."""

FOLDER_MODE = 0o700
FILE_MODE = 0o600
_OTHERS = 0o077

_DATABASE = "minutebook.db"
_SETTINGS = "config.toml"
_PRICES = "prices.toml"
_THEMES = "themes"
_STYLES = "styles"
_LOGS = "logs"
_EXPORTS = "exports"
_UNSAVED = "unsaved"
_BATCHES = "batches"
_ARCHIVE = "archive"
_PLACEHOLDERS = "placeholders.key"
_NAMES = "names.sealed"
_DRAFTS = "drafts.json"
_QUERIES = "queries"
_ASKED = "sql_history.jsonl"
_OUR_NAMES = frozenset({_DATABASE, _SETTINGS, _THEMES, _STYLES, _LOGS, _EXPORTS, _UNSAVED})
_CHOOSE = "Choose another folder with --home or MINUTEBOOK_HOME."


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The folders of one minutebook, as absolute paths. Making the value touches no disk."""

    data: Path
    """The record: database, logs, exports."""
    config: Path
    """Settings and themes; the same folder as `data` unless the platform's default is used."""

    @classmethod
    def at(cls, folder: Path) -> Home:
        """Return the home that keeps everything in one folder.

        Raises ConfigError when the name cannot be a folder's: empty, or an unknown `~user`.
        """
        place = _absolute(folder)
        return cls(data=place, config=place)

    @classmethod
    def of_platform(cls) -> Home:
        """Return the platform's own folders for data and for settings."""
        import platformdirs

        return cls(
            data=platformdirs.user_data_path("minutebook", appauthor=False),
            config=platformdirs.user_config_path("minutebook", appauthor=False),
        )

    @property
    def database(self) -> Path:
        """The SQLite file of the hot store."""
        return self.data / _DATABASE

    @property
    def config_file(self) -> Path:
        """The settings file; it need not exist."""
        return self.config / _SETTINGS

    @property
    def prices_file(self) -> Path:
        """The user's own prices of models; it need not exist."""
        return self.config / _PRICES

    @property
    def themes(self) -> Path:
        """The user's own themes."""
        return self.config / _THEMES

    @property
    def styles(self) -> Path:
        """The user's own styles of documents; the folder need not exist."""
        return self.config / _STYLES

    @property
    def logs(self) -> Path:
        """What minutebook writes about its own running."""
        return self.data / _LOGS

    @property
    def exports(self) -> Path:
        """What was written out for people, unless they named another place."""
        return self.data / _EXPORTS

    @property
    def batches(self) -> Path:
        """What is sent in batches and what comes back, while that is under way; made when there
        is any."""
        return self.data / _BATCHES

    @property
    def archive(self) -> Path:
        """Pages that have left the store, as Parquet; made when there are any."""
        return self.data / _ARCHIVE

    @property
    def queries(self) -> Path:
        """The user's own SQL queries; made when there is one."""
        return self.config / _QUERIES

    @property
    def query_history(self) -> Path:
        """What was asked in SQL; it need not exist."""
        return self.data / _ASKED

    @property
    def placeholder_key(self) -> Path:
        """The random key of this home's placeholders; made when it is first needed."""
        return self.data / _PLACEHOLDERS

    @property
    def names(self) -> Path:
        """The sealed names of those who have pseudonyms in the record; it need not exist."""
        return self.data / _NAMES

    @property
    def drafts(self) -> Path:
        """What was typed and not sent; it need not exist."""
        return self.data / _DRAFTS

    @property
    def unsaved(self) -> Path:
        """Edits of documents that were not saved yet; made when there is one."""
        return self.data / _UNSAVED

    def ensure(self) -> None:
        """Make the folders for the owner alone, and close to others what is already there.

        Folders get mode 0700, our files 0600. A folder that holds other things and is open to
        others is refused rather than closed: it may be `/tmp`, or somebody's whole home.
        Raises ConfigError, naming the path, when that cannot be done.
        """
        for folder in dict.fromkeys((self.data, self.config)):
            _refuse_foreign(folder)
        for folder in dict.fromkeys((self.data, self.config, self.themes, self.logs, self.exports)):
            _make_private(folder)
        for file in self._files():
            _tighten_file(file)

    def _files(self) -> list[Path]:
        """List the files of ours that exist.

        SQLite keeps two more beside its own. A settings file that is a link belongs to whoever
        keeps its target, such as a folder of dotfiles.
        """
        database = [self.database.with_name(_DATABASE + end) for end in ("", "-wal", "-shm")]
        settings = [] if self.config_file.is_symlink() else [self.config_file]
        return [file for file in (*database, *settings) if file.exists()]


def find_home(folder: Path | None = None, environ: Mapping[str, str] = os.environ) -> Home:
    """Return the home named by the flag, else by `MINUTEBOOK_HOME`, else the platform's own."""
    if folder is not None:
        return Home.at(folder)
    if named := environ.get(HOME_VARIABLE):
        return Home.at(Path(named))
    return Home.of_platform()


def create_private(path: Path, content: bytes = b"") -> None:
    """Write a new file that only its owner can read, in a folder that exists.

    Raises ConfigError when the file is already there or cannot be made.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
    except FileExistsError as error:
        raise ConfigError(f"{path} already exists.", hint="Nothing was written.") from error
    except (OSError, ValueError) as error:
        raise _failure(path, "cannot be written", error) from error


def new_private(path: Path) -> BinaryIO:
    """Open a new file for writing that only its owner can read.

    Raises FileExistsError when the file is already there, OSError when it cannot be made.
    """
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb")


def ensure_private(path: Path) -> None:
    """Make an empty file for the owner alone where there is none, or close the one that is there.

    For files that a library writes, such as the database: made beforehand, they never exist with
    a looser mode. A file that exists is not opened, because closing it again would drop the locks
    that SQLite may hold on it in this process. Raises ConfigError when it cannot be done.
    """
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))
    except FileExistsError:
        _tighten_file(path)
    except (OSError, ValueError) as error:
        raise _failure(path, "cannot be made", error) from error


def _absolute(folder: Path) -> Path:
    if folder == Path() or "\0" in str(folder):
        raise ConfigError(f"{str(folder)!r} cannot be the home.", hint=_CHOOSE)
    try:
        return folder.expanduser().absolute()
    except (RuntimeError, OSError) as error:
        raise ConfigError(
            f"The home {str(folder)!r} leads nowhere: {error}", hint=_CHOOSE
        ) from error


def _refuse_foreign(folder: Path) -> None:
    """Refuse a folder that others can enter and that holds nothing but other people's things."""
    try:
        if not folder.is_dir() or not _is_open(folder):
            return
        names = {entry.name for entry in folder.iterdir()}
    except OSError as error:
        raise _failure(folder, "cannot be read", error) from error
    if names and not names & _OUR_NAMES:
        raise ConfigError(
            f"{folder} holds other files and is open to other people;"
            " minutebook keeps its record in a folder of its own.",
            hint=f"Name a new folder, such as {folder / 'minutebook'}.",
        )


def _make_private(folder: Path) -> None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
    except OSError as error:
        raise _failure(folder, "cannot be made a folder", error) from error
    _tighten(folder, FOLDER_MODE)


def _tighten(path: Path, mode: int) -> None:
    """Take from others what they may do with a path; leave a mode that is tight enough alone."""
    try:
        if _is_open(path):
            path.chmod(mode)
    except OSError as error:
        raise _failure(path, "is open to other people and cannot be closed", error) from error


def _tighten_file(path: Path) -> None:
    if path.is_dir():
        raise ConfigError(f"{path} is a folder; a file belongs there.", hint=_CHOOSE)
    _tighten(path, FILE_MODE)


def _is_open(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & _OTHERS)


def _failure(path: Path, what: str, error: OSError | ValueError) -> ConfigError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return ConfigError(f"{path} {what}: {reason}.", hint=_CHOOSE)
