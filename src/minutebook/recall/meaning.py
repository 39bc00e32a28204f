"""What words mean, as points: static embeddings, where the extra `semantic` is installed.

Static, because they take a millisecond and no network: a text is the mean of its words' vectors
(wordllama, 256 dimensions). They are kept as bytes, and the nearest are found in two steps: by the
signs of the dimensions, 32 bytes a window, and then exactly among the best of those. Without the
extra nothing is missing but this.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from minutebook.store import windows
from minutebook.store.transaction import Transaction

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ROUGH = 1_000
"""Windows that are compared exactly."""


class Embedder(Protocol):
    """Makes points of texts."""

    name: str
    """Points of different names do not compare."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a row of length 1 for each text; heavy, for a thread."""


def is_installed() -> bool:
    """Whether the extra is there."""
    return find_spec("wordllama") is not None


class StaticEmbedder:
    """wordllama, loaded when first used, from the files of its package."""

    name = "wordllama-256"

    def __init__(self) -> None:
        self._model: Any = None
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a row of length 1 for each text; heavy, for a thread."""
        with self._lock:
            if self._model is None:
                self._model = self._load()
        points: NDArray[np.float32] = self._model.embed(list(texts), norm=True)
        return points

    def _load(self) -> Any:
        with unheard():
            import wordllama  # type: ignore[import-untyped,import-not-found,unused-ignore]

        # The package has the weights, and looks for them where it would download them to.
        folder = str(Path(wordllama.__file__).parent)
        return wordllama.WordLlama.load(cache_dir=folder, disable_download=True)


@contextmanager
def unheard() -> Iterator[None]:
    """Leave the root logger as it is, whatever happens in the block: wordllama, when imported, sets
    it up to print everybody's lines, into the narration.
    """
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.setLevel(level)
        for handler in set(root.handlers) - set(handlers):
            root.removeHandler(handler)


def packed(points: NDArray[np.float32]) -> list[bytes]:
    """Return rows as signed bytes, each by its own scale: only directions count."""
    import numpy as np

    largest = np.abs(points).max(axis=1, keepdims=True)
    scaled = np.rint(points * (127 / np.maximum(largest, 1e-9))).astype(np.int8)
    return [row.tobytes() for row in scaled]


class Points:
    """The windows of a model in memory, brought up to date from the store before each search."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._last = 0
        self._lock = threading.Lock()
        self._ids: Any = None
        self._vectors: Any = None
        self._signs: Any = None
        self._conversations: dict[str, int] = {}
        self._whose: Any = None

    def are_any(self, tx: Transaction) -> bool:
        """Whether there is anything to compare with, so that nothing is loaded in vain."""
        with self._lock:
            self._catch_up(tx)
            return self._ids is not None

    def nearest(
        self, tx: Transaction, point: NDArray[np.float32], conversation: str, limit: int
    ) -> list[int]:
        """Return the windows nearest to a point, within a conversation or everywhere."""
        import numpy as np

        with self._lock:
            self._catch_up(tx)
            ids, vectors, signs, whose = self._ids, self._vectors, self._signs, self._whose
            number = self._conversations.get(conversation, -1)
        if ids is None:
            return []
        chosen = np.flatnonzero(whose == number) if conversation else np.arange(len(ids))
        if len(chosen) > _ROUGH:
            apart = np.bitwise_count(signs[chosen] ^ _signs(point[None, :])).sum(axis=1)
            chosen = chosen[np.argpartition(apart, _ROUGH)[:_ROUGH]]
        rows = vectors[chosen].astype(np.float32)
        alike = rows @ point / np.maximum(np.linalg.norm(rows, axis=1), 1e-9)
        return [int(ids[place]) for place in chosen[np.argsort(-alike, kind="stable")[:limit]]]

    def _catch_up(self, tx: Transaction) -> None:
        new = list(windows.behind(tx, self._model, self._last))
        if not new:
            return
        import numpy as np

        self._last = new[-1].id
        known = self._conversations
        whose = np.array([known.setdefault(p.conversation, len(known)) for p in new])
        vectors = np.frombuffer(b"".join(p.vector for p in new), np.int8).reshape(len(new), -1)
        ids = np.array([p.id for p in new])
        self._ids = _joined(self._ids, ids)
        self._vectors = _joined(self._vectors, vectors)
        self._signs = _joined(self._signs, _signs(vectors))
        self._whose = _joined(self._whose, whose)


def _signs(points: Any) -> Any:
    import numpy as np

    return np.packbits(points > 0, axis=1).view(np.uint64)


def _joined(before: Any, more: Any) -> Any:
    import numpy as np

    return more if before is None else np.concatenate([before, more])
