"""What became of a source, as it is told: one report for each, in the order of reading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from minutebook.domain.quarantine import Rejected
from minutebook.errors import SourceError, UnknownFormatError
from minutebook.events import SourceFailed, SourceImported
from minutebook.sources.choice import Choice
from minutebook.sources.containers import Refused
from minutebook.sources.reading import Reading
from minutebook.sources.registry import Verdict
from minutebook.sources.source import Source
from minutebook.sources.underway import Brought
from minutebook.store.sources import SourceState


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """What became of one source."""

    path: str
    format: str = ""
    """Empty when no format fits."""
    reason: str = ""
    """Why it was taken for this format, or not at all."""
    conversations: int = 0
    turns_new: int = 0
    turns_known: int = 0
    turns_revised: int = 0
    pages: int = 0
    """How many pages closed."""
    quarantined: tuple[Rejected, ...] = ()
    notes: tuple[str, ...] = ()
    """What people should know of how it was read, such as a guess."""
    is_unchanged: bool = False
    """It has been read before, and was not read again."""
    members: tuple[str, ...] = ()
    """Places of what is in it, when nothing of that could be read."""
    verdicts: tuple[Verdict, ...] = ()
    """What the formats said of it, best first; none when it was not looked at anew."""
    brought: Mapping[str, Brought] = field(default_factory=dict)
    """What came to each conversation, by its id, if that is itemised."""


def of_reading(reading: Reading) -> SourceReport:
    """Report what a reading has brought."""
    detection, tally = reading.detection, reading.tally
    return SourceReport(
        path=reading.place,
        format=detection.format.name,
        reason=detection.match.reason,
        conversations=tally.conversations,
        turns_new=tally.new,
        turns_known=tally.known,
        turns_revised=tally.revised,
        pages=tally.pages,
        quarantined=tuple(tally.rejected),
        notes=(*detection.failures, *tally.notes),
        verdicts=detection.verdicts,
        brought=tally.brought or {},
    )


def of_unchanged(state: SourceState, known: Sequence[Rejected], place: str) -> SourceReport:
    """Report a source that was read before, and `known` as what could not be read of it."""
    return SourceReport(
        path=place,
        format=state.format,
        reason="It has not changed since it was read.",
        conversations=state.conversations,
        turns_known=state.turns,
        quarantined=tuple(known),
        is_unchanged=True,
    )


def not_read(place: str, reason: str) -> SourceReport:
    """Report a source of which nothing could be read."""
    return SourceReport(path=place, quarantined=(_whole(reason),))


def reason_of(error: Exception) -> str:
    """Say why a source cannot be read on."""
    if isinstance(error, UnknownFormatError):
        return error.message
    if isinstance(error, SourceError):
        return str(error)
    return f"It broke off while it was read: {error}."


def event_of(report: SourceReport) -> SourceFailed | SourceImported | None:
    """Return what there is to tell of a source that was read; nothing of one that was not."""
    if not report.format:
        return SourceFailed(place=report.path, reason=report.quarantined[0].reason)
    if report.is_unchanged:
        return None
    return SourceImported(
        place=report.path,
        format=report.format,
        new=report.turns_new,
        known=report.turns_known,
        revised=report.turns_revised,
        quarantined=len(report.quarantined),
    )


def is_passed_over(source: Source | Refused, report: SourceReport, choice: Choice) -> bool:
    """Say whether a source has nothing to do with what was chosen, and needs no report."""
    if isinstance(source, Refused):
        return bool(choice.only) and not choice.names(source.place)
    is_met = report.turns_new or report.turns_known or report.turns_revised
    return not is_met and not choice.takes_all_of(source)


def as_one(place: str, refused: Sequence[SourceReport]) -> list[SourceReport]:
    """Tell of an archive, of which nothing could be read, once."""
    if len(refused) < 2:
        return list(refused)
    reasons = Counter(report.quarantined[0].reason for report in refused)
    usual, _ = reasons.most_common(1)[0]
    like = next(one.path for one in refused if one.quarantined[0].reason == usual)
    name = like.removeprefix(f"{place}!")
    reason = f"None of its {len(refused)} files can be read. {name}: {usual}"
    members = tuple(report.path for report in refused)
    return [SourceReport(path=place, quarantined=(_whole(reason),), members=members)]


def _whole(reason: str) -> Rejected:
    return Rejected(place="the whole file", reason=reason)
