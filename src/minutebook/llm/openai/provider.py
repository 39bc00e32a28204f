"""One server that speaks Chat Completions: its client, its models, and the list of them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

from minutebook.domain.display import one_line
from minutebook.errors import ModelError
from minutebook.llm.openai.batches import OpenAIBatches
from minutebook.llm.openai.model import OpenAIModel
from minutebook.llm.openai.payload import Manner
from minutebook.llm.protocol import Capabilities, ModelInfo
from minutebook.llm.remote.building import tokens
from minutebook.llm.remote.failures import Place
from minutebook.llm.remote.provider import RemoteProvider
from minutebook.llm.remote.server import Server

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types import Model as Listed

OWN_URL = "https://api.openai.com/v1"
_OWN_WINDOW, _WINDOW = 128_000, 8_192
"""Tokens to reckon with when neither the settings nor the list of the server say more."""
_MAKERS = re.compile(r"(?:openai/)?(?:gpt-(?:[5-9]|4o|4\.1|4-turbo)|o[1-9](?:$|-)|chatgpt)")
"""Names of models that OpenAI makes, and that take as much."""
_WINDOW_NAMES = ("context_window", "context_length", "max_model_len", "max_context_length")
"""Where servers say in their list how many tokens a model takes; OpenAI itself does not."""


class OpenAIProvider(RemoteProvider["AsyncOpenAI", "Listed"]):
    """The models of one server."""

    def __init__(self, server: Server) -> None:
        super().__init__(server, _client, _translate)
        self.batches = OpenAIBatches(self._bulk) if server.has_batches else None

    def model(self, name: str) -> OpenAIModel:
        """Return a model by the part of its name behind the colon."""
        own = self.server.is_own
        manner = Manner(new_names=own, effort=own, cache_key=own)
        return OpenAIModel(name, self._connection, manner, self._capabilities)

    @property
    def tells_windows(self) -> bool:
        """Whether its list may say how many tokens its models take: that of OpenAI does not."""
        return not self._is_makers

    @property
    def _is_makers(self) -> bool:
        return self.server.is_own and self.server.base_url.rstrip("/") == OWN_URL

    async def _list(self, client: AsyncOpenAI) -> AsyncIterator[Listed]:
        """Yield the list, which is read without the SDK: each server has a form of its own."""
        import httpx2
        from openai.types import Model as Listed

        response = await client.get("/models", cast_to=httpx2.Response)
        for item in _items(response.json()):
            yield Listed.construct(**item)

    def _told(self, listed: Listed) -> ModelInfo:
        title = (listed.model_extra or {}).get("name")
        return ModelInfo(
            name=f"{self.server.provider}:{listed.id}",
            title=one_line(title) if isinstance(title, str) else "",
            context_window=_window(listed),
            takes_tools=_takes_tools(listed),
        )

    def _described(self, name: str, told: ModelInfo | None) -> Capabilities:
        listed = told.context_window if told else None
        size = self.server.context_window or listed or self._usual(name)
        return Capabilities(
            context_window=size,
            max_output_tokens=min(size, 8_192),
            tools=told is None or told.takes_tools,
            caching=self.server.is_own,
            batches=self.server.has_batches,
            thinking=True,
        )

    def _usual(self, name: str) -> int:
        """Return the window of a model of which nobody says it: that of the maker's models, also
        where somebody passes them on; and a small one for those of a server of one's own."""
        is_passed_on = self.server.is_own and _MAKERS.match(name) is not None
        return _OWN_WINDOW if self._is_makers or is_passed_on else _WINDOW


def _items(told: object) -> Iterator[dict[str, Any]]:
    """Yield the models of a list: of OpenAI's form, of Ollama's own, or none but itself.

    Raises TypeError when there is no list.
    """
    match told:
        case {"data": [*items]} | {"models": [*items]} | [*items]:
            pass
        case {"data": None}:
            items = []
        case _:
            raise TypeError("there is no list of models in the answer")
    for item in items:
        fields = {"id": item} if isinstance(item, str) else item
        if isinstance(fields, dict):
            names = (fields.get(name) for name in ("id", "name", "model"))
            yield {**fields, "id": next(filter(None, names), None)}


def _window(listed: Listed) -> int | None:
    """Return how many tokens a model takes; None when its server does not say."""
    extra = listed.model_extra or {}
    meta = extra.get("meta")  # of llama.cpp
    said = [extra.get(name) for name in _WINDOW_NAMES]
    said.append(meta.get("n_ctx") if isinstance(meta, dict) else None)
    return next((size for value in said if (size := tokens(value))), None)


def _takes_tools(listed: Listed) -> bool:
    """Say whether a model takes tools; it does unless its list says otherwise, as those of
    OpenRouter (`supported_parameters`) and Mistral (`capabilities.function_calling`) do."""
    extra = listed.model_extra or {}
    match extra.get("supported_parameters"), extra.get("capabilities"):
        case list(known), _ if known:
            return "tools" in known
        case _, {"function_calling": bool(takes)}:
            return takes
    return True


def _translate(error: BaseException, place: Place) -> ModelError:
    """Return the error of ours; by then the SDK is loaded."""
    from minutebook.llm.openai.failures import of_sdk

    return of_sdk(error, place)


def _client(server: Server, key: str) -> AsyncOpenAI:
    """Make the client of a server; imports the SDK."""
    from openai import AsyncOpenAI

    from minutebook.llm.remote.transport import http_client, timeout_of

    client = AsyncOpenAI(
        api_key=key,
        base_url=server.base_url,
        max_retries=0,
        timeout=timeout_of(server.patience),
        http_client=http_client(server.patience),
    )
    if not server.is_own:  # who pays at OpenAI is nobody else's business
        client.organization = client.project = None
    # the SDK imports them when they are first used
    _ = (client.chat.completions, client.models, client.batches, client.files)
    return client
