"""What `offline` says in a chat: that no model is connected, and what the record holds.

Quotes carry a reference: `[pg_…]`, or `[turn 812]` when the turn lies in no closed page yet.
"""

from __future__ import annotations

from minutebook.domain.display import one_line
from minutebook.llm import extractive
from minutebook.llm.markdown import escape
from minutebook.llm.offline.quoting import to_extract
from minutebook.llm.protocol import Material, Passage

QUOTES = 4
"""At most so many passages are quoted."""
_MAX_EXCERPT = 480
_FOUND = "No model is connected; this is what your own record says."
_NOTHING = "No model is connected, and nothing in your own record fits this question."
_CONNECT = (
    "To talk to a model, set `chat` under `[models]` in the configuration file "
    "(`minutebook config path` shows where it is) or `MINUTEBOOK_MODELS__CHAT` in the environment."
)


def answer(material: Material) -> str:
    """Return the best passages of the material for its question, as Markdown."""
    asked = " ".join(material.question.split())
    said = [passage for passage in material.passages if " ".join(passage.text.split()) != asked]
    excerpts = extractive.best_passages(
        material.question, to_extract(said), QUOTES, max_chars=_MAX_EXCERPT
    )
    if not excerpts:
        return f"{_NOTHING}\n\n{_CONNECT}"
    quotes = [_quote(said[int(str(found.source))], found.text) for found in excerpts]
    return "\n\n".join([_FOUND, *quotes])


def _quote(passage: Passage, text: str) -> str:
    when = passage.when[:16].replace("T", " ")
    reference = passage.page or f"turn {passage.source}"
    parts = [f"**{escape(one_line(passage.speaker))}**", when, f"[{reference}]"]
    head = " · ".join(part for part in parts if part)
    return f"{head}\n\n> {escape(one_line(text))}"
