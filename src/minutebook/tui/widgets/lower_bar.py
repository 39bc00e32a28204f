"""The lower bar: what goes on behind the screen, at a glance; each word opens its view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from minutebook.tui.widgets import gauge
from minutebook.tui.widgets.inked import Ink, InkedLine, Line, Side, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.timer import Timer

    from minutebook.domain.context import PromptSizes
    from minutebook.engine import Counts

_MESSAGE_SECONDS = 6.0
_TIGHT = 70
"""Below so many columns only the number of the jobs is told."""
_ROOMY = 80
"""Cells below which it is not said how much is done."""
_WIDE = 100
"""Cells below which a number is all of the gauge."""
_GAP = 2
_VAST = 160
"""Cells below which an archive with nothing in it is not named: messages want the room."""
_SPACE = Span(text="   ")


class LowerBar(InkedLine):
    """Context, jobs, pages, quarantine, log on the left; what has just happened on the right.

    While something is told that does not fit, the left is said in fewer words: first without the
    gauge's bar and what is done, then as numbers. Numbers and names of the views always stay.
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._counts: Counts | None = None
        self._sizes: PromptSizes | None = None
        self._batches: tuple[Span, ...] = ()
        self._message = Span(text="opening…", ink=Ink.FAINT)
        self._going: Timer | None = None

    def on_mount(self) -> None:
        """Show what there is."""
        self._paint()

    def on_resize(self) -> None:
        """Use the room there is."""
        self._paint()

    def count(self, counts: Counts, batches: Sequence[Span] = ()) -> None:
        """Show these numbers, and how batches stand."""
        self._counts = counts
        self._batches = tuple(batches)
        self._paint()

    def gauge(self, sizes: PromptSizes | None) -> None:
        """Show how full the next prompt is; nothing for None."""
        self._sizes = sizes
        self._paint()

    def say(self, text: str, ink: Ink = Ink.NOTE, *, stays: bool = False) -> None:
        """Show a message on the right; it goes by itself unless it stays for the next one."""
        if self._going is not None:
            self._going.stop()
            self._going = None
        self._message = Span(text=text, ink=ink)
        self._paint()
        if text and not stays:
            self._going = self.set_timer(_MESSAGE_SECONDS, self._clear)

    def _clear(self) -> None:
        self._going = None
        self.say("", stays=True)

    def _between(self) -> tuple[Span, ...]:
        return (_SPACE, *self._batches) if self._batches else ()

    def _paint(self) -> None:
        message = (self._message,) if self._message.text else ()
        room = self.size.width - 2 * self.MARGIN - (_cells(message) + _GAP if message else 0)
        widths = [width for width in (_VAST, _WIDE, _ROOMY, _TIGHT) if self.size.width >= width]
        glance = self._glance(self.size.width)
        while widths and _cells(glance) > room:
            glance = self._glance(widths.pop(0) - 1)
        self.show(Line(left=glance, right=message, shortened=Side.RIGHT))

    def _glance(self, width: int) -> tuple[Span, ...]:
        """Return what is told on the left of a bar of so many cells."""
        if self._counts is None:
            return ()
        jobs = _jobs(self._counts, is_roomy=width >= _ROOMY, is_tight=width < _TIGHT)
        full = gauge.glance(self._sizes, is_roomy=width >= _WIDE)
        return (
            *full,
            _SPACE,
            *jobs,
            *self._between(),
            *_rest(self._counts, is_vast=width >= _VAST),
        )


def _cells(spans: Sequence[Span]) -> int:
    return sum(cell_len(span.text) for span in spans)


def _jobs(counts: Counts, *, is_roomy: bool, is_tight: bool) -> list[Span]:
    from minutebook.domain.jobs import JobState

    jobs = counts.jobs
    running = jobs[JobState.LEASED]
    waiting = jobs[JobState.QUEUED] + jobs[JobState.FAILED]
    opens = "screen.show_view('jobs')"
    spans = [Span(text="Jobs ", ink=Ink.NOTE, action=opens)]
    spans.append(Span(text=f"{waiting:,}" if waiting else "none", action=opens))
    if not is_tight:
        spans.append(Span(text=" waiting", ink=Ink.NOTE, action=opens))
    if running:
        spans.append(Span(text=f" · {running} running", ink=Ink.NOTE, action=opens))
    if failed := jobs[JobState.DEAD] + jobs[JobState.FAILED]:
        spans.append(Span(text=f" · {failed} failed", ink=Ink.WARNING, action=opens))
    if is_roomy and (done := jobs[JobState.DONE]):
        spans.append(Span(text=f" · {done:,} done", ink=Ink.FAINT, action=opens))
    return spans


def _archive(counts: Counts, *, is_vast: bool) -> list[Span]:
    """Return how much has left; where there is little room, only if there is something."""
    from minutebook.domain.pages import Lifecycle

    archived, waiting = counts.pages[Lifecycle.ARCHIVED], counts.pages[Lifecycle.PENDING_DECAY]
    if not (archived or waiting or is_vast):
        return []
    opens = "screen.show_view('archive')"
    spans = [_SPACE, Span(text="Archive", ink=Ink.NOTE, action=opens)]
    if archived:
        spans.append(Span(text=f" {archived:,}", action=opens))
    if waiting:
        spans.append(Span(text=f" · {waiting:,} to review", ink=Ink.WARNING, action=opens))
    return spans


def _rest(counts: Counts, *, is_vast: bool) -> list[Span]:
    pages = sum(counts.pages.values())
    spans = [_SPACE]
    spans.append(Span(text="Pages ", ink=Ink.NOTE, action="screen.show_view('pages')"))
    spans.append(Span(text=f"{pages:,}", action="screen.show_view('pages')"))
    if counts.quarantined:
        opens = "screen.show_view('quarantine')"
        spans.append(_SPACE)
        spans.append(Span(text="Quarantine ", ink=Ink.NOTE, action=opens))
        spans.append(Span(text=f"{counts.quarantined:,}", ink=Ink.WARNING, action=opens))
    spans += _archive(counts, is_vast=is_vast)
    spans.append(_SPACE)
    spans.append(Span(text="Log", ink=Ink.NOTE, action="screen.show_view('log')"))
    return spans
