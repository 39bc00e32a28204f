"""Search in running text: hits are counted in the background, a little at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType

from minutebook.tui.prose.finding import Finding, Hit
from minutebook.tui.prose.flow import Spot
from minutebook.tui.prose.linking import Linked
from minutebook.tui.prose.messages import FindChanged

if TYPE_CHECKING:
    from textual.timer import Timer

    from minutebook.tui.prose.entry import Entry

_FIND_SECONDS: Final = 0.01


class Seeking(Linked):
    """A reader that finds words and goes to them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "find_next", "Next hit", show=False),
        Binding("N", "find_previous", "Previous hit", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._find_timer: Timer | None = None

    def _go_to(self, spot: Spot, above: int) -> None:
        """Show the row of a spot, `above` rows below the top of the view."""
        self.following = False
        row = self._flow.reveal(spot, above)
        self._flow.settle(row, self._rows)
        self._moved_to(self._flow.reveal(spot, above))
        self.refresh()

    def find(self, words: str) -> None:
        """Find words in all blocks, whatever their case; go to the first hit from the top of the
        view on. An empty text ends the search.

        Hits are counted in the background: see `FindChanged`.
        """
        self._finding = Finding(words) if words.strip() else None
        if self._finding is None:
            self.post_message(FindChanged(position=0, count=0, complete=True))
            self.refresh()
            return
        self._find_step()

    def action_find_next(self) -> None:
        """Go to the next hit."""
        self._move_hit(1)

    def action_find_previous(self) -> None:
        """Go to the hit before."""
        self._move_hit(-1)

    def _move_hit(self, steps: int) -> None:
        hit = None if self._finding is None else self._finding.move(steps)
        if hit is not None:
            self._show_hit(hit)

    def _show_hit(self, hit: Hit) -> None:
        """Bring a hit into view, unless it is in view."""
        if self._finding is None:
            return
        self._flow.reveal(Spot(hit.key, hit.part, 0), 0)
        spot = self._finding.spot(self._flow, hit)
        if not self._top <= self._flow.row_of(spot) < self._top + self._rows:
            self._go_to(spot, above=self._rows // 3)
        self.refresh()
        self._tell_found()

    def _find_step(self) -> None:
        """Look through some more text."""
        self._find_timer = None
        finding = self._finding
        if finding is None:
            return
        finding.step(self._flow)
        self._choose_hit(finding)
        self._tell_found()
        self._find_later()

    def _find_later(self) -> None:
        """Come back for the rest."""
        is_over = self._finding is None or self._finding.complete
        if not is_over and self._find_timer is None and self.is_mounted:
            self._find_timer = self.set_timer(_FIND_SECONDS, self._find_step)

    def _choose_hit(self, finding: Finding) -> None:
        """Make the first hit from the top of the view on the current one."""
        spot = self._flow.spot(self._top)
        if finding.current is not None or not finding.hits or spot is None:
            return
        place = Hit(spot.key, spot.part, 0)
        if finding.complete or finding.hits[-1] >= place:
            finding.current = finding.after(place)
            if finding.current is not None:
                self._show_hit(finding.current)

    def _tell_found(self) -> None:
        found = self._finding
        if found is not None:
            count = len(found.hits)
            self.post_message(
                FindChanged(position=found.position, count=count, complete=found.complete)
            )
        self.refresh()

    def _find_again(self) -> None:
        """Start the search again: its hits are elsewhere now."""
        if self._finding is not None:
            self.find(self._finding.words)

    def _look_again(self, entry: Entry) -> None:
        if self._finding is not None:
            self._finding.look_again(self._flow, entry)
            self._tell_found()
            self._find_later()
