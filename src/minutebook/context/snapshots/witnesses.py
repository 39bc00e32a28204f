"""What was in sight when a snapshot was taken, as passages: what the offline model quotes from."""

from __future__ import annotations

from collections.abc import Iterator

from minutebook.context.prompt.assembly import speaker_of, words_of
from minutebook.context.snapshots.snapshotting import Prompt
from minutebook.domain.turns import Role
from minutebook.llm.protocol import Passage

_STORY = "the story so far"


def passages_of(prompt: Prompt) -> Iterator[Passage]:
    """Yield what was in sight: the story, the summaries, and what stood there word for word."""
    view, layout = prompt.view, prompt.view.layout
    if layout.story is not None:
        yield _told(layout.story.text, _STORY)
    for summary in layout.summaries:
        yield _told(summary.text, summary.page)
    for id_, said in view.said.items():
        if (text := words_of(said.content)).strip():
            yield Passage(
                source=id_, speaker=speaker_of(said), role=said.role, text=text, page=said.page
            )
    for page in prompt.pages:
        yield from page


def _told(text: str, page: str) -> Passage:
    return Passage(source=0, speaker="summary", role=Role.ASSISTANT, text=text, page=page)
