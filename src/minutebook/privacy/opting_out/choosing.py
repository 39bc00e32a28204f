"""Who is meant by a name.

The one decision: a name that fits nobody, or several, is an error that says who is there. An
opt-out that removed nobody in silence would be worse than none.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from minutebook.domain.display import one_line
from minutebook.domain.opting_out import Choice, folded
from minutebook.errors import NotFoundError, UsageError
from minutebook.store import opted_out
from minutebook.store.opted_out import Author
from minutebook.store.transaction import Transaction

_NEAREST = 5
_YOURS = frozenset({"you", "user", "me"})


def names_of(tx: Transaction, choice: Choice) -> tuple[str, ...]:
    """Return every spelling that is meant, as the record has it.

    Raises NotFoundError when nobody has spoken under a name, and UsageError when it reads like the
    names of several, and nobody has said which of them are one person.
    """
    authors = opted_out.authors(tx, choice.conversation)
    also = [_as_spelled(tx, authors, name) for name in choice.also]
    if choice.is_exact:
        return tuple(dict.fromkeys([_as_spelled(tx, authors, choice.name), *also]))
    alike = [each for each in authors if folded(each.name) == folded(choice.name)]
    if not alike:
        raise _nobody(tx, authors, choice.name)
    meant = {choice.name, *also} if len(alike) > 1 else {alike[0].name, *also}
    left = [each for each in alike if each.name not in meant]
    if left:
        raise _several(choice.name, alike)
    return tuple(dict.fromkeys([*(each.name for each in alike), *also]))


def _as_spelled(tx: Transaction, authors: Sequence[Author], name: str) -> str:
    if any(each.name == name for each in authors):
        return name
    raise _nobody(tx, authors, name)


def _several(name: str, alike: Sequence[Author]) -> UsageError:
    spelled = ", ".join(f"{one_line(each.name)!r} ({each.turns:,} turns)" for each in alike)
    return UsageError(
        f"{one_line(name)!r} is spelled in {len(alike)} ways: {spelled}.",
        hint="Add --also for each that is the same person, or --exact for the one as you wrote it.",
    )


def _nobody(tx: Transaction, authors: Sequence[Author], name: str) -> NotFoundError:
    if opted_out.is_model(tx, name):
        return NotFoundError("person", name, hint="A model answers under this name.")
    if folded(name) in _YOURS:
        hint = (
            "What you say here stands under no name, and is what this record is for: whose home it"
            " is cannot opt out of it."
        )
        return NotFoundError("person", name, hint=hint)
    by_fold = {folded(each.name): each.name for each in reversed(authors)}
    near = get_close_matches(folded(name), by_fold, n=_NEAREST, cutoff=0.5)
    parts = [fold for fold in by_fold if folded(name) and folded(name) in fold]
    found = list(dict.fromkeys(by_fold[fold] for fold in [*parts, *near]))[:_NEAREST]
    listed = ", ".join(repr(one_line(each)) for each in found)
    hint = f"The nearest names are {listed}." if found else "Nobody is named in the record."
    if authors and not found:
        most = ", ".join(repr(one_line(each.name)) for each in authors[:_NEAREST])
        hint = f"No name is near; those with the most turns are {most}."
    return NotFoundError("person", name, hint=hint)
