"""Have a slice told by a model, and as little at a time as it takes.

The model is shown the document first and the turns behind it. When its reply, or the prompt, is too
long, the slice is halved, down to one turn, rather than the room for replies raised: what follows
is told by the next update.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import tzinfo
from pathlib import Path

from minutebook.domain.display import one_line, shortened
from minutebook.domain.documents import Document
from minutebook.domain.jobs import Job
from minutebook.domain.turns import OFFLINE
from minutebook.errors import PromptTooLongError
from minutebook.llm import passages, prompting, prompts
from minutebook.llm.protocol import Attribution, Material, Model, Passage, Task
from minutebook.scribe import styles
from minutebook.scribe.asking import Costs, Question, ReplyTooLongError, ask, tokens_for, total
from minutebook.scribe.guarding import losses
from minutebook.scribe.operations import MAX_LINE, Operation, SetTitle
from minutebook.scribe.outline import parse
from minutebook.scribe.patching import misfits
from minutebook.scribe.slices import Slice
from minutebook.scribe.viewing import View, sections
from minutebook.store.directions import Directions

_MOST_TOKENS = 8_192
_CHARS_PER_TOKEN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How documents are written unless one has directions of its own."""

    style: str = styles.DEFAULT
    folder: Path | None = None
    """The user's own styles."""

    def checked(self) -> Manner:
        """Return it if its style can be used. Raises NotFoundError and ConfigError."""
        styles.get(self.style, self.folder)
        return self

    def style_of(self, directions: Directions) -> styles.Style:
        """Return the style that holds for a document. Raises NotFoundError and ConfigError."""
        return styles.get(directions.style or self.style, self.folder)

    def system(self, directions: Directions) -> str:
        """Return the system prompt for a document. Raises NotFoundError and ConfigError."""
        parts = [
            prompts.system(Task.SCRIBE),
            f"# Style\n\n{self.style_of(directions).instructions}",
        ]
        if directions.standing:
            lines = "\n".join(f"- {' '.join(line.split())}" for line in directions.standing)
            parts.append(f"# What the person wants, always\n\n{lines}")
        return "\n\n".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A slice, perhaps a shorter one than was asked for, and what the model wants done for it."""

    slice: Slice
    operations: tuple[Operation, ...] = ()
    costs: Costs = field(default_factory=list)

    @property
    def cost_usd(self) -> float | None:
        """What it cost; None when nothing was asked, or that is not priced."""
        return total(self.costs)


def account(head: Document, job: Job) -> Attribution:
    """Return on whose account the calls for a document go."""
    return Attribution(
        conversation=head.conversation,
        subject=head.id,
        job=job.id,
        correlation=job.correlation,
    )


async def tell(model: Model, slice_: Slice, view: View, asked: Question, zone: tzinfo) -> Told:
    """Return what a model wants done to tell a slice, or the first part of it.

    `asked` is the question without the turns. Raises ModelError and PatchError.
    """
    costs: Costs = []
    outline = parse(view.content)
    while told := passages.of_turns(slice_.told, zone, is_live=slice_.is_live):
        try:
            operations = await ask(
                model,
                _with_turns(asked, told, model),
                lambda wanted: (*misfits(outline, wanted), *losses(outline, wanted, view.owned)),
                costs,
            )
        except (ReplyTooLongError, PromptTooLongError):
            shorter = slice_.halved()
            if shorter is None:
                raise
            slice_ = shorter
        else:
            return Told(slice=slice_, operations=operations, costs=costs)
    return Told(slice=slice_, costs=costs)


async def retell(
    model: Model,
    slice_: Slice,
    view: View,
    asked: Question,
    left: tuple[Passage, ...],
    zone: tzinfo,
) -> Told:
    """Return what a model wants done for turns that were left, and to tell a slice in their place.

    Without a model only the slice is told. Raises ModelError and PatchError.
    """
    told = passages.of_turns(slice_.told, zone, is_live=slice_.is_live)
    gone = left if waits_together(model) else ()
    if not told and not gone:
        return Told(slice=slice_)
    parts = [prompting.left(gone)] if gone else []
    text = "\n".join([*parts, prompting.transcript(told)] if told else parts)
    outline, costs = parse(view.content), Costs()
    room = max(tokens_for(len(text)), len(view.content) // _CHARS_PER_TOKEN)
    operations = await ask(
        model,
        replace(
            asked,
            text=text,
            material=replace(asked.material, passages=told),
            max_tokens=min(model.capabilities.max_output_tokens, _MOST_TOKENS, room),
        ),
        lambda wanted: (*misfits(outline, wanted), *losses(outline, wanted, view.owned)),
        costs,
    )
    return Told(slice=slice_, operations=operations, costs=costs)


def _with_turns(asked: Question, told: tuple[Passage, ...], model: Model) -> Question:
    said = prompting.transcript(told)
    most = model.capabilities.max_output_tokens
    return replace(
        asked,
        text=said,
        material=replace(asked.material, passages=told),
        max_tokens=min(most, tokens_for(len(said))),
    )


def question(view: View, head: Document, system: str, on: Attribution) -> Question:
    """Return what is asked about a document, without what is new."""
    return Question(
        prefix=view.messages,
        text="",
        system=system,
        material=Material(sections=sections(parse(view.content), view.owned), title=head.title),
        max_tokens=0,
        attribution=on,
    )


def titled(head: Document, operations: tuple[Operation, ...]) -> tuple[Operation, ...]:
    """Return the operations on a document; the first ones of all give it a title as well."""
    if head.revision or any(isinstance(each, SetTitle) for each in operations):
        return operations
    return (SetTitle(title=title_of(head.title)), *operations)


def title_of(text: str) -> str:
    """Return a title as it can stand in a document."""
    return shortened(one_line(text), MAX_LINE) or "Untitled"


def waits_together(model: Model) -> bool:
    """Say whether turns that wait are told together: a call for each would cost more.

    Without a model they are told one by one, which costs nothing and reads as if in time.
    """
    return model.name != OFFLINE
