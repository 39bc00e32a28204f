"""Read what turns say that have gone cold. Each row is checked against its hash.

What was read is kept for a while, page by page: files are never changed, and a name never comes
again, so that what was read once stays true.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

from minutebook.archive.duck import Duck, literal, statement
from minutebook.archive.places import Places
from minutebook.archive.schemas import schema
from minutebook.domain.archive import ColdPages, ColdText, ColdTexts, FileKind
from minutebook.errors import ArchiveDamagedError

_KEPT = 16 * 1024 * 1024
"""Characters."""
_AT_ONCE = 500
"""Pages of one file that are read together."""


class Reader:
    """Reads texts from the archive's files, for the store."""

    def __init__(self, places: Places, duck: Duck) -> None:
        self._places = places
        self._duck = duck
        self._kept: OrderedDict[tuple[str, str], ColdTexts] = OrderedDict()
        self._weight = 0
        self._lock = threading.Lock()

    def texts(self, wanted: ColdPages) -> ColdTexts:
        """Return what the turns of some pages of a file say. Raises ArchiveError."""
        found: dict[int, ColdText] = {}
        missing = []
        with self._lock:
            for page in sorted(wanted.pages):
                kept = self._kept.get((wanted.path, page))
                if kept is None:
                    missing.append(page)
                else:
                    self._kept.move_to_end((wanted.path, page))
                    found.update(kept)
        for page, read in self._read(wanted, missing).items() if missing else ():
            found.update(read)
            self._keep((wanted.path, page), read)
        return found

    def containing(self, path: str, words: str) -> list[int]:
        """Return the turns of a file whose text contains words. Raises ArchiveError."""
        place = self._ensure(path)
        values = {"path": place, "words": words}
        return [row[0] for row in self._duck.ask(statement("containing"), values)]

    def _read(self, wanted: ColdPages, pages: Sequence[str]) -> dict[str, dict[int, ColdText]]:
        place = self._ensure(wanted.path)
        columns = schema(FileKind.TURNS, wanted.schema_version)
        found: dict[str, dict[int, ColdText]] = {}
        for start in range(0, len(pages), _AT_ONCE):
            some = pages[start : start + _AT_ONCE]
            text = statement("texts").format(
                canonical=columns.canonical, pages=", ".join(map(literal, some))
            )
            rows = self._duck.ask(text, {"path": place})
            for page, turn, said, parts, revisions, is_whole in rows:
                if not is_whole:
                    raise _damaged(wanted.path, "has a row that is not what was written")
                read = ColdText(text=said, parts=parts, revisions=revisions)
                found.setdefault(page, {})[turn] = read
        return found

    def _ensure(self, path: str) -> str:
        place = self._places.readable(path)
        if not place.is_file():
            raise _damaged(path, "is missing")
        return str(place)

    def _keep(self, key: tuple[str, str], found: ColdTexts) -> None:
        with self._lock:
            if key not in self._kept:
                self._kept[key] = found
                self._weight += _weight(found)
            while self._weight > _KEPT and len(self._kept) > 1:
                _, gone = self._kept.popitem(last=False)
                self._weight -= _weight(gone)


def _weight(found: ColdTexts) -> int:
    return sum(len(each.text) + len(each.parts or "") + 200 for each in found.values())


def _damaged(path: str, what: str) -> ArchiveDamagedError:
    return ArchiveDamagedError(
        f"The archive's file {path!r} {what}.",
        hint="Bring it back from a backup; `minutebook archive verify` looks at every file.",
    )
