"""A crew of three in a log, of whom one opts out: what tests of opting out share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from minutebook.config import Context, Pages, Scribe, Settings, Sources
from minutebook.config.settings import Models
from minutebook.domain.opting_out import Choice
from minutebook.engine import Engine, open_engine
from minutebook.paths import Home
from minutebook.store import derived
from minutebook.store.transaction import Transaction

BOB = "Bob Miller"
PLANTED = "purple elderberry wine beside the crooked staircase"
"""What Bob says in every turn, and nobody else ever."""
_SAID = {
    "Anna": "We pack the green tent number {n} and check the ropes before the ferry leaves.",
    BOB: "The cellar holds exactly {n} bottles of " + PLANTED + ".",
    "Carla": "The stove needs paraffin for {n} days, and the map of the harbour is mine.",
}
TURNS = 24
_BEGIN = datetime(2024, 3, 17, 9, 0, tzinfo=UTC)


def log_of(
    folder: Path,
    turns: int = TURNS,
    *,
    name: str = BOB,
    later: str = BOB,
    chat: str = "crew",
    begin: int = 0,
) -> Path:
    """Write a chat log; a longer one begins as a shorter one does. Bob has a name until turn 24,
    and may have another from then on."""
    lines = [
        f"{_BEGIN + timedelta(minutes=20 * n, days=n // 20):%d/%m/%Y, %H:%M} -"
        f" {_named(n, name if n < TURNS else later)}: {list(_SAID.values())[n % 3].format(n=n)}"
        for n in range(begin, begin + turns)
    ]
    folder.mkdir(exist_ok=True)
    path = folder / f"WhatsApp Chat with {chat}.txt"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def _named(n: int, bob: str) -> str:
    return ("Anna", bob, "Carla")[n % 3]


def settings(*, mirror: str = "", models: Models | None = None) -> Settings:
    """Return settings under which pages are small and everything is told at once."""
    return Settings(
        pages=Pages(tokens=300),
        scribe=Scribe(mirror=mirror),
        models=models or Models(),
        context=Context(recall=False),
        sources=Sources(quiet_seconds=0),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """A home with the log in it."""

    engine: Engine
    folder: Path
    id: str

    async def read(self, path: Path) -> int:
        """Read a log; return how many turns were new."""
        return sum([r.turns_new async for r in self.engine.importer.import_paths([path])])

    async def opt_out(self, name: str = BOB, *, erases: bool = False) -> None:
        """Let somebody opt out; nothing of theirs may be left."""
        report = await self.engine.opting_out.opt_out(Choice(name=name, erases=erases))
        assert report.left == ()

    async def archive(self) -> None:
        """Let every page leave the store."""
        pages = [page.id for page in await self.engine.library.pages(conversation=self.id)]
        await self.engine.archive.review.let_go(pages)
        await self.engine.archive.flush()

    async def derived(self, words: str) -> list[str]:
        """Return where in anything derived words stand."""

        def work(tx: Transaction) -> list[str]:
            return [f"{e.kind} {e.id}" for e in derived.texts(tx) if words in e.text]

        found = await self.engine._database.read(work)
        found += [p for p, text in await self.engine.archive.derived_texts() if words in text]
        return found


async def make_crew(folder: Path, made: Settings | None = None, turns: int = TURNS) -> None:
    """Make a home in which the log was read, told and summarised, all offline."""
    async with open_engine(Home.at(folder / "home"), made or settings()) as engine:
        async for _ in engine.importer.import_paths([log_of(folder / "logs", turns)]):
            pass
        await engine.do_what_can_be_done()


@asynccontextmanager
async def crew_at(folder: Path, made: Settings | None = None) -> AsyncIterator[Crew]:
    """Open a home that `make_crew` made."""
    async with open_engine(Home.at(folder / "home"), made or settings()) as engine:
        (one,) = await engine.library.conversations()
        yield Crew(engine=engine, folder=folder, id=one.id)


def files_with(folder: Path, words: str) -> list[str]:
    """Return the files below a folder in whose bytes words stand, in any usual encoding."""
    wanted = [words.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be")]
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(each in path.read_bytes() for each in wanted)
    ]
