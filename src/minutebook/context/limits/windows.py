"""How many tokens models take: what their servers say, and what they refuse, is kept.

A server is asked before the first reply of its model, and again when a day has passed: servers of
one's own are begun anew with other windows. One that does not answer soon is left alone for a
while; the reply never waits long for it, nor fails for it. What was learned counts as long as the
model is said to take what it was said to take then.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Final, Protocol

from minutebook.clock import Clock
from minutebook.domain.capacities import LearnedLimit, ListedModel
from minutebook.errors import MinutebookError
from minutebook.llm.protocol import Model, ModelInfo
from minutebook.store import capacities
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

_log = logging.getLogger(__name__)
_PATIENCE: Final = 2.5
"""Seconds."""
_ASKED_AGAIN_AFTER: Final = timedelta(days=1)
_TRIED_AGAIN_AFTER: Final = timedelta(minutes=10)
_LEARNED_COUNTS_FOR: Final = timedelta(days=30)
_GUESS_COUNTS_FOR: Final = timedelta(days=1)


class Catalogue(Protocol):
    """The servers of models, as far as it is about how much their models take."""

    def place(self, name: str) -> str:
        """Return where the server of a model is; empty for one behind no network."""
        ...

    def is_to_look_up(self, name: str) -> bool:
        """Say whether the server of a model may know how many tokens it takes, and nobody else."""
        ...

    async def prepare(self, name: str) -> None:
        """Load what it takes to speak with the server of a model. Raises ModelError."""
        ...

    async def look_up(self, name: str) -> ModelInfo:
        """Return what the list of a model's server says of it. Raises ModelError."""
        ...

    def remember(self, told: ModelInfo) -> None:
        """Take up what a list said of a model when it was read before."""
        ...


class Windows:
    """What is known of how many tokens models take."""

    def __init__(self, database: Database, clock: Clock, catalogue: Catalogue | None) -> None:
        self._database = database
        self._clock = clock
        self._catalogue = catalogue
        self._listed: dict[tuple[str, str], ListedModel] = {}
        self._learned: dict[tuple[str, str], LearnedLimit] = {}
        self._failed: dict[str, datetime] = {}
        """When servers that were asked for a model did not answer."""

    async def load(self) -> None:
        """Take up what was kept. Raises StoreError."""

        def work(tx: Transaction) -> tuple[list[ListedModel], list[LearnedLimit]]:
            return capacities.listed(tx), capacities.learned(tx)

        listed, learned = await self._database.read(work)
        self._learned = {(each.model, each.place): each for each in learned}
        for told in listed:
            self._take_up(told)

    def of(self, model: Model) -> int:
        """Return how many tokens a model takes, prompt and reply together."""
        window = model.capabilities.context_window
        known = self._learned.get((model.name, self._place(model.name)))
        if known is None or known.assumed != window:
            return window
        counts_for = _GUESS_COUNTS_FOR if known.is_guess else _LEARNED_COUNTS_FOR
        if self._clock() - known.at > counts_for:
            return window
        return min(window, known.tokens) if window > 0 else known.tokens

    def is_assumed(self, model: Model) -> bool:
        """Say whether nobody was asked yet how much a model takes, though its server may know."""
        if self._catalogue is None or not self._catalogue.is_to_look_up(model.name):
            return False
        key = model.name, self._place(model.name)
        return model.name not in self._failed and key not in {**self._listed, **self._learned}

    async def ask(self, model: Model) -> None:
        """Ask the server of a model how much that takes, if it is time to. Raises StoreError."""
        name, now = model.name, self._clock()
        if self._catalogue is None or not self._is_time(name, now):
            return
        try:
            # The reply needs it, too; how long our own work takes says nothing of the server.
            await self._catalogue.prepare(name)
            async with asyncio.timeout(_PATIENCE):
                info = await self._catalogue.look_up(name)
        except (MinutebookError, TimeoutError) as error:
            _log.info("Nobody says how much %r takes: %s", name, error)
            self._failed[name] = now
            return
        told = ListedModel(
            model=name,
            place=self._place(name),
            at=now,
            context_window=info.context_window,
            max_output_tokens=info.max_output_tokens,
            takes_tools=info.takes_tools,
        )
        self._take_up(told)
        await self._database.write(lambda tx: capacities.put_listed(tx, told))

    async def learn(self, model: Model, tokens: int, *, is_guess: bool = False) -> None:
        """Keep how many tokens a model takes at most, prompt and reply together.

        Raises StoreError.
        """
        limit = LearnedLimit(
            model=model.name,
            place=self._place(model.name),
            at=self._clock(),
            assumed=model.capabilities.context_window,
            tokens=tokens,
            is_guess=is_guess,
        )
        self._learned[limit.model, limit.place] = limit
        await self._database.write(lambda tx: capacities.put_learned(tx, limit))

    def _is_time(self, name: str, now: datetime) -> bool:
        if self._catalogue is None or not self._catalogue.is_to_look_up(name):
            return False
        known, failed = self._listed.get((name, self._place(name))), self._failed.get(name)
        if failed is not None and now - failed < _TRIED_AGAIN_AFTER:
            return False
        return known is None or now - known.at >= _ASKED_AGAIN_AFTER

    def _place(self, name: str) -> str:
        return "" if self._catalogue is None else self._catalogue.place(name)

    def _take_up(self, told: ListedModel) -> None:
        self._listed[told.model, told.place] = told
        if self._catalogue is not None and told.place == self._catalogue.place(told.model):
            info = ModelInfo(
                name=told.model,
                context_window=told.context_window,
                max_output_tokens=told.max_output_tokens,
                takes_tools=told.takes_tools,
            )
            self._catalogue.remember(info)
