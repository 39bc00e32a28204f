"""Summaries into the story so far: by the model for summaries, or offline.

Which pages went into a story is kept in rows, whatever its text says. What a model makes of it is
taken only when it is a whole answer; else the story goes on extractively, and the pass says why.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from minutebook.context.passes import naming
from minutebook.domain.context import PlacedSummary, Story
from minutebook.domain.display import one_line, shortened
from minutebook.domain.pages import Page
from minutebook.domain.tokens import estimate
from minutebook.domain.turns import Role
from minutebook.errors import ModelError, ModelReplyError
from minutebook.llm import prompting, prompts, story
from minutebook.llm.offline import story as offline
from minutebook.llm.protocol import (
    Attribution,
    Material,
    Model,
    Passage,
    Reply,
    Request,
    StopReason,
    Task,
)
from minutebook.llm.story import StoryLine

OFFLINE = "offline"
_CHARS_PER_TOKEN = 4
_SLACK = 0.98
_LEAST_LINE = 40
"""Characters below which a line that is cut says nothing."""
_FRAME = 24
"""Tokens of the marks around a summary, with its id."""
_REPLY_SHARE = 1.5
"""Of the length of a story: what a model may write, since it counts otherwise than we do."""
_LEAST_REPLY = 512
_FIRST_WORDS = 120
"""Characters of what a page begins with, where nobody has summarised it."""
_WHY_UNUSABLE = {
    StopReason.MAX_TOKENS: "it did not fit into the tokens it was given",
    StopReason.CONTEXT_FULL: "it did not fit into the model's window",
    StopReason.REFUSAL: "the model refused",
    StopReason.CUT: "it broke off",
    StopReason.TOOL_USE: "the model called a tool instead",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Merging:
    """A story that is to go on."""

    before: Story | None
    summaries: tuple[PlacedSummary, ...]
    """What goes into it, oldest first."""
    limit: int
    """Tokens the story may have."""
    attribution: Attribution

    @property
    def known(self) -> frozenset[str]:
        """Ids of the pages that the story may refer to."""
        told = naming.bare(self.before.text) if self.before else ()
        earlier = (page for line in told for page in line.pages)
        return frozenset([*earlier, *(summary.page for summary in self.summaries)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A story as it goes on."""

    text: str
    by: str
    reason: str = ""
    """Why it is not by the model that was asked; empty when it is."""

    @property
    def tokens(self) -> int:
        """Estimated."""
        return estimate(self.text)


class Storyteller:
    """Lets a story go on."""

    def __init__(self, model: Model, prompt_tokens: int) -> None:
        self._model = model
        self._prompt_tokens = prompt_tokens

    async def tell(self, merging: Merging) -> Told:
        """Return the story with the summaries in it, within its length.

        What is too much for one prompt goes in piece by piece. Raises StoreError.
        """
        before = "" if merging.before is None else _bare(merging.before.text)
        told = Told(text=before, by=OFFLINE if merging.before is None else merging.before.by)
        if self._model.name == OFFLINE:
            return told_offline(told, merging.summaries, merging.limit)
        reason = ""
        for chunk in self._chunks(merging):
            told = await self._go_on(told, chunk, merging)
            reason = reason or told.reason
        return replace(told, reason=reason)

    async def _go_on(self, told: Told, chunk: Sequence[PlacedSummary], merging: Merging) -> Told:
        request = _request(told.text, chunk, merging)
        try:
            return _read(await self._model.complete(request), merging)
        except ModelError as error:
            return replace(told_offline(told, chunk, merging.limit), reason=str(error))

    def _chunks(self, merging: Merging) -> Iterator[tuple[PlacedSummary, ...]]:
        """Yield the summaries in as few pieces as the prompts they go into have room for."""
        window = self._model.capabilities.context_window - _reply_tokens(merging.limit)
        fixed = merging.limit + estimate(prompts.system(Task.STORY))
        room = min(self._prompt_tokens, window) - fixed
        chunk: list[PlacedSummary] = []
        weight = 0
        for summary in merging.summaries:
            tokens = estimate(summary.text) + _FRAME
            if chunk and weight + tokens > room:
                yield tuple(chunk)
                chunk, weight = [], 0
            chunk.append(summary)
            weight += tokens
        if chunk:
            yield tuple(chunk)


def told_offline(told: Told, summaries: Sequence[PlacedSummary], limit: int) -> Told:
    """Return the story that goes on without a model."""
    passages = _passages(told.text, summaries)
    text = offline.tell(Material(passages=passages, budget=limit * _CHARS_PER_TOKEN))
    return Told(text=_within(story.read(text), limit), by=OFFLINE)


def shorter(before: Story, limit: int) -> Told:
    """Return a story in fewer tokens, made without a model; empty where there is room for none."""
    if limit <= 0:
        return Told(text="", by=OFFLINE)
    return told_offline(Told(text=_bare(before.text), by=before.by), (), limit)


def opened(
    pages: Sequence[Page], newest: Sequence[Page], begins: Mapping[str, str], limit: int
) -> Told:
    """Return the story of a conversation that was long before a model first saw it.

    It is made of the labels of all `pages`, and of the summaries of the `newest` of them. For one
    without a label stands what it `begins` with, by id.
    """
    labels = [
        StoryLine(text=_label(page, begins.get(page.id, "")), pages=(page.id,)) for page in pages
    ]
    told = [
        [replace(line, pages=(page.id,)) for line in story.read(page.summary)] for page in newest
    ]
    text = offline.opening(labels, told, limit * _CHARS_PER_TOKEN)
    return Told(text=_within(story.read(text), limit), by=OFFLINE)


def naming_all(told: Told, pages: Sequence[str], limit: int) -> Told:
    """Return a story that names all of its `pages`, oldest first, within its length."""
    every, room = naming.bare(told.text), 0
    while True:
        text = _within(every, limit - room)
        line = naming.further(story.read(text), pages, limit)
        needed = estimate(line) + 1 if line else 0
        if needed <= room:
            return replace(told, text="\n".join(part for part in (text, line) if part))
        room = needed


def expected_tokens(before: Story | None, summaries: Sequence[PlacedSummary], limit: int) -> int:
    """Return what a story is expected to weigh when summaries have gone into it."""
    tokens = 0 if before is None else before.tokens
    return min(limit, tokens + sum(each.tokens + _FRAME for each in summaries))


def _label(page: Page, begins: str) -> str:
    when = "" if page.first_at is None else f", {page.first_at:%Y-%m-%d}"
    words = shortened(one_line(begins), _FIRST_WORDS)
    return f"{page.label or (words and f'“{words}”') or 'Without words'}{when}"


def _request(before: str, summaries: Sequence[PlacedSummary], merging: Merging) -> Request:
    material = Material(
        passages=_passages(before, summaries), budget=merging.limit * _CHARS_PER_TOKEN
    )
    return Request(
        task=Task.STORY,
        system=prompts.system(Task.STORY),
        messages=prompting.story_messages(material),
        material=material,
        max_tokens=_reply_tokens(merging.limit),
        attribution=merging.attribution,
    )


def _bare(text: str) -> str:
    return story.written(naming.bare(text))


def _passages(before: str, summaries: Sequence[PlacedSummary]) -> tuple[Passage, ...]:
    head = [_passage(0, before, None)] if before else []
    return (*head, *(_passage(n, s.text, s.page) for n, s in enumerate(summaries, 1)))


def _passage(source: int, text: str, page: str | None) -> Passage:
    return Passage(source=source, speaker="", role=Role.ASSISTANT, text=text, page=page)


def _reply_tokens(limit: int) -> int:
    return max(_LEAST_REPLY, int(_REPLY_SHARE * limit))


def _read(reply: Reply, merging: Merging) -> Told:
    """Return the story that a model wrote. Raises ModelReplyError when it is of no use."""
    if reply.stop_reason is not StopReason.END:
        raise _unusable(reply, _WHY_UNUSABLE[reply.stop_reason])
    lines = story.read(reply.text, merging.known)
    if not lines:
        raise _unusable(reply, "it is empty")
    reason = "" if reply.model != OFFLINE else "The model was out of reach; offline stood in."
    if any(estimate(line.written) > merging.limit for line in lines):
        reason = reason or "What the model wrote was too long in one line; it was cut."
    return Told(text=_within(lines, merging.limit), by=reply.model, reason=reason)


def _unusable(reply: Reply, reason: str) -> ModelError:
    return ModelReplyError(f"The story by {reply.model!r} cannot be used: {reason}.")


def _within(lines: Sequence[StoryLine], limit: int) -> str:
    """Return lines as a story of at most so many tokens."""
    text = story.written(tuple(lines))
    while text and (tokens := estimate(text)) > limit:
        room = min(math.floor(len(text) * limit / tokens * _SLACK), len(text) - 1)
        told = story.read(text)
        text = story.written(offline.fitted(told, room) or _cut(told, room))
    return text


def _cut(lines: Sequence[StoryLine], room: int) -> tuple[StoryLine, ...]:
    """Return the first of some lines, each of which is too long, in so many characters."""
    first = lines[0]
    left = room - (len(first.written) - len(first.text))
    return (replace(first, text=shortened(first.text, left)),) if left > _LEAST_LINE else ()
