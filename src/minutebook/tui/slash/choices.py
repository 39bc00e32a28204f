"""What can stand behind a command: models, pages, styles, files.

Models are asked for once in a while, all providers at the same time; a provider that cannot be
asked is a line among the choices, and hides no other.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from minutebook.domain.display import one_line
from minutebook.errors import ModelError, NotFoundError
from minutebook.tui.slash.commands import Kind
from minutebook.tui.slash.completion import AT_MOST, SCRIBE_VERBS, SNAPSHOT_VERBS, Choice

if TYPE_CHECKING:
    from minutebook.domain.context import PagedIn
    from minutebook.engine import Engine
    from minutebook.tui.slash.completion import Wanted

_FRESH_SECONDS = 60.0
_LIST_SECONDS = 10.0
_PAGES = 200


class Choices:
    """Looks for choices in the engine and on the disk."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._models: tuple[Choice, ...] = ()
        self._models_at = -_FRESH_SECONDS

    async def of(self, wish: Wanted, conversation: str) -> tuple[Choice, ...]:
        """Return the choices of a kind in a conversation. Raises StoreError and ConfigError."""
        match wish.kind:
            case Kind.MODEL:
                return await self._all_models()
            case Kind.PAGE:
                return await self._pages(conversation)
            case Kind.HELD:
                return await self._held(conversation)
            case Kind.STYLE:
                styles = await self._engine.scribe.styles()
                return tuple(Choice(text=each.name, help=each.description) for each in styles)
            case Kind.FILE:
                return await asyncio.to_thread(_files, wish.begun)
            case Kind.SCRIBE:
                return SCRIBE_VERBS
            case Kind.SNAPSHOT:
                return SNAPSHOT_VERBS
            case Kind.THEN:
                return await self._snapshots()
            case _:
                return ()

    def known_models(self) -> tuple[Choice, ...]:
        """Return the models that are known without asking anybody."""
        settings = self._engine.settings.models
        named = dict.fromkeys((self._engine.chat.model, settings.chat, settings.fallback))
        own = [Choice(text=name, help="from the settings") for name in named if name]
        plain = Choice(text="offline", help="no model: quotes your own record")
        return tuple({each.text: each for each in (*own, plain)}.values())

    async def _all_models(self) -> tuple[Choice, ...]:
        if monotonic() - self._models_at > _FRESH_SECONDS:
            servers = self._engine.models.servers
            listed = await asyncio.gather(*(self._listed(provider) for provider in servers))
            self._models = tuple(choice for found in listed for choice in found)
            self._models_at = monotonic()
        every = (*self.known_models(), *self._models)
        first: dict[str, Choice] = {}
        for each in every:
            first.setdefault(each.text or each.help, each)
        return tuple(first.values())

    async def _listed(self, provider: str) -> tuple[Choice, ...]:
        """Return what a provider offers, or a line that says why it does not."""
        try:
            async with asyncio.timeout(_LIST_SECONDS):
                found = await self._engine.models.list_models(provider)
        except ModelError as error:
            return (Choice(text="", help=f"{provider}: {one_line(str(error))}"),)
        except TimeoutError:
            return (Choice(text="", help=f"{provider}: its list did not come in time"),)
        return tuple(Choice(text=each.name, help=one_line(each.title)) for each in found)

    async def _pages(self, conversation: str) -> tuple[Choice, ...]:
        """Return the pages that can be brought back: those of the conversation first, then those of
        what it goes on from."""
        library, context = self._engine.library, self._engine.context
        held = await context.slots.of(conversation)
        own = await library.pages(conversation=conversation, limit=_PAGES)
        if (origin := await context.snapshots.origin(conversation)) is not None:
            own += await library.pages(conversation=origin.conversation, limit=_PAGES)
        every = {page.id: page for page in (*own, *await library.pages(limit=_PAGES))}
        for each in held:
            every.pop(each.page, None)
        return tuple(
            Choice(text=page.id, help=one_line(page.label or page.summary or ""))
            for page in every.values()
        )

    async def _held(self, conversation: str) -> tuple[Choice, ...]:
        """Return the pages that were brought back."""
        held = await self._engine.context.slots.of(conversation)
        return tuple([await self._told(each) for each in held])

    async def _told(self, held: PagedIn) -> Choice:
        label = ""
        with suppress(NotFoundError):
            label = one_line((await self._engine.library.page(held.page)).page.label)
        pin = "pinned · " if held.is_pinned else ""
        return Choice(text=held.page, help=f"{pin}{label or held.reason}")

    async def _snapshots(self) -> tuple[Choice, ...]:
        return tuple(
            Choice(text=each.id, help=f"{each.at.astimezone():%Y-%m-%d %H:%M}  {each.label}")
            for each in await self._engine.context.snapshots.of(limit=_PAGES)
        )


def _files(begun: str) -> tuple[Choice, ...]:
    """Return the files and folders whose names begin so."""
    head, _, last = begun.rpartition("/")
    shown = f"{head}/" if "/" in begun else ""
    folder = Path(shown or ".").expanduser()
    try:
        found = (each for each in folder.iterdir() if each.name.startswith(last))
        kept = list(islice((each for each in found if _is_wanted(each.name, last)), AT_MOST))
        return tuple(
            Choice(text=f"{shown}{each.name}{'/' if each.is_dir() else ''}", is_open=each.is_dir())
            for each in sorted(kept)
        )
    except OSError:
        return ()


def _is_wanted(name: str, begun: str) -> bool:
    """Say whether a file is offered: hidden ones only when a dot was typed."""
    return begun.startswith(".") or not name.startswith(".")
