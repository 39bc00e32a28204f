"""What `offline` makes of a page: a label, and a few of its sentences with their speakers.

The form is that of every summary, see `llm.summaries`.
"""

from __future__ import annotations

from collections.abc import Sequence

from minutebook.domain.display import one_line
from minutebook.domain.turns import HUMAN_ROLES, Role
from minutebook.llm import extractive
from minutebook.llm.offline.quoting import quote, size, to_extract
from minutebook.llm.protocol import Material, Passage
from minutebook.llm.summaries import PageSummary, written

BULLETS = 8
SHARE = 0.25
"""The share of a page that its summary may take, within limits."""
_LEAST, _MOST = 480, 1_600
_OVERHEAD = 16
_SPOKEN = HUMAN_ROLES | {Role.ASSISTANT}


def summarise(material: Material) -> str:
    """Return the summary of the passages in the form that `llm.summaries` reads."""
    passages = [p for p in material.passages if p.role in _SPOKEN] or material.passages
    limit = max(_LEAST, min(_MOST, int(SHARE * size(passages))))
    budget = extractive.Budget(limit=limit, sentences=BULLETS, overhead=_OVERHEAD)
    found = extractive.summarise(to_extract(passages), budget)
    bullets = [_bullet(sentence.speaker, sentence.text) for sentence in found.sentences]
    label = one_line(found.label) or one_line(material.title) or "No words"
    return written(PageSummary(label=label, text="\n".join(bullets) or _wordless(passages)))


def _bullet(speaker: str, text: str) -> str:
    return f"- {one_line(speaker)}: {quote(text)}"


def _wordless(passages: Sequence[Passage]) -> str:
    """Say what a page holds that holds no sentence worth quoting."""
    first = next((quote(p.text) for p in passages if p.text.strip()), "")
    if first:
        return _bullet(passages[0].speaker, first)
    return "- Nothing was said in words here."
