"""One case: a log of one form, damaged, as a file, a folder or an archive. The seed tells all."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from fuzz.archives import attacked, plain
from fuzz.damage import damaged
from generating import FORMS

_BASES = 3
"""Sound logs of each form that are damaged."""
_ODD_NAMES = (
    *(
        "\udcff\udcfe",
        "\u202egnp",
        "-rf",
        "a\nb",
        "\x1b[31m",
        "x" * 240,
        " ",
        "~",
        "[a](b)",
        "%s{0}",
    ),
    *("users.json", "realm.json", "channel.json", "index.json", "data.json", "conversations.json"),
    *("chat.md", "messages.csv", "message_1.json", "result.json", "2024-01-15.json", "user.json"),
    *("d/" * 100 + "x", "GMT99999999-999999", "rollout-x", "agent-1", "2024/99/99/#x"),
)
"""Names that nobody gives, and names that only other formats have."""


class Layout(StrEnum):
    """How the log lies on the disk."""

    FOLDER = "folder"
    GROWING = "growing"
    """A folder that is read twice: the first time as far as each file was written then."""
    ZIP = "zip"
    ATTACK = "attack"
    """A zip that was made, or damaged, itself."""
    RENAMED = "renamed"
    """A folder of files with names that nobody gives."""


_WEIGHTS = {
    Layout.FOLDER: 60,
    Layout.GROWING: 12,
    Layout.ZIP: 10,
    Layout.ATTACK: 10,
    Layout.RENAMED: 8,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is read."""

    number: int
    form: str
    layout: Layout
    ways: tuple[str, ...]
    files: tuple[tuple[str, bytes], ...]
    """Names below the folder, and what is in each; a single one for an archive."""
    cut: float = 1.0
    """Share of each file that is there when it is read the first time."""

    def put(self, folder: Path, share: float = 1.0) -> list[Path]:
        """Write the files, or the beginning of each; return those that could be written."""
        found = []
        for name, data in self.files:
            path = os.fsencode(folder) + b"/" + name.encode("utf-8", "surrogateescape")
            try:
                os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120 - bytes
                with open(path, "wb") as stream:  # noqa: PTH123 - names that are no text
                    stream.write(data[: int(len(data) * share)] if share < 1 else data)
            except (OSError, ValueError):  # the disk takes no such name
                continue
            found.append(Path(os.fsdecode(path)))
        return found


@cache
def _base(form: int, variant: int) -> dict[str, bytes]:
    chosen = FORMS[form]
    talks = chosen.invented(variant, talks=1 + variant % 2, messages=2 * (1 + 3 * variant))
    return {file.path: b"".join(file.data()) for file in chosen.write(talks)}


def case(seed: int, number: int) -> Case:
    """Return a case by its number."""
    chance = random.Random(f"{seed}/{number}")
    form = number % len(FORMS)
    files = dict(_base(form, chance.randrange(_BASES)))
    (layout,) = chance.choices(list(_WEIGHTS), weights=list(_WEIGHTS.values()))
    ways: list[str] = []
    if layout is not Layout.ATTACK or chance.random() < 0.3:
        name = chance.choice(sorted(files))
        files[name], ways = damaged(chance, files[name])
    if layout is Layout.ATTACK:
        data, how = attacked(chance, files)
        files, ways = {"log.zip": data}, [*ways, *how]
    elif layout is Layout.ZIP:
        files = {"log.zip": plain(files)}
    elif layout is Layout.RENAMED:
        files = {_odd_name(chance, name): data for name, data in files.items()}
    return Case(
        number=number,
        form=FORMS[form].name,
        layout=layout,
        ways=tuple(ways),
        files=tuple(files.items()),
        cut=chance.random() if layout is Layout.GROWING else 1.0,
    )


def _odd_name(chance: random.Random, name: str) -> str:
    odd = chance.choice(_ODD_NAMES)
    return odd if odd.endswith((".json", ".csv", ".md")) else f"{odd}{Path(name).suffix}"
